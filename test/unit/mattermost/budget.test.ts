import { expect, test } from "vitest";
import { pauseAfter, RequestBudget } from "../../../src/mattermost/budget.ts";
import { MattermostError } from "../../../src/mattermost/error.ts";
import { createFakeClock, settle } from "../../support/fake-clock.ts";

/** A budget whose requests are answered by hand, or at once when told so. */
function world({ answerAtOnce = false } = {}) {
  const clock = createFakeClock();
  const budget = new RequestBudget(clock, () => 0);
  const sent: string[] = [];
  const open: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const ask = (name: string, queue = name, isUrgent: () => boolean = () => true): Promise<void> =>
    budget.inSlot({ queue, isUrgent }, async () => {
      sent.push(name);
      running++;
      most = Math.max(most, running);
      if (!answerAtOnce) {
        await new Promise<void>((resolve) => open.push(resolve));
      }
      running--;
    });
  return {
    clock,
    budget,
    sent,
    ask,
    most: () => most,
    async answer(count = 1) {
      for (const resolve of open.splice(0, count)) {
        resolve();
      }
      await settle();
    },
  };
}

/** What a limited server says. */
function says(budget: RequestBudget, limit: number, left: number, resetSeconds: number, status = 200): void {
  const twice = (value: number): string => (status === 429 ? `${value}` : `${value}, ${value}`);
  const headers = new Headers({
    "x-ratelimit-limit": twice(limit),
    "x-ratelimit-remaining": twice(left),
    "x-ratelimit-reset": twice(resetSeconds),
  });
  budget.learn({ status, headers });
}

test("without a limit in sight nothing waits but what would be too much at once", async () => {
  const { ask, sent, most, answer, clock } = world();
  const all = Array.from({ length: 40 }, (_, index) => ask(`${index}`));
  await settle();
  expect(sent).toHaveLength(16);
  expect(clock.pending()).toBe(0);
  await answer(40);
  await answer(40);
  await answer(40);
  await Promise.all(all);
  expect(sent).toHaveLength(40);
  expect(most()).toBe(16);
});

test("one queue never takes every place", async () => {
  const { ask, sent } = world();
  for (let index = 0; index < 10; index++) {
    void ask(`a${index}`, "a");
  }
  void ask("b");
  await settle();
  expect(sent).toEqual(["a0", "a1", "a2", "a3", "b"]);
});

test("queues take turns, whoever asked for more", async () => {
  const { ask, sent, budget, clock } = world({ answerAtOnce: true });
  says(budget, 1, 0, 1);
  for (const name of ["a1", "a2", "a3"]) {
    void ask(name, "a");
  }
  for (const name of ["b1", "b2"]) {
    void ask(name, "b");
  }
  void ask("c1", "c");
  await clock.advance(10_000);
  expect(sent).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
});

test("what is urgent goes before what is not, and has the last part of the limit to itself", async () => {
  const { ask, sent, budget, clock } = world({ answerAtOnce: true });
  says(budget, 21, 4, 2);
  for (const queue of ["a", "b", "c"]) {
    void ask(`progress ${queue}`, queue, () => false);
  }
  for (const queue of ["d", "e", "f", "g"]) {
    void ask(`ask ${queue}`, queue);
  }
  await settle();
  expect(sent).toEqual(["ask d", "ask e", "ask f", "ask g"]);
  await clock.advance(3000);
  expect(sent.slice(4)).toEqual(["progress a", "progress b", "progress c"]);
});

test("what waits may become urgent while it waits", async () => {
  const { ask, sent, budget, clock } = world({ answerAtOnce: true });
  says(budget, 10, 0, 10);
  let isUrgent = false;
  void ask("first", "a", () => false);
  void ask("second", "b", () => isUrgent);
  isUrgent = true;
  await clock.advance(20_000);
  expect(sent).toEqual(["second", "first"]);
});

test("what was used up comes back at the pace the server names", async () => {
  const { ask, sent, budget, clock } = world({ answerAtOnce: true });
  // 20 in 2 s.
  says(budget, 21, 1, 2);
  for (let index = 0; index < 30; index++) {
    void ask(`${index}`);
  }
  await settle();
  expect(sent).toHaveLength(1);
  await clock.advance(1000);
  expect(sent.length).toBeGreaterThanOrEqual(10);
  expect(sent.length).toBeLessThanOrEqual(12);
});

