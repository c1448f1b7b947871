// Who listens to a session besides its thread: hears what Claude says and how its turns end, and sees each step. Has no
// say in it, and what throws there ends no session.

import type { ThreadId } from "../mattermost/types.ts";
import type { Log } from "../util/log.ts";
import { inFlightOf } from "./phases.ts";
import type { Signal } from "./signals.ts";
import type { Effect, SessionState } from "./types.ts";

/** What a step tells besides its effects: nothing of it is kept. `turn`: the message it answers; undefined: Claude's own. */
export type Heard =
  /** Claude's words, each once. `isNewBlock`: they do not go on where the last ones ended. */
  | {
      readonly type: "words";
      readonly turn: string | undefined;
      readonly text: string;
      readonly isNewBlock: boolean;
    }
  /** `why`: in words, unless it is done. */
  | {
      readonly type: "turnEnded";
      readonly turn: string | undefined;
      readonly how: "done" | "failed" | "interrupted";
      readonly why?: string;
    };

/** A turn that Claude may have begun by itself answers no message that is still on its way. */
export const turnHeard = (state: SessionState): string | undefined =>
  state.turn.mayBeOwn && inFlightOf(state) ? undefined : state.turn.messageUuid;

export type Hear = (heard: Heard) => void;

export interface SessionListener {
  readonly hear: Hear;
  /** After what was heard in the step. */
  readonly stepped: (state: SessionState, signal: Signal, effects: readonly Effect[]) => void;
}

export class SessionListeners {
  readonly #byThread = new Map<ThreadId, readonly SessionListener[]>();
  readonly #log: Pick<Log, "error">;

  constructor(log: Pick<Log, "error">) {
    this.#log = log;
  }

  /** Until the function that it gives is called. */
  listen(threadId: ThreadId, listener: SessionListener): () => void {
    this.#byThread.set(threadId, [...(this.#byThread.get(threadId) ?? []), listener]);
    return () => {
      const left = (this.#byThread.get(threadId) ?? []).filter((one) => one !== listener);
      if (left.length > 0) {
        this.#byThread.set(threadId, left);
      } else {
        this.#byThread.delete(threadId);
      }
    };
  }

  /** All of them as one; undefined: nobody listens. */
  of(threadId: ThreadId): SessionListener | undefined {
    const listeners = this.#byThread.get(threadId);
    return (
      listeners && {
        hear: (heard) => this.#tell(listeners, ({ hear }) => hear(heard)),
        stepped: (...seen) => this.#tell(listeners, ({ stepped }) => stepped(...seen)),
      }
    );
  }

  #tell(listeners: readonly SessionListener[], tell: (listener: SessionListener) => void): void {
    for (const listener of listeners) {
      try {
        tell(listener);
      } catch (error) {
        this.#log.error("Who listens to a session could not be told something", error);
      }
    }
  }
}
