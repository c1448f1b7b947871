// What waits until a session's document is on the disk, and what does not: a crash at any moment must leave behind what
// was to be done, and never make it happen twice.

import { expect, test } from "vitest";
import type { ThreadId } from "../../../src/mattermost/types.ts";
import { settle } from "../../support/fake-clock.ts";
import { managerWorld } from "../../support/manager-world.ts";
import { OWNER, turnEnded } from "../../support/session-script.ts";

/** A disk that takes its time: what is to be saved is saved when the test says so. */
function slowWorld() {
  let waiting: (() => void)[] = [];
  const saved = new Map<string, string>();
  const changed = new Map<string, () => string>();
  const world = managerWorld(2, () => ({
    change: (name, json) => void changed.set(name, json),
    saved: (name) => (changed.has(name) ? new Promise<void>((resolve) => waiting.push(resolve)) : undefined),
    remove: (name) => void saved.delete(name),
  }));
  return {
    ...world,
    saved,
    hasChanged: () => changed.size > 0,
    /** Until nothing waits any more. */
    async save() {
      do {
        for (const [name, json] of changed) saved.set(name, json());
        changed.clear();
        for (const done of waiting.splice(0)) done();
        await settle();
      } while (waiting.length > 0);
      waiting = [];
    },
    deliver: (signal: Parameters<NonNullable<ReturnType<typeof world.manager.find>>["deliver"]>[0]) =>
      world.manager.find("a" as ThreadId)?.deliver(signal),
  };
}

const creates = ({ server }: ReturnType<typeof slowWorld>): string[] =>
  server.calls.filter((call) => call.startsWith("create"));

test("neither a post is made nor Claude told before it is saved, and then at once", async () => {
  const world = slowWorld();
  world.open("a");
  await settle();
  expect([creates(world), world.processes[0]?.heard, world.saved.size]).toEqual([[], [], 0]);
  await world.save();
  expect(creates(world)).toHaveLength(1);
  expect(world.processes[0]?.heard).toEqual(["a"]);
});

test("no mark is put on a message before it is saved: after a crash nobody would take it away", async () => {
  const world = slowWorld();
  world.open("a");
  await world.save();
  world.deliver({ type: "message", message: world.message("more") });
  await settle();
  expect(world.server.calls.filter((call) => call.startsWith("react"))).toEqual([]);
  await world.save();
  expect(world.server.calls).toContainEqual(expect.stringMatching(/^react m\d+ eyes/));
});

test("Claude is started meanwhile", () => {
  const world = slowWorld();
  world.open("a");
  expect(world.processes).toHaveLength(1);
});

test("the header waits for no second save because of what a Claude tells at its start", async () => {
  const world = slowWorld();
  world.open("a");
  await world.save();
  // With the header's id.
  await world.save();
  world.processes[0]?.tell({ type: "ready", commands: [{ name: "compact", aliases: [] }], models: [] });
  expect(world.hasChanged()).toBe(false);
  world.processes[0]?.tell({ type: "turnStarted", model: "m" });
  expect(world.hasChanged()).toBe(true);
  await world.save();
  expect([...world.saved.values()].join()).toContain('"name":"compact"');
});

test("words that people read are saved before they are shown", async () => {
  const world = slowWorld();
  world.open("a");
  await world.save();
  const tell = world.processes[0]?.tell;
  tell?.({ type: "turnStarted", model: "m" });
  tell?.({ type: "messageStarted", messageId: "m1" });
  tell?.({ type: "textDelta", text: "Some words and more", blockIndex: 0 });
  await world.clock.advance(3000);
  const before = world.server.calls.length;
  await world.clock.advance(3000);
  expect(world.server.calls).toHaveLength(before);
  expect([...world.server.posts.values()].join()).not.toContain("Some words");
  await world.save();
  expect([...world.server.posts.values()].join()).toContain("Some words");
  expect([...world.saved.values()].join()).toContain("Some words");
});

test("what Claude is told keeps its order while it waits: it is not ended before it has got its message", async () => {
  const world = slowWorld();
  world.open("a");
  world.deliver({ type: "command", by: OWNER, postId: "c1" as never, command: { name: "stop" } as never });
  await settle();
  const stopped = world.manager.shutDown();
  await settle();
  expect(world.processes[0]?.heard).toEqual([]);
  await world.save();
  await stopped;
  expect(world.processes[0]?.heard.slice(0, 1)).toEqual(["a"]);
  expect(world.processes[0]?.isClosed).toBe(true);
});

test("a stop waits for what is still to be saved, and leaves no Claude behind", async () => {
  const world = slowWorld();
  world.open("a");
  let isOver = false;
  const stopped = world.manager.shutDown().then(() => {
    isOver = true;
  });
  await settle();
  expect(isOver).toBe(false);
  await world.save();
  await world.clock.advance(10_000);
  await stopped;
  expect(world.processes.every(({ isClosed }) => isClosed)).toBe(true);
});

test("after a fault Claude is told nothing of what waited", async () => {
  const world = slowWorld();
  world.open("a");
  world.deliver({ type: "fault", what: "x", detail: "y" });
  await world.save();
  expect(world.processes[0]?.isClosed).toBe(true);
});

test("a turn that ends while the disk is slow is followed by the next message, each told once", async () => {
  const world = slowWorld();
  world.open("a");
  world.deliver({ type: "message", message: world.message("second") });
  await world.save();
  world.processes[0]?.tell(turnEnded());
  await settle();
  await world.save();
  expect(world.processes[0]?.heard.map((text) => text.replace(/^.*: /, ""))).toEqual(["a", "second"]);
});
