// What becomes of a routine over a server and Claudes that are only in memory, under a clock that a test moves.

import { expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { Post, PostId, UserId } from "../../../src/mattermost/types.ts";
import { type ChannelsWorld, channelsWorld } from "../../support/channels-world.ts";
import { projectOf } from "../../support/projects.ts";
import { user } from "../../support/session-script.ts";

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
