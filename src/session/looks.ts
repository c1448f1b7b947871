// What is looked up of a session's conversation: before Claude is started in it, after each turn, and when a process is
// gone that could not report all of it. Read at once on this machine, asked for on another one.

import type { ConversationsThere } from "../claude/conversations-there.ts";
import { RemoteError, runnersWords } from "../remote/error.ts";
import { type Later, whenThere } from "../util/later.ts";
import type { Redact } from "../util/redact.ts";
import type { SessionDependencies } from "./dependencies.ts";
import type { SavedTurn, Signal } from "./signals.ts";
import { type Elsewhere, elsewhereOf } from "./steering/origin.ts";
import { savedTurnOf } from "./texts.ts";
import type { SessionState } from "./types.ts";

export interface Looked {
  readonly saved: SavedTurn;
  readonly elsewhere?: Elsewhere | undefined;
}

/** `own`: our process, which may still be ending. */
export interface Looks {
  /** mm-claude was started again. */
  restored(state: SessionState): SavedTurn;
  /** Of a turn that was cut off by that; undefined: `restored` knows all of it. */
  cutOff?(state: SessionState): Later<Looked>;
  /** Rejects with a RemoteError when nobody can be asked. */
  beforeStart(state: SessionState, own: number | undefined): Later<Looked>;
  turnEnded(state: SessionState, own: number | undefined): Elsewhere | undefined;
  /** `isLeft`: it was left before. */
  exited(state: SessionState, isLeft: boolean): Later<Looked>;
}

export function looksOf({
  readSaved,
  others,
  there,
  redact,
}: Pick<SessionDependencies, "readSaved" | "others" | "there" | "redact">): Looks {
  return there ? looksThere(there, redact) : looksHere(readSaved as ReadHere, others, redact);
}

type ReadHere = Parameters<typeof savedTurnOf>[1];

function looksHere(readSaved: ReadHere, others: SessionDependencies["others"], redact: Redact): Looks {
  const saved = (state: SessionState): SavedTurn => savedTurnOf(state, readSaved, redact);
  return {
    restored: saved,
    beforeStart: (state, own) => ({
      saved: saved(state),
      elsewhere: elsewhereOf(state, others, { isStart: true, own }),
    }),
    turnEnded: (state, own) => elsewhereOf(state, others, { isStart: false, own }),
    exited: (state) => ({ saved: saved(state) }),
  };
}

const UNKNOWN: SavedTurn = { holdsMessage: undefined, texts: [] };

/** What could not be looked up is found before the next start: nothing waits for a machine that may be away. */
function looksThere({ look }: Pick<ConversationsThere, "look">, redact: Redact): Looks {
  function left(state: SessionState): Later<Looked> {
    const { phase, conversation } = state;
    const { id } = conversation;
    if (phase.name !== "asleep" || phase.isMarkedStopped || conversation.progress !== "begun") {
      return { saved: UNKNOWN };
    }
    return look({ conversationId: id }).then(
      ({ saved, news }) => ({
        saved: savedTurnOf(state, () => saved, redact),
        elsewhere: { conversationId: id, news },
      }),
      () => ({ saved: UNKNOWN }),
    );
  }

  return {
    restored: () => UNKNOWN,
    beforeStart(state, _own) {
      const { id, progress } = state.conversation;
      if (progress === "new" && state.generation === 0) {
        // Nothing was ever started.
        return { saved: UNKNOWN };
      }
      const bytes = state.steering.seen?.id === id ? state.steering.seen.bytes : undefined;
      return look({ conversationId: id, bytes, isStart: true }).then(({ saved, news, pid }) => ({
        saved: savedTurnOf(state, () => saved, redact),
        ...(progress === "begun" ? { elsewhere: { conversationId: id, news, pid } } : {}),
      }));
    },
    // It would be a connection for each turn: what others write meanwhile is told before the next start.
    turnEnded: () => undefined,
    cutOff: left,
    exited: (state, isLeft) => (isLeft ? left(state) : { saved: UNKNOWN }),
  };
}

export interface LookReceiver {
  readonly deliver: (signal: Signal) => void;
  readonly failed: (error: unknown) => void;
}

/** A place to run in is there: what must be known before it is taken. */
export function lookBeforeStart(
  looks: Looks,
  state: SessionState,
  { slot, own }: { readonly slot: number; readonly own: number | undefined },
  { deliver, failed }: LookReceiver,
): void {
  const { generation } = state;
  const answer = (signal: Signal): void => {
    // It may have been stopped meanwhile, or have failed.
    if (state.generation === generation && state.phase.name === "asleep") {
      deliver(signal);
    }
  };
  whenThere(
    looks.beforeStart(state, own),
    (looked) => answer({ type: "slotGranted", slot, ...looked }),
    (error) =>
      error instanceof RemoteError ? answer({ type: "unreached", said: runnersWords(error) }) : failed(error),
  );
}

/** What Claude tells, with what is looked up along with it. */
export function lookAlong(
  looks: Looks,
  state: SessionState,
  signal: Signal & { readonly type: "claude" },
  own: number | undefined,
  { deliver, failed }: LookReceiver,
): void {
  switch (signal.event.type) {
    case "exited":
      whenThere(
        looks.exited(state, signal.generation !== state.generation),
        (looked) => deliver({ ...signal, ...looked }),
        failed,
      );
      break;
    case "turnEnded":
      deliver({ ...signal, elsewhere: looks.turnEnded(state, own) });
      break;
    default:
      deliver(signal);
  }
}
