// Writes that wait while the bot is not in its channel: none is tried, none is told as a failure, and none is lost.

import { MattermostError } from "../mattermost/error.ts";
import type { MattermostApi } from "../mattermost/types.ts";

export interface PausedWrites {
  /** Whose turns come when nothing is held. */
  readonly api: MattermostApi;
  pause(isPaused: boolean): void;
  /** Nothing waits any more: what is still held fails as it would without a connection. */
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
  return {
    api: {
      ...api,
      async inSlot(slotRequest, perform) {
        while (isPaused && !isClosed) {
          await new Promise<void>((resolve) => waiting.push(resolve));
        }
        if (isPaused) {
          throw new MattermostError("unreachable", "The bot is not in its channel.");
        }
        return api.inSlot(slotRequest, perform);
      },
    },
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
