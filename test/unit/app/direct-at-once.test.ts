// The first direct messages of somebody may come faster than their channel can be served.

import { expect, test } from "vitest";
import { channelsWorld } from "../../support/channels-world.ts";
import { projectOf } from "../../support/projects.ts";
import { user } from "../../support/session-script.ts";

test("two first messages at once are two sessions, each heard once", async () => {
  const world = channelsWorld({ people: [user("ann")], channels: [], direct: [["dm-ann", "ann"]] });
  const direct = projectOf({
    name: "directMessages",
    origin: "direct",
    channel: undefined,
    directory: "/direct",
    allowedUsers: ["ann"],
  });
  await world.serve([direct]);
  world.take({ type: "hello", connectionId: "one", resumed: false });
  await world.settle();
  world.post("ann", "dm-ann", "one");
  const { id } = world.post("ann", "dm-ann", "two");
  await world.clock.advance(3000);
  world.post("ann", "dm-ann", "three", id);
  await world.clock.advance(3000);
  expect(world.claudes.map(({ heard }) => heard)).toEqual([["one"], ["two"]]);
  expect(world.problems).toEqual([]);
  const headers = [...world.posts.values()].filter(({ message }) => message.includes("Started by"));
  expect(headers).toHaveLength(2);
});