test("a refusal stops everything for as long as it says, then half as many go at once", async () => {
  const { ask, sent, budget, clock, answer } = world();
  budget.learn({ status: 429, headers: new Headers(), retryAfterMs: 3000 });
  // One more of those that were under way.
  budget.learn({ status: 429, headers: new Headers(), retryAfterMs: 3000 });
  const names = Array.from({ length: 20 }, (_, index) => `${index}`);
  for (const name of names) {
    void ask(name);
  }
  await clock.advance(2999);
  expect(sent).toEqual([]);
  await clock.advance(1);
  expect(sent).toEqual(names.slice(0, 8));
  budget.learn({ status: 200, headers: new Headers() });
  await answer();
  expect(sent).toEqual(names.slice(0, 10));
});

test("refusal upon refusal leaves enough at once for one thread's not to stop all others", async () => {
  const { ask, sent, budget, clock } = world();
  for (let count = 0; count < 10; count++) {
    budget.learn({ status: 429, headers: new Headers(), retryAfterMs: 1000 });
    await clock.advance(1000);
  }
  for (const name of ["a", "b", "c", "d", "e"]) {
    void ask(name);
  }
  await settle();
  expect(sent).toEqual(["a", "b", "c", "d"]);
});

test.each([
  [1000, 1500],
  [undefined, 1500],
  [3_600_000, 90_000],
])("a pause of %s ms gets at most half of it as jitter, and is never one of hours", async (ms, longest) => {
  const clock = createFakeClock();
  const budget = new RequestBudget(clock, () => 0.999_999);
  const asked = ms === undefined ? {} : { retryAfterMs: ms };
  budget.learn({ status: 429, headers: new Headers(), ...asked });
  const sent: string[] = [];
  void budget.inSlot({ queue: "a", isUrgent: () => true }, async () => void sent.push("a"));
  await clock.advance(longest - 1);
  expect(sent).toEqual([]);
  await clock.advance(1);
  expect(sent).toEqual(["a"]);
});

test.each([
  ["of its own", new MattermostError("server", "", { status: 503, retryAfterMs: 2000 }), 2500],
  ["none: the budget has it for all", new MattermostError("rate-limited", "", { retryAfterMs: 2000 }), 2000],
  ["all of it, where nothing was asked for", new MattermostError("server", ""), 500],
])("whoever was refused waits as long as was asked, with jitter %s", (_title, error, ms) => {
  expect(pauseAfter(error, 1, { baseMs: 500, maxMs: 8000, random: () => 0.5 })).toBe(ms);
});

test("a clock that is set back an hour holds nothing back for an hour", async () => {
  const clock = createFakeClock();
  let shift = 0;
  const budget = new RequestBudget({ ...clock, now: () => clock.now() + shift }, () => 0);
  const sent: string[] = [];
  says(budget, 10, 0, 1);
  budget.learn({ status: 429, headers: new Headers(), retryAfterMs: 1000 });
  shift = -3_600_000;
  void budget.inSlot({ queue: "a", isUrgent: () => true }, async () => void sent.push("a"));
  await clock.advance(2000);
  expect(sent).toEqual(["a"]);
});

test("a limit that is lifted is forgotten", async () => {
  const { ask, sent, budget } = world({ answerAtOnce: true });
  says(budget, 10, 0, 60);
  budget.learn({ status: 200, headers: new Headers() });
  void ask("a");
  await settle();
  expect(sent).toEqual(["a"]);
});

test("a request that fails gives its place back", async () => {
  const { budget, ask, sent } = world();
  const failing = Array.from({ length: 8 }, (_, index) =>
    budget.inSlot({ queue: `${index}`, isUrgent: () => true }, () => Promise.reject(new Error("no"))),
  );
  await Promise.allSettled(failing);
  void ask("next");
  await settle();
  expect(sent).toEqual(["next"]);
});

test("a reset that is a point in time, as some proxies have it, stops nothing for years", async () => {
  const { ask, sent, budget, clock } = world({ answerAtOnce: true });
  says(budget, 100, 0, 1_700_000_000);
  void ask("a");
  await clock.advance(10_000);
  expect(sent).toEqual(["a"]);
});
