// A direct message of somebody who was not listed was refused: it stays so, whoever is listed later.

import { expect, test } from "vitest";
import { channelsWorld } from "../../support/channels-world.ts";
import { projectOf } from "../../support/projects.ts";
import { user } from "../../support/session-script.ts";

const directFor = (...allowedUsers: string[]) =>
  projectOf({
    name: "directMessages",
    origin: "direct",
    channel: undefined,
    directory: "/direct",
    allowedUsers,
  });

async function refused() {
  const world = channelsWorld({
    people: [user("ann"), user("bob")],
    channels: [],
    direct: [["dm-bob", "bob"]],
  });
  await world.serve([directFor("ann")]);
  world.take({ type: "hello", connectionId: "one", resumed: false });
  await world.settle();
  world.post("bob", "dm-bob", "delete it all");
  await world.clock.advance(60_000);
  return world;
}

type World = Awaited<ReturnType<typeof refused>>;

const heard = ({ claudes }: World): string[] => claudes.flatMap((claude) => claude.heard);
const said = ({ posts }: World): string => JSON.stringify([...posts.values()]);

test("what was refused is not heard with the first message after the person is listed", async () => {
  const world = await refused();
  await world.serve([directFor("ann", "bob")]);
  world.post("bob", "dm-bob", "hello");
  await world.clock.advance(3000);
  expect(said(world)).toContain("you are not among those who may start a session");
  expect(heard(world)).toEqual(["hello"]);
});

test("nor when the connection is opened anew, nor after a restart", async () => {
  const world = await refused();
  await world.serve([directFor("ann", "bob")]);
  world.take({ type: "hello", connectionId: "two", resumed: false });
  await world.clock.advance(3000);
  expect(heard(world)).toEqual([]);
  await world.restart();
  await world.serve([directFor("ann", "bob")]);
  world.take({ type: "hello", connectionId: "three", resumed: false });
  await world.clock.advance(3000);
  expect(heard(world)).toEqual([]);
  world.post("bob", "dm-bob", "hello");
  await world.clock.advance(3000);
  expect(heard(world)).toEqual(["hello"]);
});

test("what was written just before and after the person was listed is heard as each was", async () => {
  const world = await refused();
  world.post("bob", "dm-bob", "delete more");
  await world.serve([directFor("ann", "bob")]);
  await world.clock.advance(1000);
  world.post("bob", "dm-bob", "hello");
  await world.clock.advance(3000);
  expect(heard(world)).toEqual(["hello"]);
});
