// What runs in the background where the CLI doesn't say when it ends.

import { describe, expect, it } from "vitest";
import type { BackgroundTask } from "../../../src/claude/types.ts";
import { UnreportedTasks } from "../../../src/claude/unreported-tasks.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

const build: BackgroundTask = { id: "b1", description: "Build" };
const serve: BackgroundTask = { id: "b2", description: "Serve" };

function world() {
  const clock = createFakeClock();
  const told: (readonly string[])[] = [];
  const state = { isRunning: true };
  const tasks = new UnreportedTasks({
    clock,
    isAnyRunning: () => state.isRunning,
    onChange: (all) => told.push(all.map(({ id }) => id)),
  });
  return { clock, told, state, tasks };
}

describe("background commands that nobody tells about", () => {
  it("are running until no command runs any more", async () => {
    const { clock, told, state, tasks } = world();
    tasks.add(build);
    tasks.add(serve);
    await clock.advance(60_000);
    expect(told).toEqual([["b1"], ["b1", "b2"]]);
    state.isRunning = false;
    await clock.advance(5_000);
    expect(told.at(-1)).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  it("end one by one where their ends are told", () => {
    const { told, tasks } = world();
    tasks.add(build);
    tasks.add(serve);
    tasks.remove("b1");
    tasks.remove("unknown");
    expect(told.slice(2)).toEqual([["b2"]]);
  });

  it("are no business of ours once the CLI tells what runs", () => {
    const { clock, told, tasks } = world();
    tasks.add(build);
    tasks.areReported();
    tasks.add(serve);
    expect(told).toEqual([["b1"]]);
    expect(clock.pending()).toBe(0);
  });

  it("are not looked for once the process is gone", () => {
    const { clock, told, tasks } = world();
    tasks.add(build);
    tasks.stop();
    expect(told).toEqual([["b1"]]);
    expect(clock.pending()).toBe(0);
  });
});
