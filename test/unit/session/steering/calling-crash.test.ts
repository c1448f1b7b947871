// A mention is made once, at whatever moment mm-claude is killed, and whatever becomes of the request.

import { expect, test } from "vitest";
import type { Calling } from "../../../../src/session/calling.ts";
import { SessionManager } from "../../../../src/session/manager.ts";
import { decodeSnapshot } from "../../../../src/session/snapshot.ts";
import { createFakeClock, settle } from "../../../support/fake-clock.ts";
import { managerWorld } from "../../../support/manager-world.ts";
import { memoryDocuments } from "../../../support/memory-documents.ts";
import { turnEnded } from "../../../support/session-script.ts";

const MINUTE = 60_000;

type Found = Awaited<ReturnType<Calling["available"]>>;

const ALICE: Found = { available: [{ name: "alice", username: "alice" }] };

function world(available: () => Promise<Found>) {
  const first = managerWorld();
  const calling = { available, setNotified: () => {} };
  first.manager.reconfigure({ ...first.dependencies, calling });
  return {
    ...first,
    async longTurn() {
      first.open("a");
      await settle();
      first.processes[0]?.tell({ type: "turnStarted", model: "m" });
      await first.clock.advance(6 * MINUTE);
      first.processes[0]?.tell(turnEnded());
      await settle();
    },
    /** The first one does nothing any more, and another takes up what is kept. */
    async kill() {
      const clock = createFakeClock(first.clock.now());
      const documents = memoryDocuments(new Map());
      const next = { available: async () => ALICE, setNotified: () => {} };
      const kept = [...first.documents.values()].flatMap((text) => decodeSnapshot(JSON.parse(text)) ?? []);
      expect(kept).toHaveLength(1);
      const manager = new SessionManager({ ...first.dependencies, clock, documents, calling: next });
      manager.restore(kept);
      await clock.advance(30 * MINUTE);
      await manager.shutDown();
    },
    mentions: () => [...first.server.posts.values()].filter((text) => text.includes("@alice done")),
  };
}

test("killed before it is known who can be called", async () => {
  const one = world(() => new Promise<Found>(() => {}));
  await one.longTurn();
  expect(one.mentions()).toHaveLength(0);
  await one.kill();
  expect(one.mentions()).toEqual(["✅ @alice done in 6 min"]);
});

test("killed while the post is made, when its answer is lost", async () => {
  const one = world(async () => ALICE);
  one.server.failBy((line) => (line.startsWith("create ✅") ? "lost" : undefined));
  await one.longTurn();
  expect(one.mentions()).toHaveLength(1);
  one.server.failBy(() => undefined);
  await one.kill();
  expect(one.mentions()).toHaveLength(1);
});

test("killed after it was made", async () => {
  const one = world(async () => ALICE);
  await one.longTurn();
  await one.kill();
  expect(one.mentions()).toHaveLength(1);
});

test("not killed, but answered late or never", async () => {
  const one = world(async () => ALICE);
  one.server.failNext("create", "failed-late");
  await one.longTurn();
  await one.clock.advance(30 * MINUTE);
  expect(one.mentions()).toHaveLength(1);
  await one.manager.shutDown();
});
