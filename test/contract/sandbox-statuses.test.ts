// Who is busy, as a bot asks it over REST. The documentation of `PUT /users/{id}/status` and `POST /users/status/ids` is
// what the sandbox goes by.

import { expect, onTestFinished, test } from "vitest";
import { startSandbox } from "../../sandbox/server/sandbox.ts";
import { connectRest } from "../../src/mattermost/rest.ts";
import type { UserId } from "../../src/mattermost/types.ts";

test("a person's Do Not Disturb is seen by the bot, with its end, and is over by itself", async () => {
  let now = 1_800_000_000_000;
  const sandbox = await startSandbox({ now: () => now });
  onTestFinished(() => sandbox.close());
  const bot = sandbox.createUser({ username: "claude-code", isBot: true });
  const alice = sandbox.createUser({ username: "alice" });
  const api = connectRest({ url: sandbox.url, token: bot.token });
  const set = (token: string, body: object): Promise<Response> =>
    fetch(`${sandbox.url}/api/v4/users/${alice.id}/status`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ user_id: alice.id, ...body }),
    });
  const seen = async (): Promise<unknown> => {
    const [status] = await api.statuses([alice.id as UserId]);
    return [status?.isBusy, status?.busyUntil];
  };
  expect(await seen()).toEqual([false, undefined]);
  expect((await set(alice.token, { status: "dnd", dnd_end_time: now / 1000 + 60 })).status).toBe(200);
  expect(await seen()).toEqual([true, now + 60_000]);
  now += 60_000;
  expect(await seen()).toEqual([false, undefined]);
  await set(alice.token, { status: "dnd" });
  expect(await seen()).toEqual([true, undefined]);
  expect((await set(alice.token, { status: "asleep" })).status).toBe(400);
  expect((await set(bot.token, { status: "online" })).status).toBe(403);
});
