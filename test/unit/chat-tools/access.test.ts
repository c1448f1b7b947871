// Nobody gets to read by Claude what they can't read themselves, and nobody what the bot can't.

import { expect, test } from "vitest";
import { createAccess, type Reader } from "../../../src/chat-tools/access.ts";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { ChannelId, UserId } from "../../../src/mattermost/types.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

const MINUTE_MS = 60_000;
const [HERE, THERE] = ["here", "there"] as ChannelId[] as [ChannelId, ChannelId];
const [ALICE, BOT] = ["alice", "bot"] as UserId[] as [UserId, UserId];
const reader = (how: Partial<Reader> = {}): Reader => ({
  asker: ALICE,
  channelId: HERE,
  threadId: "root" as Reader["threadId"],
  ...how,
});

function world(...memberships: readonly string[]) {
  const clock = createFakeClock();
  const members = new Set(memberships);
  const asked: string[] = [];
  const held: (() => void)[] = [];
  const here = {
    clock,
    members,
    asked,
    isActive: true as boolean,
    fault: undefined as Error | undefined,
    isHeld: false,
    /** Answers what is under way, as it stood when it was asked. */
    answer: () => held.splice(0).map((answer) => answer()),
  };
  const access = createAccess({
    botId: BOT,
    clock,
    users: {
      byId: async (id) =>
        id === ("nobody" as UserId) ? undefined : { id, username: id, isBot: false, isActive: here.isActive },
    },
    api: {
      async isMember(channel, user) {
        const key = `${channel} ${user}`;
        asked.push(key);
        if (here.fault) throw here.fault;
        const isMember = members.has(key);
        if (here.isHeld) await new Promise<void>((resolve) => held.push(resolve));
        return isMember;
      },
    },
  });
  return { ...access, here };
}

test("a channel is read when both are in it, and in no other case", async () => {
  for (const [memberships, expected] of [
    [["there alice", "there bot"], true],
    [["there alice"], false],
    [["there bot"], false],
    [[], false],
  ] as const) {
    expect(await world(...memberships).mayReadChannel(THERE, reader())).toBe(expected);
  }
});

test("without anybody who asked, only the session's own channel is read", async () => {
  const { mayReadChannel } = world("here bot", "there bot", "there alice");
  expect(await mayReadChannel(HERE, reader({ asker: undefined }))).toBe(true);
  expect(await mayReadChannel(THERE, reader({ asker: undefined }))).toBe(false);
  expect(await world().mayReadChannel(HERE, reader({ asker: undefined }))).toBe(false);
});

test("the session's own thread is read by whoever takes part, and another thread of its channel is not", async () => {
  const { mayReadThread } = world("here bot");
  expect(await mayReadThread(reader(), reader())).toBe(true);
  expect(await mayReadThread(reader({ threadId: "x" as Reader["threadId"] }), reader())).toBe(false);
  // A thread's id alone does not make it the session's.
  expect(await mayReadThread(reader({ channelId: THERE }), reader())).toBe(false);
});

test("a deactivated account, and one that does not exist, reads nothing", async () => {
  const { mayReadChannel, mayReadThread, here } = world("here bot", "here alice", "here nobody");
  expect(await mayReadChannel(HERE, reader({ asker: "nobody" as UserId }))).toBe(false);
  here.isActive = false;
  expect(await mayReadChannel(HERE, reader())).toBe(false);
  expect(await mayReadThread(reader(), reader())).toBe(false);
});

test("what was looked up is known for a minute and no longer", async () => {
  const { mayReadChannel, here } = world("there alice", "there bot");
  expect(await mayReadChannel(THERE, reader())).toBe(true);
  here.members.clear();
  here.clock.jump(MINUTE_MS - 1);
  expect(await mayReadChannel(THERE, reader())).toBe(true);
  expect(here.asked).toHaveLength(2);
  here.clock.jump(1);
  expect(await mayReadChannel(THERE, reader())).toBe(false);
});

test("the minute begins when the server is asked, and a clock that is set back ends it", async () => {
  const { mayReadChannel, here } = world("there alice", "there bot");
  here.isHeld = true;
  const slow = mayReadChannel(THERE, reader());
  await here.clock.advance(0);
  here.clock.jump(MINUTE_MS - 10);
  here.isHeld = false;
  here.answer();
  expect(await slow).toBe(true);
  here.members.clear();
  here.clock.jump(10);
  expect(await mayReadChannel(THERE, reader())).toBe(false);
  here.members.add("there alice").add("there bot");
  here.clock.jump(-1);
  expect(await mayReadChannel(THERE, reader())).toBe(true);
});

test.each(["alice", "bot"])("when %s leaves, that is known at once", async (who) => {
  const { mayReadChannel, forget, here } = world("there alice", "there bot", "here alice", "here bot");
  await mayReadChannel(THERE, reader());
  await mayReadChannel(HERE, reader());
  here.members.delete(`there ${who}`);
  forget(THERE, who as UserId);
  expect(await mayReadChannel(THERE, reader())).toBe(false);
  // Nobody else is asked about again.
  expect(await mayReadChannel(HERE, reader())).toBe(true);
  expect(here.asked).toHaveLength(5);
});

test("when it may have been missed who leaves, everybody is looked up anew", async () => {
  const { mayReadChannel, forgetAll, here } = world("there alice", "there bot");
  here.isHeld = true;
  const answer = mayReadChannel(THERE, reader());
  here.members.delete("there alice");
  forgetAll();
  here.isHeld = false;
  here.answer();
  expect(await answer).toBe(false);
  here.members.add("there alice");
  expect(await mayReadChannel(THERE, reader())).toBe(false);
  forgetAll();
  expect(await mayReadChannel(THERE, reader())).toBe(true);
});

test("who leaves while it is looked up is not taken for a member", async () => {
  const { mayReadChannel, forget, here } = world("there alice", "there bot");
  here.isHeld = true;
  const reading = mayReadChannel(THERE, reader());
  await here.clock.advance(0);
  here.members.delete("there alice");
  forget(THERE, ALICE);
  here.isHeld = false;
  here.answer();
  expect(await reading).toBe(false);
  expect(await mayReadChannel(THERE, reader())).toBe(false);
});

test("who comes and goes all the time is no member", async () => {
  const { mayReadChannel, forget, here } = world("there alice", "there bot");
  here.isHeld = true;
  let isDone = false;
  const reading = mayReadChannel(THERE, reader()).finally(() => {
    isDone = true;
  });
  for (let round = 0; !isDone && round < 10; round++) {
    await here.clock.advance(0);
    forget(THERE, ALICE);
    here.answer();
  }
  expect(await reading).toBe(false);
});

test("when the server can't tell, nothing is read, and it is asked again the next time", async () => {
  const { mayReadChannel, here } = world("there alice", "there bot");
  here.fault = new MattermostError("server", "no");
  await expect(mayReadChannel(THERE, reader())).rejects.toThrow(MattermostError);
  here.fault = undefined;
  expect(await mayReadChannel(THERE, reader())).toBe(true);
});
