// Writes that wait while the bot is not in its channel: none is tried, none is told as a failure, and none is lost.

import { MattermostError } from "../mattermost/error.ts";
import type { MattermostApi } from "../mattermost/types.ts";

export interface HeldWrites {
  /** Whose turns come when nothing is held. */
  readonly api: MattermostApi;
  hold(isHeld: boolean): void;
  /** Nothing waits any more: what is still held fails as it would without a connection. */
  close(): void;
}

export function heldWrites(api: MattermostApi): HeldWrites {
  let isHeld = false;
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
      async inTurn(claim, perform) {
        while (isHeld && !isClosed) {
          await new Promise<void>((resolve) => waiting.push(resolve));
        }
        if (isHeld) {
          throw new MattermostError("unreachable", "The bot is not in its channel.");
        }
        return api.inTurn(claim, perform);
      },
    },
    hold(next) {
      isHeld = next;
      if (!next) wake();
    },
    close() {
      isClosed = true;
      wake();
    },
  };
}
