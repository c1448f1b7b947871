// Performs the effects for a session's Claude in their order, so that no Claude is ended before it has got what was
// sent to it. What Claude does about some of them can't be undone, so these wait until their cause is saved.

import { isIrreversible } from "./effects.ts";
import type { Effect } from "./types.ts";

export interface ClaudeEffectsOptions {
  /** Saves the session; undefined when it is saved. */
  readonly saved: () => Promise<void> | undefined;
  readonly perform: (effect: Effect) => void;
  /** Performs what comes later within the session's boundary. */
  readonly within: (perform: () => void) => void;
}

export class ClaudeEffects {
  readonly #options: ClaudeEffectsOptions;
  readonly #waiting: Effect[] = [];
  /** While the first one waits to be saved. */
  #saving: Promise<void> | undefined;

  constructor(options: ClaudeEffectsOptions) {
    this.#options = options;
  }

  /** At once, unless something before it waits. */
  add(effect: Effect): void {
    this.#waiting.push(effect);
    if (!this.#saving) {
      this.#performAll();
    }
  }

  get areDone(): boolean {
    return this.#waiting.length === 0;
  }

  /** None of those that wait is performed. */
  clear(): void {
    this.#waiting.length = 0;
  }

  /** Resolves when none waits any more. */
  async done(): Promise<void> {
    while (this.#saving) {
      await this.#saving;
    }
  }

  /** `saved`: the one that has waited. */
  #performAll(saved?: Effect): void {
    const { perform, within } = this.#options;
    this.#saving = undefined;
    for (let effect = this.#waiting[0]; effect; effect = this.#waiting[0]) {
      const next = effect;
      const saving = isIrreversible(next) && next !== saved ? this.#options.saved() : undefined;
      if (saving) {
        this.#saving = saving.then(() => within(() => this.#performAll(next)));
        return;
      }
      this.#waiting.shift();
      perform(next);
    }
  }
}
