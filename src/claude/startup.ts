// From the start of a process until it takes messages: `initialize`, how long it may take, and the frames that wait for
// its answer.

import type { Outcome } from "./control-requests.ts";
import { decodeReady } from "./decode-control.ts";
import type { ClaudeEvent } from "./types.ts";

export interface StartupOptions {
  /** Of MCP servers in our process. */
  readonly servers: readonly string[];
  /** What these answer to their handshake. */
  readonly manifests: object;
  /** It is started with instructions of ours. */
  readonly hasInstructions: boolean;
  readonly timeoutMs: number;
  readonly request: (request: object, settle: (outcome: Outcome) => void) => void;
  readonly listener: (event: ClaudeEvent) => void;
  /** What Claude Code answers to `initialize`. */
  readonly onReady: (payload: unknown) => void;
  /** What Claude Code says of all MCP servers, once it is ready: only where there are some of ours. */
  readonly onServers: (payload: unknown) => void;
  /** The process is of no use: what it did, or why it refuses. */
  readonly giveUp: (what: string) => void;
  readonly refused: (reason: string) => void;
  readonly debug: (line: string) => void;
}

export class Startup {
  readonly #options: StartupOptions;
  #timer: NodeJS.Timeout | undefined;
  /** What is to be done then; undefined once `initialize` was answered, or the process has ended. */
  #queue: (() => void)[] | undefined = [];

  constructor(options: StartupOptions) {
    this.#options = options;
  }

  begin(): void {
    const { giveUp, servers, timeoutMs } = this.#options;
    const late = `did not answer within ${timeoutMs / 1000} s of its start`;
    this.#timer = setTimeout(() => giveUp(late), timeoutMs);
    this.#initialize(servers);
  }

  /** Only after `initialize` was answered, in the order of the calls. */
  whenReady(perform: () => void): void {
    if (this.#queue === undefined) {
      perform();
    } else {
      this.#queue.push(perform);
    }
  }

  /** The process has ended. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#queue = undefined;
  }

  #initialize(servers: readonly string[]): void {
    const request = {
      subtype: "initialize",
      hooks: null,
      // An interruption ends the turn, but not what runs in the background (2.1.330; other versions don't know it).
      perTaskStopAffordance: true,
      // Without it 2.1.330 records the system prompt of a conversation's first turn and sends that one after each resume,
      // whatever instructions it is started with by then. 1.0.128 and 2.0.76 record none, and don't know this.
      ...(this.#options.hasInstructions ? { systemPromptSnapshot: false } : {}),
      ...(servers.length === 0
        ? {}
        : { sdkMcpServers: servers, sdkMcpServerManifests: this.#options.manifests }),
    };
    this.#options.request(request, (outcome) => this.#initialized(outcome, servers));
  }

  #initialized(outcome: Outcome, servers: readonly string[]): void {
    if ("payload" in outcome) {
      this.#ready(outcome.payload, servers);
    } else if (outcome.error.code === "refused") {
      this.#refused(outcome.error.message, servers);
    }
  }

  #refused(reason: string, servers: readonly string[]): void {
    if (servers.length === 0) {
      clearTimeout(this.#timer);
      this.#options.refused(reason);
    } else {
      // Better a Claude without our tools than none.
      this.#options.debug(`claude: once more, without tools of ours: ${reason}`);
      this.#initialize([]);
    }
  }

  #ready(payload: unknown, servers: readonly string[]): void {
    const { giveUp, listener, onReady, onServers, request } = this.#options;
    clearTimeout(this.#timer);
    onReady(payload);
    const ready = decodeReady(payload);
    listener(ready);
    if (ready.type !== "ready") {
      giveUp("gave an unreadable answer at its start");
      return;
    }
    // Before the first message: then it is answered before our tools are asked for (1.0.128, 2.0.76, 2.1.197).
    if (servers.length > 0) {
      request({ subtype: "mcp_status" }, (outcome) => {
        if ("payload" in outcome) {
          onServers(outcome.payload);
        }
      });
    }
    const waiting = this.#queue ?? [];
    this.#queue = undefined;
    for (const perform of waiting) {
      perform();
    }
  }
}
