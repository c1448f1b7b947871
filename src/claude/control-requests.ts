// The control requests that we have sent and Claude has not answered yet.

import type { ControlResponse } from "./decode-control.ts";
import { ClaudeError } from "./error.ts";

export type Outcome = { readonly payload: unknown } | { readonly error: ClaudeError };

export class ControlRequests {
  readonly #open = new Map<string, (outcome: Outcome) => void>();
  readonly #onBegun = new Map<string, () => void>();
  #count = 0;

  /**
   * The frame to be written. `settle` is called once: with the answer, or when the process has ended without one.
   * `begun`: when Claude tells that it works on a long one.
   */
  create(request: object, settle: (outcome: Outcome) => void, begun?: () => void): object {
    this.#count++;
    const requestId = `mm-${this.#count}`;
    this.#open.set(requestId, settle);
    if (begun) {
      this.#onBegun.set(requestId, begun);
    }
    return { type: "control_request", request_id: requestId, request };
  }

  begun(requestId: string): void {
    this.#onBegun.get(requestId)?.();
  }

  answered({ requestId, error, payload }: ControlResponse): void {
    const settle = this.#open.get(requestId);
    this.#open.delete(requestId);
    this.#onBegun.delete(requestId);
    settle?.(
      error === undefined
        ? { payload }
        : { error: new ClaudeError("refused", `Claude Code refused a request: ${error}`) },
    );
  }

  /** The process has ended: no more answers will come. */
  failAll(): void {
    for (const settle of this.#open.values()) {
      settle({ error: new ClaudeError("exited", "Claude Code ended before it answered.") });
    }
    this.#open.clear();
    this.#onBegun.clear();
  }
}
