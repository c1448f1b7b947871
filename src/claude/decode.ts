// One line of Claude's stdout → what it says, in our own types; the shapes of the wire are known here alone.
// An unknown frame or field is skipped; a known frame that lacks a field we need is `malformed`.
// Owns what must be known from one frame to the next: whether the running turn was interrupted, whether anything came
// in it, whether the end of a compaction was reported already, and what each tool use is for.

import { z } from "zod";
import {
  type ControlDecoded,
  decodeControlCancel,
  decodeControlRequest,
  decodeControlResponse,
} from "./decode-control.ts";
import {
  decodeAssistant,
  decodeStreamEvent,
  decodeUser,
  type MessageDecoded,
  purposeOf,
} from "./decode-message.ts";
import { decodeSystem } from "./decode-system.ts";
import { decodeRateLimit, usageOf } from "./decode-usage.ts";
import { asText, type Frame, isFrame, malformed } from "./frame.ts";
import type { ClaudeEvent } from "./types.ts";

export type Decoded =
  | ControlDecoded
  | Exclude<MessageDecoded, { readonly type: "interruption" }>
  | { readonly type: "requestBegun"; readonly requestId: string }
  /** The state of a message of ours, whether it was echoed or not (2.1.330). */
  | { readonly type: "lifecycle"; readonly uuid: string; readonly state: string }
  /** Nothing came in the turn that ends now, and no reason was given (1.0.128, 2.0.76). */
  | { readonly type: "silentTurn" }
  /** Nothing a person would want to know; `what` is for the debug log. */
  | { readonly type: "skipped"; readonly what: string };

/** One per process. */
export class Decoder {
  #wasInterrupted = false;
  #isCompactionReported = false;
  /** Nothing has come since `system/init`. */
  #isSilent = false;
  readonly #purposes = new Map<string, string>();

  decode(line: string): readonly Decoded[] {
    const frame = parseObject(line);
    if (frame === undefined) {
      return [{ type: "skipped", what: `not a JSON object: ${line.slice(0, 200)}` }];
    }
    const { type } = frame;
    if (type === "result") {
      return this.#decodeResult(frame);
    }
    // Everything else that comes in a turn is part of it, except for answers to our own requests.
    if (type !== "control_response") {
      this.#isSilent = type === "system" && frame["subtype"] === "init";
    }
    return this.#decodeFrame(frame);
  }

  #decodeFrame(frame: Frame): Decoded[] {
    // A subagent's frames carry the id of the tool use that started it.
    const isOfSubagent = Boolean(frame["parent_tool_use_id"]);
    switch (frame["type"]) {
      case "stream_event":
        return isOfSubagent ? [] : decodeStreamEvent(frame["event"]);
      case "assistant":
        return isOfSubagent ? [] : this.#decodeAssistant(frame);
      case "user":
        return this.#decodeUser(frame);
      case "system":
        return decodeSystem(frame).filter((decoded) => this.#isNews(decoded));
      case "control_request":
        return decodeControlRequest(frame);
      case "control_cancel_request":
        return decodeControlCancel(frame);
      case "control_response":
        return decodeControlResponse(frame);
      // The id in it is not the one to resume by: the next `system/init` has that (2.1.330).
      case "conversation_reset":
        return [{ type: "conversationReset" }];
      case "command_lifecycle":
        return decodeLifecycle(frame);
      case "rate_limit_event":
        return decodeRateLimit(frame);
      default:
        return [{ type: "skipped", what: `frame of type ${asText(frame["type"])}` }];
    }
  }

  #decodeAssistant(frame: Frame): Decoded[] {
    const decoded = decodeAssistant(frame);
    for (const one of decoded) {
      if (one.type === "toolUse") {
        this.#purposes.set(one.id, purposeOf(one.input));
      }
    }
    return decoded;
  }

  #decodeUser(frame: Frame): Decoded[] {
    return decodeUser(frame, this.#purposes).flatMap((decoded) => {
      if (decoded.type !== "interruption") {
        return [decoded];
      }
      this.#wasInterrupted = true;
      return [];
    });
  }

  /** 1.0.128 and 2.0.76 report a compaction by the boundary alone; 2.1 by a status, then the boundary. */
  #isNews({ type }: { readonly type: string }): boolean {
    if (type === "compacting") {
      this.#isCompactionReported = false;
    }
    if (type !== "compacted") {
      return true;
    }
    // A third report would be of another compaction.
    this.#isCompactionReported = !this.#isCompactionReported;
    return this.#isCompactionReported;
  }

  #decodeResult(frame: Frame): Decoded[] {
    const wasSilent = this.#isSilent && isEmptySuccess(frame);
    const ended = decodeResult(frame, this.#wasInterrupted);
    this.#wasInterrupted = false;
    this.#isCompactionReported = false;
    this.#isSilent = false;
    this.#purposes.clear();
    return wasSilent ? [{ type: "silentTurn" }, ...ended] : ended;
  }
}

function parseObject(line: string): Frame | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isFrame(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const lifecycleFrame = z.object({ command_uuid: z.string(), state: z.string() });

function decodeLifecycle(frame: Frame): Decoded[] {
  const parsed = lifecycleFrame.safeParse(frame);
  if (!parsed.success) {
    return [malformed("command_lifecycle", parsed.error)];
  }
  return [{ type: "lifecycle", uuid: parsed.data.command_uuid, state: parsed.data.state }];
}

const resultFrame = z.object({
  subtype: z.string(),
  is_error: z.boolean().catch(false),
  result: z.string().optional().catch(undefined),
  errors: z.array(z.string()).catch([]),
  terminal_reason: z.string().nullish().catch(undefined),
});

function isEmptySuccess(frame: Frame): boolean {
  return frame["subtype"] === "success" && frame["is_error"] !== true && frame["result"] === "";
}

function decodeResult(frame: Frame, wasInterrupted: boolean): ClaudeEvent[] {
  const parsed = resultFrame.safeParse(frame);
  // Unreadable or not, the turn is over.
  if (!parsed.success) {
    const unreadable = malformed("result", parsed.error);
    return [unreadable, { type: "turnEnded", isError: true, reason: "", wasAborted: wasInterrupted }];
  }
  const { subtype, is_error, result, errors, terminal_reason } = parsed.data;
  // Since 2.1; older versions report it only in a user frame.
  const wasAborted = wasInterrupted || (terminal_reason?.startsWith("aborted") ?? false);
  // A hook that runs before or after a tool may end the turn, which then is a success without a text (2.1.330).
  const isStopped = terminal_reason === "hook_stopped";
  // Interrupted turns: `is_error` is false in 1.0.128 and 2.0.76, true in 2.1.
  const isError = is_error || subtype !== "success" || isStopped;
  const said = errors.filter((error) => !error.startsWith("[ede_diagnostic]")).join("\n");
  const why = said || result || (isStopped ? "a hook stopped the turn" : subtype.replaceAll("_", " "));
  const reason = !isError || wasAborted ? "" : why;
  const used = usageOf(frame);
  return [{ type: "turnEnded", isError, reason, wasAborted, ...(used === undefined ? {} : { used }) }];
}
