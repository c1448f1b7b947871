// Holds back writes while the bot is not in its channel. None of them is tried, reported as a failure or lost.

import { MattermostError } from "../mattermost/error.ts";
import type { MattermostApi } from "../mattermost/types.ts";

export class PausedWrites {
  /** The same API, but its `inSlot` waits while writes are paused. */
  readonly api: MattermostApi;
  #isPaused = false;
  #isClosed = false;
  #waiting: readonly (() => void)[] = [];

  constructor(api: MattermostApi) {
    const inSlot: MattermostApi["inSlot"] = async (slotRequest, perform) => {
      if (this.#isPaused) {
        await this.#resumed();
      }
      return api.inSlot(slotRequest, perform);
    };
    // All else is inherited: it is the same for all channels.
    this.api = Object.assign(Object.create(api) as MattermostApi, { inSlot });
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (!isPaused) {
      this.#wake();
    }
  }

  /** Nothing waits any more. Writes that are still paused fail, as they would without a connection. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  async #resumed(): Promise<void> {
    while (this.#isPaused && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#waiting = [...this.#waiting, resolve];
      });
    }
    if (this.#isPaused) {
      throw new MattermostError("unreachable", "The bot is not in its channel.");
    }
  }

  #wake(): void {
    const woken = this.#waiting;
    this.#waiting = [];
    for (const goOn of woken) {
      goOn();
    }
  }
}
