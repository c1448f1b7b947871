// One Claude Code process that has no conversation yet: what it reports before it is assigned to one.

import type { ClaudeClient, ClaudeEvent, ClaudeStart, StartClaude } from "./types.ts";

/** A process for a new conversation. */
export interface WarmProcess {
  readonly start: ClaudeStart;
  /** From now on the listener gets its events; `ready` is repeated if it has come already. */
  assign(listener: (event: ClaudeEvent) => void): ClaudeClient;
}

export class WaitingProcess implements WarmProcess {
  readonly start: ClaudeStart;
  readonly #events: EarlyEvents;
  readonly #client: ClaudeClient;

  private constructor(start: ClaudeStart, events: EarlyEvents, client: ClaudeClient) {
    this.start = start;
    this.#events = events;
    this.#client = client;
  }

  /** `onExit` is called when it ends while it waits. */
  static launch(
    start: ClaudeStart,
    startClaude: StartClaude,
    onExit: (stderr: string) => void,
  ): WaitingProcess {
    const events = new EarlyEvents(onExit);
    const client = startClaude(start, (event) => events.receive(event));
    return new WaitingProcess(start, events, client);
  }

  assign(listener: (event: ClaudeEvent) => void): ClaudeClient {
    this.#events.assign(listener);
    return this.#client;
  }

  close(graceMs: number): Promise<void> {
    return this.#client.close(graceMs);
  }
}

/** Nothing has been sent to the process yet: of its events only `ready` and `exited` matter. */
class EarlyEvents {
  readonly #onExit: (stderr: string) => void;
  #ready: ClaudeEvent | undefined;
  #listener: ((event: ClaudeEvent) => void) | undefined;

  constructor(onExit: (stderr: string) => void) {
    this.#onExit = onExit;
  }

  receive(event: ClaudeEvent): void {
    if (this.#listener) {
      this.#listener(event);
    } else if (event.type === "ready") {
      this.#ready = event;
    } else if (event.type === "exited") {
      this.#onExit(event.stderr);
    }
  }

  assign(listener: (event: ClaudeEvent) => void): void {
    this.#listener = listener;
    const ready = this.#ready;
    if (ready) {
      queueMicrotask(() => listener(ready));
    }
  }
}
