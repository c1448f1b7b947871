// The map of sessions and its slots, with real sessions over a fake server and a fake Claude.

import { expect, test } from "vitest";
import type { ThreadId } from "../../../src/mattermost/types.ts";
import { decodeSnapshot, type SessionSnapshot } from "../../../src/session/snapshot.ts";
import { settle } from "../../support/fake-clock.ts";
import { id, managerWorld } from "../../support/manager-world.ts";
import { turnEnded } from "../../support/session-script.ts";

const find = ({ manager }: ReturnType<typeof managerWorld>, thread: string) =>
  manager.find(thread as ThreadId);

test("five mentions at once do not beat a cap of two", async () => {
  const world = managerWorld(2);
  expect(["a", "b", "c", "d", "e"].map(world.open)).toEqual([true, true, false, false, false]);
  await settle();
  expect(world.processes).toHaveLength(2);
  expect(find(world, "c")).toBeUndefined();
  await world.manager.shutDown();
});

test("when every slot is taken, the session that has been idle for longest sleeps", async () => {
  const world = managerWorld(2);
  world.open("a");
  world.open("b");
  await world.clock.advance(1000);
  world.processes[1]?.tell(turnEnded());
  await world.clock.advance(1000);
  world.processes[0]?.tell(turnEnded());
  expect(world.open("c")).toBe(true);
  await settle();
  expect(world.live()).toEqual([id(1), id(3)]);
  expect([...world.server.posts.values()].some((text) => text.includes("asleep"))).toBe(true);
  expect(find(world, "b")).toBeDefined();
  await world.manager.shutDown();
});

test("a sleeping session wakes in a free slot and resumes its own conversation", async () => {
  const world = managerWorld(1);
  world.open("a");
  world.processes[0]?.tell({ type: "turnStarted", model: "m" });
  world.processes[0]?.tell(turnEnded());
  world.open("b");
  world.processes[1]?.tell(turnEnded());
  find(world, "a")?.deliver({ type: "message", message: world.message("again") });
  await settle();
  expect(world.processes.map(({ start }) => [start.conversationId, start.resume])).toEqual([
    [id(1), false],
    [id(2), false],
    [id(1), true],
  ]);
  expect(world.live()).toEqual([id(1)]);
  await world.manager.shutDown();
});

test("the last event of an old process does not touch its successor", async () => {
  const world = managerWorld(1);
  world.open("a");
  const [old] = world.processes;
  old?.tell({ type: "turnStarted", model: "m" });
  old?.tell({ type: "exited", code: 1, signal: null, stderr: "" });
  find(world, "a")?.deliver({ type: "message", message: world.message("again") });
  old?.tell({ type: "exited", code: 1, signal: null, stderr: "" });
  await settle();
  expect(world.processes).toHaveLength(2);
  expect([...world.server.posts.values()].filter((text) => text.includes("💥"))).toHaveLength(1);
  await world.manager.shutDown();
});

test("an ended session is found no more, its slot is free, and its thread may begin again", async () => {
  const world = managerWorld(1);
  world.open("a");
  find(world, "a")?.deliver({ type: "threadLost", reason: "gone" });
  expect(find(world, "a")).toBeUndefined();
  expect(world.live()).toEqual([]);
  expect(world.open("a")).toBe(true);
  expect(world.live()).toEqual([id(2)]);
  await world.manager.shutDown();
});

test("after a shutdown no process is left and none begins, and every timer is off", async () => {
  const world = managerWorld(2);
  world.open("a");
  world.open("b");
  await world.manager.shutDown();
  world.open("c");
  expect(world.processes).toHaveLength(2);
  expect(world.live()).toEqual([]);
  expect(world.clock.pending()).toBe(0);
});

test("what wants to go on while mm-claude stops is kept, and is not told that it is too busy", async () => {
  const world = managerWorld(1);
  world.open("a");
  world.processes[0]?.tell(turnEnded());
  const session = find(world, "a");
  session?.deliver({ type: "slotWithdrawn" });
  await settle();
  const stopped = world.manager.shutDown();
  session?.deliver({ type: "message", message: world.message("the last") });
  await stopped;
  expect([...world.server.posts.values()].join("\n")).not.toContain("Too busy");
  expect(JSON.stringify([...world.documents.values()])).toContain("the last");
});

