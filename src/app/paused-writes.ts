// Holds back writes while the bot is not in its channel. None of them is tried, reported as a failure or lost.

import { MattermostError } from "../mattermost/error.ts";
import type { MattermostApi } from "../mattermost/types.ts";

export interface PausedWrites {
  /** The same API, but its `inSlot` waits while writes are paused. */
  readonly api: MattermostApi;
  pause(isPaused: boolean): void;
  /** Nothing waits any more. Writes that are still paused fail, as they would without a connection. */
  close(): void;
}

export function pausedWrites(api: MattermostApi): PausedWrites {
  let isPaused = false;
  let isClosed = false;
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    const woken = waiting;
    waiting = [];
    for (const goOn of woken) goOn();
  };
  const inSlot: MattermostApi["inSlot"] = async (slotRequest, perform) => {
    while (isPaused && !isClosed) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    if (isPaused) {
      throw new MattermostError("unreachable", "The bot is not in its channel.");
    }
    return api.inSlot(slotRequest, perform);
  };
  return {
    // All else is inherited: it is the same for all channels.
    api: Object.assign(Object.create(api) as MattermostApi, { inSlot }),
    pause(next) {
      isPaused = next;
      if (!next) wake();
    },
    close() {
      isClosed = true;
      wake();
    },
  };
}
