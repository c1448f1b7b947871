// What the checks of a start or a reload have said of an account is old news: what was heard since counts, whatever is
// served anew.

import { expect, test } from "vitest";
import type { PostId, User, UserId } from "../../../src/mattermost/types.ts";
import { channelsWorld } from "../../support/channels-world.ts";
import { projectOf } from "../../support/projects.ts";
import { permission, user } from "../../support/session-script.ts";

const web = projectOf({
  name: "web",
  origin: "file",
  channel: "c1",
  directory: "/web",
  allowedUsers: ["ann", "bob"],
});
const direct = projectOf({
  name: "directMessages",
  origin: "direct",
  channel: undefined,
  directory: "/direct",
  allowedUsers: ["ann", "bob"],
});
const docs = projectOf({
  name: "docs",
  origin: "file",
  channel: "c2",
  directory: "/docs",
  allowedUsers: ["ann"],
});

/** A session of ann's that waits for a decision, and bob as he is since. */
async function asked(bob: User) {
  const world = channelsWorld({
    people: [user("ann"), user("bob")],
    channels: ["c1", "c2"],
    direct: [["dm-ann", "ann"]],
  });
  await world.serve([web, direct]);
  world.take({ type: "hello", connectionId: "one", resumed: false });
  await world.settle();
  world.post("ann", "c1", "@claude-code go");
  await world.settle();
  const [claude] = world.claudes;
  claude?.tell(permission("request"));
  await world.clock.advance(3000);
  world.changed(bob);
  const card = [...world.posts.values()].find((post) => /Permission requested/.test(JSON.stringify(post)));
  const approves = async (by: string): Promise<number | undefined> => {
    world.take({
      type: "reactionAdded",
      reaction: {
        userId: by as UserId,
        postId: card?.id as PostId,
        emojiName: "+1",
        createdAt: world.clock.now(),
      },
    });
    await world.settle();
    return claude?.answers.length;
  };
  return { world, approves };
}

const LOST = [
  ["deactivated", user("bob", { isActive: false })],
  ["renamed", user("bob", { username: "robert" })],
] as const;

test.each(LOST)("a first direct message gives nothing back to somebody who was %s", async (_what, bob) => {
  const { world, approves } = await asked(bob);
  world.post("ann", "dm-ann", "hello");
  await world.settle();
  expect(world.claudes).toHaveLength(2);
  expect([await approves("bob"), await approves("ann")]).toEqual([0, 1]);
});

test.each(LOST)(
  "a change of other projects gives nothing back to somebody who was %s",
  async (_what, bob) => {
    const { world, approves } = await asked(bob);
    await world.serve([web, direct, docs]);
    expect([await approves("bob"), await approves("ann")]).toEqual([0, 1]);
  },
);
