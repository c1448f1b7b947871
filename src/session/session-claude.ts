// A session's Claude: what it is told, in order, and what it tells, each with what is to be known along with it: what it
// has saved of the conversation, and a file as it is before an edit.

import type { ClaudeEvent } from "../claude/types.ts";
import { whenThere } from "../util/later.ts";
import { ClaudeEffects } from "./claude-effects.ts";
import type { SessionContext } from "./context.ts";
import { beginConversation } from "./conversation.ts";
import type { SessionDependencies } from "./dependencies.ts";
import { fileBefore } from "./disclosure.ts";
import type { SessionDocument } from "./document.ts";
import { askClaude } from "./effects.ts";
import { type LookReceiver, type Looks, lookAlong, lookBeforeStart, looksOf } from "./looks.ts";
import type { Mailbox } from "./mailbox.ts";
import type { SessionProcess } from "./process.ts";
import { withSafeRules } from "./safe-rules.ts";
import type { SavedTurn } from "./signals.ts";
import { processStart } from "./starting.ts";
import type { Effect, SessionState } from "./types.ts";

export interface SessionClaudeOptions {
  readonly process: SessionProcess;
  readonly state: SessionState;
  /** As of now. */
  readonly context: () => SessionContext;
  readonly mailbox: Pick<Mailbox, "deliver" | "within">;
  readonly document: Pick<SessionDocument, "change" | "saved">;
  /** Told of each effect before Claude is. */
  readonly onTold: (effect: Effect) => void;
  /** `what`: as the end of "a fault while …". */
  readonly failed: (what: string, error: unknown) => void;
}

export class SessionClaude {
  readonly #options: SessionClaudeOptions;
  readonly #dependencies: SessionDependencies;
  readonly #effects: ClaudeEffects;
  readonly #looks: Looks;
  readonly #receiver: LookReceiver;

  constructor(options: SessionClaudeOptions, dependencies: SessionDependencies) {
    const { document, mailbox, failed } = options;
    this.#options = options;
    this.#dependencies = dependencies;
    this.#looks = looksOf(dependencies);
    this.#receiver = {
      deliver: (signal) => mailbox.deliver(signal),
      failed: (error) => failed("looking for what Claude had saved", error),
    };
    this.#effects = new ClaudeEffects({
      saved: () => document.saved(),
      perform: (effect) => this.#tell(effect),
      within: (perform) => mailbox.within("telling Claude", perform),
    });
  }

  /** At once, unless something before it waits to be saved. */
  perform(effect: Effect): void {
    this.#effects.add(effect);
  }

  /** What has become of its turn while mm-claude did not run. */
  restored(): SavedTurn {
    // Once that is taken, and it is known whether a turn was cut off.
    queueMicrotask(() => this.#lookAtCutOff());
    return this.#looks.restored(this.#options.state);
  }

  #lookAtCutOff(): void {
    const { state } = this.#options;
    const generation = state.generation - 1;
    const event = { type: "exited", code: null, signal: null, stderr: "" } as const;
    const looked = state.cutOff && this.#looks.cutOff?.(state);
    if (looked) {
      const { deliver, failed } = this.#receiver;
      whenThere(looked, (found) => deliver({ type: "claude", generation, event, ...found }), failed);
    }
  }

  /** There is a place for it to run in: what must be known before it is taken. */
  lookBeforeStart(slot: number): void {
    const { process, state } = this.#options;
    lookBeforeStart(this.#looks, state, { slot, own: process.known?.pid }, this.#receiver);
  }

  /** Whatever it was to be told is not told any more. */
  cutOff(): void {
    this.#effects.clear();
    this.#options.process.close(true);
  }

  /** It has been told all, and none that was to end is left. */
  get isGone(): boolean {
    return this.#effects.areDone && this.#options.process.isClosed;
  }

  /** Resolves when it has been told all, and is gone if that was to end it. */
  async closed(): Promise<void> {
    await this.#effects.done();
    await this.#options.process.closed();
  }

  #tell(effect: Effect): void {
    const { mailbox, onTold, process, state } = this.#options;
    onTold(effect);
    if (effect.type === "startClaude") {
      this.#start(effect.generation, effect.resume);
    } else {
      const { generation } = state;
      askClaude(process, effect, (replied) => mailbox.deliver({ type: "replied", generation, ...replied }));
    }
  }

  #start(generation: number, resume: boolean): void {
    const { document, mailbox, process, state } = this.#options;
    const { deniedPathsIn, redact } = this.#dependencies;
    const context = this.#options.context();
    const { directory, home, machine } = context;
    const place = { directory, home, machine, deniedPaths: deniedPathsIn(directory), redact };
    const listener = (heard: ClaudeEvent): void =>
      mailbox.within("hearing Claude", () => {
        const event = withSafeRules(heard, place);
        const signal = { type: "claude", generation, event, ...fileBefore(event, place) } as const;
        lookAlong(this.#looks, state, signal, process.known?.pid, this.#receiver);
      });
    const given = processStart(state, context, place, resume);
    beginConversation(state, process.start(given, listener));
    // Saved before it is sent anything: it says which process to look for after a crash.
    document.change();
  }
}
