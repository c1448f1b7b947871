// Makes the calls of Claude's tools in the chat for one session, and knows which are under way: they end with the process
// that waits for them.

import type { ChatCall, ChatOutcome, ChatTools } from "../chat-tools/types.ts";
import type { CallId, OwnToolResult, RequestId, ToolInput } from "../claude/types.ts";
import type { ChannelId, ThreadId } from "../mattermost/types.ts";
import type { RemoteShell } from "../remote/types.ts";
import type { PostKey } from "../thread/writes.ts";
import type { SessionDependencies } from "./dependencies.ts";
import type { ToolReport, ToolRequest } from "./own-tools.ts";
import type { Signal } from "./signals.ts";
import type { Effect } from "./types.ts";

export interface ToolCallsOptions {
  /** Undefined: Claude has none. */
  readonly tools: ChatTools | undefined;
  readonly threadId: ThreadId;
  readonly channelId: ChannelId;
  readonly deniedPathsIn: (directory: string) => readonly string[];
  /** As of now. */
  readonly directory: () => string;
  /** The machine where Claude works; undefined: this one. */
  readonly shell?: RemoteShell | undefined;
  readonly filesDirectory: () => ChatCall["filesDirectory"];
  readonly answer: (callId: CallId, result: OwnToolResult) => void;
  readonly report: (report: ToolReport) => void;
  /** A fault of ours: the session ends by it. */
  readonly failed: (error: unknown) => void;
}

interface WaitingAnswer {
  readonly callId: CallId;
  readonly result: OwnToolResult;
}

const NOT_POSTED: OwnToolResult = { text: "The post could not be made; nothing was sent.", isError: true };

export class ToolCalls {
  readonly #options: ToolCallsOptions;
  readonly #running = new Map<CallId, AbortController>();
  readonly #afterPost = new Map<PostKey, WaitingAnswer>();
  /** What somebody is asked about. */
  readonly #asked = new Map<RequestId, string>();
  /** What somebody has allowed, and was not called yet. */
  readonly #allowed: string[] = [];
  #callsOfTurn = 0;

  constructor(options: ToolCallsOptions) {
    this.#options = options;
  }

  perform(request: ToolRequest): void {
    switch (request.act) {
      case "judge":
        void this.#judge(request).catch(this.#options.failed);
        break;
      case "call":
        void this.#call(request).catch(this.#options.failed);
        break;
      case "answer":
        if (request.after === undefined) {
          this.#options.answer(request.callId, request.result);
        } else {
          this.#afterPost.set(request.after, request);
        }
        break;
      case "cancel":
        this.#running.get(request.callId)?.abort();
        this.#running.delete(request.callId);
        break;
    }
  }

  /** What became of a post that somebody waits for, and where a turn begins. */
  hear(signal: Signal): void {
    if (signal.type === "posted") {
      this.#answerAfter(signal.key, undefined);
    } else if (signal.type === "fileRefused" || signal.type === "quarantined") {
      this.#answerAfter(signal.key, NOT_POSTED);
    }
  }

  /** Of what Claude is told. */
  told(effect: Effect): void {
    switch (effect.type) {
      case "send":
        this.#callsOfTurn = 0;
        break;
      case "answer": {
        const asked = this.#asked.get(effect.requestId);
        this.#asked.delete(effect.requestId);
        if (asked !== undefined && effect.answer.behavior === "allow") {
          this.#allowed.push(asked);
        }
        break;
      }
      case "closeClaude":
        this.#forgetAll();
        break;
      default:
    }
  }

  async #judge({ event, tool: name }: ToolRequest & { readonly act: "judge" }): Promise<void> {
    const { tools, report } = this.#options;
    const { input, requestId } = event;
    const reason = await tools?.reasonToAsk({ name, input, ...this.#place() });
    if (reason !== undefined) {
      this.#asked.set(requestId, nameOf(name, input));
    }
    report({ act: "judged", event, reason });
  }

  async #call({ event, asker, isAuto }: ToolRequest & { readonly act: "call" }): Promise<void> {
    const { tools, threadId, filesDirectory, report } = this.#options;
    const { callId, name, input, toolUseId } = event;
    const running = new AbortController();
    this.#running.set(callId, running);
    const call = {
      name,
      input,
      asker: asker?.id,
      threadId,
      ...this.#place(),
      filesDirectory: filesDirectory(),
      callsBefore: this.#callsOfTurn++,
      onProgress: (words: string) => {
        if (this.#running.has(callId)) {
          report({ act: "progress", toolUseId, words });
        }
      },
      isAllowed: isAuto || this.#takeAllowed(nameOf(name, input)),
    };
    const outcome = (await tools?.call(call, running.signal)) ?? none(name);
    // Nobody waits for one that was cancelled, and nothing of it is posted.
    if (this.#running.delete(callId)) {
      report({ act: "called", event, asker, outcome });
    }
  }

  #place(): Pick<ChatCall, "channelId" | "directory" | "shell" | "deniedPaths"> {
    const { channelId, directory, deniedPathsIn, shell } = this.#options;
    const here = directory();
    return { channelId, directory: here, shell, deniedPaths: deniedPathsIn(here) };
  }

  #takeAllowed(name: string): boolean {
    const at = this.#allowed.indexOf(name);
    if (at >= 0) {
      this.#allowed.splice(at, 1);
    }
    return at >= 0;
  }

  #answerAfter(key: PostKey, instead: OwnToolResult | undefined): void {
    const waiting = this.#afterPost.get(key);
    if (waiting) {
      this.#afterPost.delete(key);
      this.#options.answer(waiting.callId, instead ?? waiting.result);
    }
  }

  #forgetAll(): void {
    for (const running of this.#running.values()) {
      running.abort();
    }
    this.#running.clear();
    this.#afterPost.clear();
    this.#asked.clear();
    this.#allowed.length = 0;
  }
}

/** The same call, however often it is made: what was allowed is what was shown. */
const nameOf = (name: string, input: ToolInput): string => `${name} ${JSON.stringify(input)}`;

function none(name: string): ChatOutcome {
  return { text: `There is no tool ${name}.`, isError: true, summary: "", target: {} };
}

/** For one session; `own`: what only the session knows. */
export function toolCallsOf(
  threadId: ThreadId,
  {
    chatTools,
    channelId,
    deniedPathsIn,
  }: Pick<SessionDependencies, "chatTools" | "channelId" | "deniedPathsIn">,
  own: Pick<ToolCallsOptions, "directory" | "shell" | "filesDirectory" | "answer" | "report" | "failed">,
): ToolCalls {
  return new ToolCalls({ ...own, tools: chatTools, threadId, channelId, deniedPathsIn });
}
