// Sessions at rest: what is said of them is the same as of others, and whoever turns to one finds it as it was.

import { expect, test } from "vitest";
import type { ThreadId } from "../../../src/mattermost/types.ts";
import { SessionManager } from "../../../src/session/manager.ts";
import { keptOf } from "../../../src/session/passive-sessions.ts";
import { settle } from "../../support/fake-clock.ts";
import { id, managerWorld } from "../../support/manager-world.ts";
import { OTHER, OWNER, turnEnded } from "../../support/session-script.ts";

const MINUTE = 60_000;
const A = "a" as ThreadId;
const B = "b" as ThreadId;

/** `a` sleeps, since `b` has its slot. */
async function setUp() {
  const world = managerWorld(1);
  world.open("a");
  world.processes[0]?.tell({ type: "turnStarted", model: "m" });
  world.processes[0]?.tell(turnEnded());
  world.open("b");
  world.processes[1]?.tell({ type: "turnStarted", model: "m" });
  await settle();
  return world;
}

/** But for how often it was taken up, and the process that there was. */
function stateIn(document = ""): unknown {
  const { process: _, state, ...more } = JSON.parse(document);
  return { ...more, state: { ...state, generation: undefined } };
}

test("a session that sleeps is put away after a while, and listed and counted as before", async () => {
  const { manager, clock, documents, read } = await setUp();
  const seen = () => ({
    views: manager.views().toSorted((one, other) => one.threadId.localeCompare(other.threadId)),
    listed: manager
      .listedFor(OWNER.id)
      .toSorted((one, other) => (one.title ?? "").localeCompare(other.title ?? "")),
    isHeld: manager.holds(id(1)),
    live: manager.liveThreads(),
  });
  const before = seen();
  await clock.advance(25 * MINUTE);
  const kept = documents.get("session-channel-a");
  expect(seen()).toEqual(before);
  expect(read).toEqual([]);
  manager.find(A);
  expect(read).toEqual(["a"]);
  expect(seen()).toEqual(before);
  await clock.advance(1);
  expect(stateIn(documents.get("session-channel-a"))).toEqual(stateIn(kept));
  await manager.shutDown();
});

test("it goes on with its conversation when somebody speaks there, and is put away again", async () => {
  const world = await setUp();
  const { manager, clock, processes, read } = world;
  processes[1]?.tell(turnEnded());
  await clock.advance(30 * MINUTE);
  manager.find(A)?.deliver({ type: "message", message: world.message("again") });
  await settle();
  expect(processes.at(-1)?.start).toMatchObject({ conversationId: id(1), resume: true });
  expect(processes.at(-1)?.sent).toEqual([expect.stringContaining("again")]);
  processes.at(-1)?.tell({ type: "turnStarted", model: "m" });
  processes.at(-1)?.tell(turnEnded());
  // Until it sleeps, and then until it rests.
  await clock.advance(60 * MINUTE);
  manager.find(A);
  expect(read).toEqual(["a", "a"]);
  await manager.shutDown();
});

test("what is said to it by who has found it before it was put away is not lost", async () => {
  const world = await setUp();
  world.processes[1]?.tell(turnEnded());
  const found = world.manager.find(A);
  await world.clock.advance(30 * MINUTE);
  found?.deliver({ type: "message", message: world.message("just in time") });
  await settle();
  expect(world.processes.at(-1)?.sent).toEqual([expect.stringContaining("just in time")]);
  await world.manager.shutDown();
});

test("one in which somebody is asked, or that works, stays", async () => {
  const world = await setUp();
  const { manager, clock, read } = world;
  const message = { ...world.message("May I?"), by: OTHER };
  manager.find(A)?.deliver({ type: "message", message });
  await clock.advance(25 * MINUTE);
  for (const thread of [A, B]) manager.find(thread);
  expect(read).toEqual([]);
  await manager.shutDown();
});

test("those at rest are not even begun by a start, and are there when somebody turns to them", async () => {
  const world = await setUp();
  world.processes[1]?.tell(turnEnded());
  await world.clock.advance(30 * MINUTE);
  await world.manager.shutDown();
  const next = new SessionManager(world.dependencies);
  const snapshots = [A, B].flatMap((thread) => world.dependencies.readSnapshot(thread) ?? []).map(keptOf);
  world.read.length = 0;
  expect(next.restore(snapshots)).toEqual([]);
  expect(next.views().map(({ threadId, phase }) => [threadId, phase])).toContainEqual(["a", "asleep"]);
  next.find(A)?.deliver({ type: "message", message: world.message("after the start") });
  await settle();
  expect(world.read).toEqual(["a"]);
  expect(world.processes.at(-1)?.sent).toEqual([expect.stringContaining("after the start")]);
  await next.shutDown();
});

test("one whose document can't be read any more is no session, and its thread may begin anew", async () => {
  const world = await setUp();
  world.processes[1]?.tell(turnEnded());
  await world.clock.advance(30 * MINUTE);
  world.documents.set("session-channel-a", "{}");
  expect(world.manager.find(A)).toBeUndefined();
  expect(world.manager.views().map(({ threadId }) => threadId)).toEqual(["b"]);
  expect(world.open("a")).toBe(true);
  await world.manager.shutDown();
});
