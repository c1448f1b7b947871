// Processes that wait: when there is one, when it is out of date, and that none is left over.

import { expect, test } from "vitest";
import type { ClaudeClient, ClaudeEvent, ClaudeStart } from "../../../src/claude/types.ts";
import { WarmPool } from "../../../src/claude/warm-pool.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { quietLog } from "../../support/logs.ts";

const READY: ClaudeEvent = { type: "ready", commands: [] };
const PLENTY = 8 * 1024 ** 3;

function setUp({ size = 1 } = {}) {
  const clock = createFakeClock();
  const machine = {
    settings: "s1",
    slow: "g1" as string | undefined,
    asked: 0,
    free: PLENTY,
    hasPlace: true,
  };
  const started: { id: string; tell: (event: ClaudeEvent) => void; isClosed: boolean }[] = [];
  const unused: string[] = [];
  let ids = 0;
  const pool = new WarmPool({
    size,
    clock,
    log: quietLog,
    newStart() {
      if (!machine.hasPlace) {
        throw new Error("no place");
      }
      return { conversationId: `id${++ids}` } as ClaudeStart;
    },
    startClaude({ conversationId }, tell): ClaudeClient {
      const one = { id: conversationId, tell, isClosed: false };
      started.push(one);
      return {
        pid: 1,
        send: () => {},
        answer: () => {},
        answerCall: () => {},
        interrupt: () => {},
        request: (_request, reply) => reply({ type: "unknown" }),
        close: async () => {
          one.isClosed = true;
          tell({ type: "exited", code: 0, signal: null, stderr: "" });
        },
      };
    },
    onUnused: ({ conversationId }) => unused.push(conversationId),
    settingsFingerprint: () => machine.settings,
    repositoryFingerprint: async () => {
      machine.asked++;
      return machine.slow;
    },
    freeMemory: () => machine.free,
  });
  const live = (): string[] => started.filter(({ isClosed }) => !isClosed).map(({ id }) => id);
  return { pool, clock, machine, started, unused, live };
}

test("one waits, is taken with its id, and is replaced after a while", async () => {
  const { pool, clock, started, live } = setUp();
  expect(pool.take()).toBeUndefined();
  pool.open();
  started[0]?.tell(READY);
  const warm = pool.take();
  expect(warm?.start.conversationId).toBe("id1");
  expect(pool.take()).toBeUndefined();
  const heard: string[] = [];
  warm?.assign((event) => heard.push(event.type));
  expect(heard).toEqual([]);
  await clock.advance(1000);
  expect(heard).toEqual(["ready"]);
  expect(live()).toEqual(["id1"]);
  await clock.advance(3000);
  expect(live()).toEqual(["id1", "id2"]);
  started[0]?.tell({ type: "turnStarted", model: "m" });
  expect(heard).toEqual(["ready", "turnStarted"]);
});

test("one that is taken before it is ready says so to who took it", () => {
  const { pool, started } = setUp();
  pool.open();
  const heard: string[] = [];
  pool.take()?.assign((event) => heard.push(event.type));
  started[0]?.tell(READY);
  expect(heard).toEqual(["ready"]);
});

test("as many wait as are wanted, and none where none is", () => {
  const many = setUp({ size: 3 });
  many.pool.open();
  expect(many.live()).toHaveLength(3);
  const none = setUp({ size: 0 });
  none.pool.open();
  expect(none.live()).toEqual([]);
  expect(none.clock.pending()).toBe(0);
});

test("one that does not fit is ended, and another one waits soon", async () => {
  const { pool, clock, live } = setUp();
  pool.open();
  expect(pool.take(({ conversationId }) => conversationId !== "id1")).toBeUndefined();
  expect(live()).toEqual([]);
  await clock.advance(3000);
  expect(pool.take(({ conversationId }) => conversationId !== "id1")?.start.conversationId).toBe("id2");
});

test("after a quarter of an hour it is replaced", async () => {
  const { pool, clock, live, unused } = setUp();
  pool.open();
  await clock.advance(14 * 60_000);
  expect(live()).toEqual(["id1"]);
  await clock.advance(2 * 60_000);
  expect(live()).toEqual(["id2"]);
  expect(unused).toEqual(["id1"]);
});

test("when settings or the repository have changed it is replaced", async () => {
  const { pool, clock, live, machine } = setUp();
  pool.open();
  await clock.advance(0);
  machine.settings = "s2";
  await clock.advance(30_000);
  expect(live()).toEqual(["id2"]);
  machine.slow = "g2";
  await clock.advance(30_000);
  expect(live()).toEqual(["id3"]);
  await clock.advance(60_000);
  expect(live()).toEqual(["id3"]);
});

test("one whose settings have just changed is not handed out", async () => {
  const { pool, clock, machine, live } = setUp();
  pool.open();
  machine.settings = "s2";
  expect(pool.take()).toBeUndefined();
  expect(live()).toEqual([]);
  await clock.advance(3000);
  expect(pool.take()?.start.conversationId).toBe("id2");
});

test("when memory is short none waits, and one does again when there is enough", async () => {
  const { pool, clock, machine, live } = setUp();
  pool.open();
  machine.free = 500 * 1024 ** 2;
  await clock.advance(30_000);
  expect(live()).toEqual([]);
  machine.free = PLENTY;
  await clock.advance(30_000);
  expect(live()).toEqual(["id2"]);
});

test("after a CLI that ends by itself, or that has no place for files, none is started for a while", async () => {
  const { pool, clock, started, machine, unused } = setUp();
  pool.open();
  started[0]?.tell({ type: "exited", code: 1, signal: null, stderr: "no" });
  await clock.advance(4 * 60_000);
  expect(started).toHaveLength(1);
  expect(unused).toEqual(["id1"]);
  machine.hasPlace = false;
  await clock.advance(2 * 60_000);
  expect(started).toHaveLength(1);
  machine.hasPlace = true;
  await clock.advance(6 * 60_000);
  expect(started).toHaveLength(2);
});

test("once it is closed nothing is left and nothing starts", async () => {
  const { pool, clock, live, unused } = setUp({ size: 2 });
  pool.open();
  await pool.close();
  expect(live()).toEqual([]);
  expect(unused).toEqual(["id1", "id2"]);
  await clock.advance(3_600_000);
  expect(live()).toEqual([]);
  expect(clock.pending()).toBe(0);
});

test("a clock that is set back makes no pause longer", async () => {
  const { pool, clock, started } = setUp();
  pool.open();
  started[0]?.tell({ type: "exited", code: 1, signal: null, stderr: "" });
  clock.jump(-24 * 3_600_000);
  pool.take();
  await clock.advance(3000);
  expect(started).toHaveLength(2);
});

test("one stays while nobody can say whether its repository has changed, and nobody is asked while none waits", async () => {
  const { pool, clock, machine, started, live } = setUp();
  pool.open();
  await clock.advance(1000);
  machine.slow = undefined;
  await clock.advance(60_000);
  expect(live()).toEqual(["id1"]);
  const asked = machine.asked;
  started[0]?.tell({ type: "exited", code: null, signal: null, stderr: "away", lost: "cut" });
  await clock.advance(4 * 60_000);
  expect(live()).toEqual([]);
  expect(machine.asked).toBe(asked);
});
