// Typed requests to one Claude process: how long an answer may take, and which requests this process is known not to
// know. 1.0.128 and 2.0.76 never answer a request that they don't know; 2.1.197 and later refuse it by name.

import type { Clock, Timer } from "../util/clock.ts";
import type { Outcome } from "./control-requests.ts";
import {
  type ClaudeReply,
  type ClaudeRequest,
  isLong,
  type RequestKind,
  readAnswer,
  wireRequest,
} from "./requests.ts";

const ANSWER_WITHIN_MS = 10_000;
/** For one that Claude has begun and that a model thinks about. */
const LONG_ANSWER_WITHIN_MS = 10 * 60_000;

export interface TypedRequestsOptions {
  readonly clock: Clock;
  /** Sends it once the process takes requests; `sent` is called when it is written, `begun` when Claude works on it. */
  readonly request: (
    request: object,
    settle: (outcome: Outcome) => void,
    progress: { readonly sent: () => void; readonly begun: () => void },
  ) => void;
  readonly debug: (line: string) => void;
}

export class TypedRequests {
  readonly #options: TypedRequestsOptions;
  readonly #unknown = new Set<RequestKind>();

  constructor(options: TypedRequestsOptions) {
    this.#options = options;
  }

  /** `reply` is called once. */
  ask(request: ClaudeRequest, reply: (reply: ClaudeReply) => void): void {
    const { clock, debug } = this.#options;
    const { kind } = request;
    if (this.#unknown.has(kind)) {
      reply({ type: "unknown" });
      return;
    }
    let timer: Timer | undefined;
    let isSettled = false;
    const settle = (result: ClaudeReply): void => {
      if (isSettled) {
        return;
      }
      isSettled = true;
      clock.clearTimeout(timer);
      if (result.type === "unknown") {
        this.#unknown.add(kind);
      }
      if (result.type !== "answered") {
        debug(`claude: ${kind}: ${result.type === "refused" ? result.reason : result.type}`);
      }
      reply(result);
    };
    this.#options.request(wireRequest(request), (outcome) => settle(replyOf(kind, outcome)), {
      sent: () => {
        timer = clock.setTimeout(() => settle({ type: "unknown" }), ANSWER_WITHIN_MS);
      },
      begun: () => {
        if (!isSettled && isLong(kind)) {
          clock.clearTimeout(timer);
          timer = clock.setTimeout(
            () => settle({ type: "refused", reason: "it gave no answer" }),
            LONG_ANSWER_WITHIN_MS,
          );
        }
      },
    });
  }
}

function replyOf(kind: RequestKind, outcome: Outcome): ClaudeReply {
  if ("error" in outcome) {
    const { code, message } = outcome.error;
    if (code === "exited") {
      return { type: "exited" };
    }
    // "Unsupported control request subtype: …" (2.1.197 and later).
    return /unsupported control request|unknown (?:control )?request/i.test(message)
      ? { type: "unknown" }
      : { type: "refused", reason: message.replace(/^Claude Code refused a request: /, "") };
  }
  const answer = readAnswer(kind, outcome.payload);
  return answer === undefined
    ? { type: "refused", reason: "its answer can't be read" }
    : { type: "answered", answer };
}