const DAY = 24 * 3_600_000;

test("a session that has slept for thirty days is forgotten, in memory and in the store, when another one starts", async () => {
  const world = managerWorld(2);
  world.open("a");
  world.processes[0]?.tell(turnEnded());
  await world.clock.advance(30 * DAY);
  world.open("b");
  world.processes[1]?.tell(turnEnded());
  await settle();
  expect([...world.documents.keys()]).toEqual(["session-channel-a", "session-channel-b"]);
  await world.clock.advance(DAY);
  world.open("c");
  await settle();
  expect(find(world, "a")).toBeUndefined();
  expect(find(world, "b")).toBeDefined();
  expect([...world.documents.keys()]).toEqual(["session-channel-b", "session-channel-c"]);
  await world.manager.shutDown();
});

test("of more than a thousand that sleep the longest asleep are forgotten, and one that works never is", async () => {
  const world = managerWorld(2);
  world.open("working");
  for (let index = 0; index < 1005; index++) {
    await world.clock.advance(1);
    world.open(`thread${index}`);
    world.processes.at(-1)?.tell(turnEnded());
  }
  await settle();
  expect(find(world, "thread0")).toBeUndefined();
  expect(find(world, "thread1000")).toBeDefined();
  expect(find(world, "working")).toBeDefined();
  expect(world.documents.size).toBeLessThanOrEqual(1003);
  await world.manager.shutDown();
});

test("one session that can't be taken up is a warning, and the others are taken up", async () => {
  const earlier = managerWorld(2);
  earlier.open("good");
  earlier.open("bad");
  await earlier.manager.shutDown();
  const read = (name: string): SessionSnapshot => {
    const document = JSON.parse(earlier.documents.get(`session-channel-${name}`) ?? "") as object;
    const snapshot = decodeSnapshot(document);
    if (!snapshot) throw new Error("not read");
    return snapshot;
  };
  const later = managerWorld(2);
  const bad = { ...read("bad"), writer: { entries: [null as never], writes: [] } };
  expect(later.manager.restore([bad, read("good")])).toEqual(["bad"]);
  expect(find(later, "bad")).toBeUndefined();
  expect(find(later, "good")).toBeDefined();
  expect(later.warnings).toEqual(["The session of thread bad can't be taken up"]);
  await later.manager.shutDown();
});

test("no word is shown that is not saved, also one that is worth showing as it comes", async () => {
  const world = managerWorld(1);
  world.open("a");
  await settle();
  const tell = world.processes[0]?.tell ?? (() => {});
  tell({ type: "turnStarted", model: "m" });
  tell({ type: "messageStarted", messageId: "m1" });
  let text = "";
  for (let at = 0; at < 5; at++) {
    const words = `word${at} and `;
    text += words;
    // A pause, after which what comes is shown at once.
    await world.clock.advance(2500);
    tell({ type: "textDelta", text: words, blockIndex: 0 });
    await settle();
    const shown = [...world.server.posts.values()].find((post) => post.startsWith("word0")) ?? "";
    expect(text.startsWith(shown)).toBe(true);
    expect([...world.documents.values()].join()).toContain(shown);
  }
  await world.manager.shutDown();
});

test("it tells the threads Claude runs for, and the posts that wait for it", async () => {
  const world = managerWorld(1);
  world.open("a");
  find(world, "a")?.deliver({ type: "message", message: world.message("waits") });
  expect(world.manager.liveThreads()).toEqual(["a"]);
  expect(world.manager.waitingPosts()).toEqual([{ threadId: "a", postId: "m2" }]);
  world.processes[0]?.tell(turnEnded());
  expect(world.manager.waitingPosts()).toEqual([]);
  world.processes[0]?.tell(turnEnded());
  world.open("b");
  expect(world.manager.liveThreads()).toEqual(["b"]);
  await world.manager.shutDown();
});
