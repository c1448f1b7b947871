// What becomes of a routine over a server and Claudes that are only in memory, under a clock that a test moves.

import { expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { Post, PostId, UserId } from "../../../src/mattermost/types.ts";
import { type ChannelsWorld, channelsWorld } from "../../support/channels-world.ts";
import { projectOf } from "../../support/projects.ts";
import { turnEnded, user } from "../../support/session-script.ts";

const PEOPLE = [user("alice"), user("bob"), user("carol"), user("guest")];
const LAB = projectOf({ allowedUsers: ["alice", "bob", "carol"], approvers: ["bob"], channel: "lab" });
const MINUTE = 60_000;

async function lab(project = LAB) {
  const world = channelsWorld({ people: PEOPLE, channels: ["lab"], direct: [] });
  await world.serve([project]);
  world.open();
  world.take({ type: "hello", connectionId: "one", resumed: false });
  await world.settle();
  const say = async (by: string, words: string, root?: PostId): Promise<void> => {
    world.post(by, "lab", `@claude-code ${words}`, root);
    await world.clock.advance(1000);
  };
  const react = async (by: string, emojiName: string, postId: PostId): Promise<void> => {
    const reaction = { userId: by as UserId, postId, emojiName, createdAt: world.clock.now() };
    world.take({ type: "reactionAdded", reaction });
    await world.clock.advance(1000);
  };
  const make = async (words: string, by = "alice"): Promise<void> => {
    await say(by, `!routine ${words}`);
    await react(by, "+1", card(world).id);
  };
  return { ...world, say, react, make };
}

const ours = (world: Pick<ChannelsWorld, "posts">) =>
  [...world.posts.values()].filter(({ userId }) => userId === "claude-code");
function card(world: Pick<ChannelsWorld, "posts">): Post {
  const found = ours(world).findLast(({ message }) => message.includes("**A routine**"));
  if (!found) throw new Error("there is no card");
  return found;
}
const roots = (world: Pick<ChannelsWorld, "posts">) =>
  ours(world)
    .filter(({ id, threadId }) => id === threadId)
    .map(({ message }) => message);

test("a routine is kept with a 👍, and runs in a thread of its own, for whoever has made it", async () => {
  const world = await lab();
  await world.say("alice", "!routine in 20 minutes: look after the tests");
  expect(ours(world)).toHaveLength(1);
  await world.react("guest", "+1", card(world).id);
  await world.react("carol", "+1", card(world).id);
  await world.clock.advance(MINUTE);
  await world.react("alice", "+1", card(world).id);
  expect(card(world).attachment?.text).toContain("✅ **Kept** by @\u200balice as routine 1");
  await world.clock.advance(18 * MINUTE);
  expect(world.claudes).toHaveLength(0);
  await world.clock.advance(2 * MINUTE);
  expect(world.claudes.map(({ heard }) => heard)).toEqual([["look after the tests"]]);
  expect(roots(world)).toEqual([expect.stringMatching(/^🕘 \*\*Routine 1\*\* of @\u200balice · /)]);
  expect(ours(world).some(({ message }) => message.includes("| 👤 **Started by** | @\u200balice |"))).toBe(
    true,
  );
  expect(world.problems).toEqual([]);
});

test("who is not listed makes none, and hears who may", async () => {
  const world = await lab();
  await world.say("guest", "!routine every day at 9:00: something");
  expect(ours(world).map(({ attachment }) => attachment?.text)).toEqual([
    expect.stringContaining("you are not among those who may start a session"),
  ]);
});

test("a card goes after a day, and holds no longer than its moment", async () => {
  const world = await lab();
  await world.say("alice", "!routine every day at 9:00: something");
  const { id } = card(world);
  await world.clock.advance(24 * 60 * MINUTE);
  expect(card(world).attachment?.text).toContain("nobody has decided");
  await world.react("alice", "+1", id);
  await world.say("alice", "!routine in 5 minutes: something");
  await world.clock.advance(6 * MINUTE);
  await world.react("alice", "+1", card(world).id);
  expect(card(world).attachment?.text).toContain("its time has passed");
  await world.say("alice", "!routines");
  expect(ours(world).at(-1)?.attachment?.text).toContain("There are no routines here");
});

test("a card is known after a restart, and whoever may approve decides about it as its maker does", async () => {
  const world = await lab();
  await world.say("alice", "!routine every day at 9:00: something");
  await world.restart();
  await world.serve([LAB]);
  world.open();
  world.take({ type: "hello", connectionId: "two", resumed: false });
  await world.clock.advance(1000);
  await world.react("bob", "white_check_mark", card(world).id);
  expect(card(world).attachment?.text).toContain("✅ **Kept** by @\u200bbob as routine 1");
  await world.say("alice", "!routine every day at 10:00: something else");
  await world.react("alice", "-1", card(world).id);
  expect(card(world).attachment?.text).toContain("👎 **Dropped** by @\u200balice");
});

test("what is kept is begun after a restart, without a word of anybody", async () => {
  const world = await lab();
  await world.make("in 20 minutes: look after the tests");
  await world.restart();
  await world.serve([LAB]);
  world.open();
  await world.clock.advance(20 * MINUTE);
  expect(world.claudes.map(({ heard }) => heard)).toEqual([["look after the tests"]]);
  expect(world.problems).toEqual([]);
});

test("only its maker and who may approve change one", async () => {
  const world = await lab();
  await world.make("every 10 minutes: something");
  await world.say("carol", "!routines pause 1");
  const said = () => ours(world).at(-1)?.attachment?.text;
  expect(said()).toContain("⚠️ Only `@alice` and those who may approve can do that, `@carol`");
  await world.say("bob", "!routines pause 1");
  expect(said()).toContain("⏸️ Routine 1 is paused");
  await world.clock.advance(60 * MINUTE);
  expect(world.claudes).toHaveLength(0);
  await world.say("alice", "!routines resume 1");
  expect(said()).toContain("▶️ Routine 1 goes on, next: ");
  await world.say("alice", "!routines run 1");
  await world.clock.advance(1000);
  expect(world.claudes).toHaveLength(1);
  await world.say("alice", "!routines run 1");
  expect(said()).toContain("is at work already");
  await world.say("alice", "!routines remove 1");
  await world.say("alice", "!routines remove 1");
  expect(said()).toContain("There is no routine 1");
  await world.clock.advance(60 * MINUTE);
  expect(world.claudes).toHaveLength(1);
});

test("while the last run is at work the next is skipped, and that is said once in its thread", async () => {
  const world = await lab();
  await world.make("every 5 minutes: something");
  await world.clock.advance(31 * MINUTE);
  expect(world.claudes).toHaveLength(1);
  const skips = ours(world).filter(({ attachment }) => attachment?.text.includes("did not begin its run"));
  expect(skips).toHaveLength(1);
  expect(skips[0]?.threadId).toBe(ours(world).find(({ id, threadId }) => id === threadId)?.id);
  world.claudes[0]?.tell(turnEnded());
  await world.clock.advance(5 * MINUTE);
  expect(roots(world).at(-1)).toContain("⏭️ 5 runs skipped before");
});

test("where all slots are taken, the thread says that the run did not begin", async () => {
  const world = await lab({ ...LAB, maxSessions: 1 });
  await world.make("every 10 minutes: something");
  await world.say("bob", "work for long");
  await world.clock.advance(11 * MINUTE);
  expect(world.claudes).toHaveLength(1);
  expect(ours(world).at(-1)?.attachment?.text).toMatch(/Too busy.*This run did not begin\. The next is at/);
  world.claudes[0]?.tell(turnEnded());
  await world.clock.advance(10 * MINUTE);
  expect(world.claudes).toHaveLength(2);
});

test("whose maker is listed no more stops, and says so once", async () => {
  const world = await lab();
  await world.make("every 10 minutes: something");
  await world.serve([{ ...LAB, allowedUsers: ["bob"] }]);
  await world.clock.advance(60 * MINUTE);
  expect(world.claudes).toHaveLength(0);
  expect(roots(world)).toEqual([
    expect.stringContaining("⏸️ **Stopped**: @\u200balice is no longer among those"),
  ]);
});

test("whose maker's account is deactivated stops", async () => {
  const world = await lab({ ...LAB, allowedUsers: [] });
  await world.make("every 10 minutes: something");
  world.changed({ ...user("alice"), isActive: false });
  await world.clock.advance(60 * MINUTE);
  expect(world.claudes).toHaveLength(0);
  expect(roots(world)).toEqual([expect.stringContaining("**Stopped**")]);
});

test("of a project that is taken out routines rest, and are told when it is back", async () => {
  const world = await lab();
  const shop = projectOf({ ...LAB, name: "shop", origin: "file" });
  const other = projectOf({ ...LAB, name: "other", origin: "file" });
  await world.serve([shop, other]);
  await world.make("every day at 12:00: something");
  await world.serve([other]);
  await world.clock.advance(3 * 24 * 60 * MINUTE);
  expect(roots(world)).toEqual([]);
  await world.serve([shop, other]);
  await world.clock.advance(2 * MINUTE);
  expect(roots(world)).toEqual([expect.stringMatching(/⚠️ 3 runs missed/)]);
  expect(world.claudes).toHaveLength(0);
});

test("no words of a task call anybody or leave its quote", async () => {
  const world = await lab();
  await world.make(
    "in 5 minutes: hello @channel and @bob\n\n# Not a heading\n![pic](https://x.example/p.png)",
  );
  await world.clock.advance(6 * MINUTE);
  const [, ...lines] = (roots(world)[0] ?? "").split("\n");
  expect(lines.every((line) => line.startsWith(">"))).toBe(true);
  for (const post of ours(world).filter(({ message }) => message.includes("hello"))) {
    expect(post.message).not.toMatch(/@(channel|bob|alice)|!\[/);
  }
});

test("a maker who has another name by now is called by it, and not by the one that somebody else has taken", async () => {
  const world = await lab({ ...LAB, allowedUsers: [] });
  await world.make("every day at 9:00: look");
  world.changed(user("alicia", { id: "alice" as UserId }));
  world.changed(user("alice", { id: "carol" as UserId }));
  await world.clock.advance(24 * 60 * MINUTE);
  expect(world.claudes.map(({ heard }) => heard)).toEqual([["look"]]);
  expect(roots(world)).toEqual([expect.stringMatching(/^🕘 \*\*Routine 1\*\* of @\u200balicia · /)]);
  expect(ours(world).some(({ message }) => message.includes("**Started by** | @\u200balicia |"))).toBe(true);
});

test("a run that could not begin yet does not begin once its routine is paused", async () => {
  const world = await lab();
  await world.make("in 20 minutes: look");
  const { createPost } = world.api;
  world.api.createPost = async (post) => {
    if (post.rootId === undefined) throw new MattermostError("unreachable", "the server can't be reached");
    return createPost?.(post) as Promise<Post>;
  };
  await world.clock.advance(21 * MINUTE);
  await world.say("alice", "!routines pause 1");
  Object.assign(world.api, { createPost });
  await world.clock.advance(5 * MINUTE);
  expect(world.claudes).toEqual([]);
  expect(roots(world)).toEqual([]);
});
