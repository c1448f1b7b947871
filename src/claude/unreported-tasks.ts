// What runs in the background, for CLIs that report when a command begins but never when it ends (1.0.128, 2.0.76).
// Finds out by checking whether any of its commands still runs. Does nothing once the CLI reports what runs.

import type { Clock, Timer } from "../util/clock.ts";
import { type Later, whenThere } from "../util/later.ts";
import type { BackgroundTask } from "./types.ts";

interface UnreportedTasksOptions {
  readonly clock: Clock;
  readonly isAnyRunning: () => Later<boolean>;
  /** How often that is asked. */
  readonly everyMs?: number;
  /** All that runs now, each time it changes. */
  readonly onChange: (tasks: readonly BackgroundTask[]) => void;
}

const CHECK_EVERY_MS = 2_000;

export class UnreportedTasks {
  readonly #options: UnreportedTasksOptions;
  readonly #tasks = new Map<string, BackgroundTask>();
  #timer: Timer | undefined;
  #isDisabled = false;

  constructor(options: UnreportedTasksOptions) {
    this.#options = options;
  }

  add(task: BackgroundTask): void {
    if (!this.#isDisabled) {
      this.#tasks.set(task.id, task);
      this.#changed();
    }
  }

  remove(taskId: string): void {
    if (this.#tasks.delete(taskId)) {
      this.#changed();
    }
  }

  /** The CLI reports what runs by itself: nothing is left to find out, now or later. */
  disable(): void {
    this.#isDisabled = true;
    this.stop();
  }

  /** The process has ended. */
  stop(): void {
    this.#tasks.clear();
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #changed(): void {
    this.#options.onChange([...this.#tasks.values()]);
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#tasks.size > 0) {
      this.#checkLater();
    }
  }

  #checkLater(): void {
    const { clock, everyMs = CHECK_EVERY_MS } = this.#options;
    this.#timer = clock.setTimeout(() => this.#check(), everyMs);
  }

  #check(): void {
    const timer = this.#timer;
    const answer = (isAnyRunning: boolean): void => {
      if (timer !== this.#timer) {
        // Another has begun, or the process has ended, since that was asked.
        return;
      }
      if (isAnyRunning) {
        this.#checkLater();
      } else {
        this.#tasks.clear();
        this.#changed();
      }
    };
    // Where nobody can be asked, they run for all that is known.
    whenThere(this.#options.isAnyRunning(), answer, () => answer(true));
  }
}
