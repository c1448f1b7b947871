// What a 429 makes of the next try, whoever makes it.

import { expect, test } from "vitest";
import { connectRest } from "../../../src/mattermost/rest.ts";
import { createFakeClock, settle } from "../../support/fake-clock.ts";
import { transportOf } from "../../support/fetch-transport.ts";

/** A server that turns the first `refusals` requests away, each for `seconds`. */
function world(refusals: number, seconds: number) {
  const clock = createFakeClock();
  let sent = 0;
  const transport = transportOf(async () =>
    ++sent > refusals
      ? Response.json({ id: "a", username: "a" })
      : new Response("limit exceeded", { status: 429, headers: { "retry-after": `${seconds}` } }),
  );
  const api = connectRest({ url: "https://example.com", token: "t", transport, clock, random: () => 0.5 });
  return { api, clock, sent: () => sent };
}

test("429 again and again waits as long each time, however often it was tried before", async () => {
  const { api, clock, sent } = world(3, 1);
  const me = api.me();
  for (let tries = 1; tries <= 3; tries++) {
    await settle();
    expect(sent()).toBe(tries);
    await clock.advance(1249);
    expect(sent()).toBe(tries);
    await clock.advance(1);
  }
  expect((await me).username).toBe("a");
});

test("whoever tries by itself is told how long the server asked to wait", async () => {
  const { api } = world(1, 3);
  const once = api.inSlot({ queue: "", isUrgent: () => true }, (turn) => turn.me());
  await expect(once).rejects.toMatchObject({ code: "rate-limited", retryAfterMs: 3000 });
});

test("one refusal is one pause for all", async () => {
  const { api, clock, sent } = world(1, 1);
  const all = Promise.all([api.me(), api.me(), api.me()]);
  await clock.advance(1250);
  await all;
  expect(sent()).toBe(4);
});
