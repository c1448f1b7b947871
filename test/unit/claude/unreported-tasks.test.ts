// What runs in the background where the CLI doesn't say when it ends.

import { describe, expect, it } from "vitest";
import type { BackgroundTask } from "../../../src/claude/types.ts";
import { UnreportedTasks } from "../../../src/claude/unreported-tasks.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

const build: BackgroundTask = { id: "b1", description: "Build" };
const serve: BackgroundTask = { id: "b2", description: "Serve" };

function world(isAnyRunning?: () => Promise<boolean>) {
  const clock = createFakeClock();
  const reported: (readonly string[])[] = [];
  const state = { isRunning: true };
  const tasks = new UnreportedTasks({
    clock,
    isAnyRunning: isAnyRunning ?? (() => state.isRunning),
    onChange: (all) => reported.push(all.map(({ id }) => id)),
  });
  return { clock, reported, state, tasks };
}

describe("background commands whose end is not reported", () => {
  it("are running until no command runs any more", async () => {
    const { clock, reported, state, tasks } = world();
    tasks.add(build);
    tasks.add(serve);
    await clock.advance(60_000);
    expect(reported).toEqual([["b1"], ["b1", "b2"]]);
    state.isRunning = false;
    await clock.advance(5_000);
    expect(reported.at(-1)).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  it("end one by one where their ends are reported", () => {
    const { reported, tasks } = world();
    tasks.add(build);
    tasks.add(serve);
    tasks.remove("b1");
    tasks.remove("unknown");
    expect(reported.slice(2)).toEqual([["b2"]]);
  });

  it("are left to the CLI once it reports what runs", () => {
    const { clock, reported, tasks } = world();
    tasks.add(build);
    tasks.disable();
    tasks.add(serve);
    expect(reported).toEqual([["b1"]]);
    expect(clock.pending()).toBe(0);
  });

  it("are not checked once the process has ended", () => {
    const { clock, reported, tasks } = world();
    tasks.add(build);
    tasks.stop();
    expect(reported).toEqual([["b1"]]);
    expect(clock.pending()).toBe(0);
  });

  it("are asked for one question at a time, and an answer about what ran before another began says nothing", async () => {
    const answers: ((is: boolean) => void)[] = [];
    const { clock, reported, tasks } = world(() => new Promise((resolve) => void answers.push(resolve)));
    tasks.add(build);
    await clock.advance(60_000);
    expect(answers).toHaveLength(1);
    tasks.add(serve);
    answers[0]?.(false);
    await clock.advance(2_000);
    expect(reported.at(-1)).toEqual(["b1", "b2"]);
    expect(answers).toHaveLength(2);
    answers[1]?.(false);
    await clock.advance(1);
    expect(reported.at(-1)).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  it("run for all that is known while nobody can be asked", async () => {
    const { clock, reported, tasks } = world(() => Promise.reject(new Error("away")));
    tasks.add(build);
    await clock.advance(60_000);
    expect(reported).toEqual([["b1"]]);
    tasks.stop();
  });
});
