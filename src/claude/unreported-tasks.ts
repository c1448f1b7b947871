// What runs in the background of a CLI that says when a command begins and never when it ends (1.0.128, 2.0.76).
// Knows that by looking whether any of its commands runs still; silent as soon as the CLI tells by itself.

import type { Clock, Timer } from "../util/clock.ts";
import type { BackgroundTask } from "./types.ts";

export interface UnreportedTasks {
  began(task: BackgroundTask): void;
  ended(taskId: string): void;
  /** The CLI tells what runs: nothing is left to be guessed, now or later. */
  areReported(): void;
  /** The process is gone. */
  stop(): void;
}

interface UntoldTasksOptions {
  readonly clock: Clock;
  readonly isAnyRunning: () => boolean;
  /** All that runs now, each time it changes. */
  readonly changed: (tasks: readonly BackgroundTask[]) => void;
}

const LOOK_EVERY_MS = 2_000;

export function createUnreportedTasks({ clock, isAnyRunning, changed }: UntoldTasksOptions): UnreportedTasks {
  const tasks = new Map<string, BackgroundTask>();
  let timer: Timer | undefined;
  let isTold = false;

  function tell(): void {
    changed([...tasks.values()]);
    clock.clearTimeout(timer);
    timer = tasks.size > 0 ? clock.setTimeout(look, LOOK_EVERY_MS) : undefined;
  }

  function look(): void {
    if (isAnyRunning()) {
      timer = clock.setTimeout(look, LOOK_EVERY_MS);
      return;
    }
    tasks.clear();
    tell();
  }

  function stop(): void {
    tasks.clear();
    clock.clearTimeout(timer);
  }

  return {
    began(task) {
      if (isTold) return;
      tasks.set(task.id, task);
      tell();
    },
    ended(taskId) {
      if (tasks.delete(taskId)) tell();
    },
    areReported() {
      isTold = true;
      stop();
    },
    stop,
  };
}
