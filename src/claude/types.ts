// What Claude Code sends and receives, in our own types; the wire's shapes are known to the decoders and the client
// alone. Knows nothing of Mattermost.

import type { Remote } from "../remote/types.ts";
import type { PermissionRule } from "./permission-rules.ts";
import type { ClaudeReply, ClaudeRequest, ModelChoice } from "./requests.ts";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type RequestId = Branded<"RequestId">;
export type ToolUseId = Branded<"ToolUseId">;
/** Of one call of a tool that lives in our process. */
export type CallId = Branded<"CallId">;

/** A tool's input as Claude wrote it: JSON whose fields depend on the tool and the CLI's version. */
export type ToolInput = Readonly<Record<string, unknown>>;

export interface SlashCommand {
  readonly name: string;
  readonly aliases: readonly string[];
}

export interface QuestionOption {
  readonly label: string;
  readonly description: string;
}

export interface Question {
  readonly question: string;
  readonly header: string;
  readonly multiSelect: boolean;
  readonly options: readonly QuestionOption[];
}

/** A tool that lives in our process, as Claude is told of it (MCP's `tools/list`). */
export interface OwnTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** It changes nothing: Claude may make several calls at a time. */
  readonly isReadOnly?: boolean;
}

/** The name of the server that they are of: Claude calls them `mcp__mattermost__send_file`. */
export const OWN_SERVER = "mattermost";

/** What Claude gets for a call. */
export interface OwnToolResult {
  readonly text: string;
  readonly isError: boolean;
}

/** A command or a subagent that goes on beside the turns. */
export interface BackgroundTask {
  readonly id: string;
  readonly description: string;
  /** A subagent, which is shown by its own tool use as well. */
  readonly isAgent?: boolean;
}

/** What was used, as Claude Code counts it; input tokens with those read from and written to caches. */
export interface Usage {
  readonly costUsd: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of them, about as many in the turn that has just ended. */
  readonly turnOutputTokens: number;
}

/** What a subagent has used. */
export interface TaskUsage {
  readonly tools: number;
  readonly tokens: number;
}

export type ClaudeEvent =
  /** `initialize` was answered: the process takes messages. */
  | {
      readonly type: "ready";
      readonly commands: readonly SlashCommand[];
      readonly models?: readonly ModelChoice[];
    }
  /** A turn began (`system/init` comes at the start of every turn). */
  | {
      readonly type: "turnStarted";
      readonly model: string;
      readonly mode?: string | undefined;
      readonly conversationId?: string | undefined;
    }
  /** The permission mode is another one now, whoever has changed it (2.1.197 and later). */
  | { readonly type: "modeChanged"; readonly mode: string }
  /**
   * `/clear`, or a plan that is carried out in a new conversation: the next `turnStarted` names that conversation, and
   * only then does the id change (2.1.330; 1.0.128 and 2.0.76 know no `/clear` over stdio).
   */
  | { readonly type: "conversationReset" }
  /**
   * A hook refused the prompt, or stopped the turn before Claude saw it. `reason` is the hook's text; empty where the
   * CLI does not send it (1.0.128, 2.0.76). May come in the middle of a turn, which then goes on (2.1.330).
   */
  | { readonly type: "promptRefused"; readonly reason: string }
  /** Everything that runs in the background now. */
  | { readonly type: "backgroundTasks"; readonly tasks: readonly BackgroundTask[] }
  /** A message of the main conversation started streaming. */
  | { readonly type: "messageStarted"; readonly messageId: string }
  | { readonly type: "textDelta"; readonly text: string; readonly blockIndex: number }
  /** What Claude thinks before it answers, in pieces (2.1.197; no version sends it where thinking is off). */
  | { readonly type: "thinkingDelta"; readonly text: string; readonly blockIndex: number }
  /** A complete text block; confirms the deltas, or is the only copy when none came (slash commands). */
  | { readonly type: "text"; readonly messageId: string; readonly text: string }
  | { readonly type: "toolUse"; readonly id: ToolUseId; readonly name: string; readonly input: ToolInput }
  | {
      readonly type: "toolResult";
      readonly id: ToolUseId;
      readonly isError: boolean;
      readonly text: string;
      /** `tool_use_result`, beside the message: structured, its fields depend on the tool. */
      readonly structured: unknown;
    }
  /** A message of ours has entered the transcript, or was refused before that: it won't be taken again. */
  | { readonly type: "replayed"; readonly uuid: string }
  | {
      readonly type: "permissionAsked";
      readonly requestId: RequestId;
      readonly toolName: string;
      readonly input: ToolInput;
      /** 1.0.128 sends none. */
      readonly toolUseId: ToolUseId | undefined;
      /** The name of the tool, where it is one of ours and no other server's. */
      readonly ownTool?: string;
      /** With all of these such a use would not be asked about again; missing where Claude offers none. */
      readonly rules?: readonly PermissionRule[];
    }
  /** Claude calls a tool of ours, and waits for `answerCall`. */
  | {
      readonly type: "ownToolCalled";
      readonly callId: CallId;
      readonly name: string;
      readonly input: ToolInput;
      readonly toolUseId: ToolUseId | undefined;
    }
  /** Nobody waits for it any more: the turn was interrupted. */
  | { readonly type: "ownCallCancelled"; readonly callId: CallId }
  | {
      readonly type: "planAsked";
      readonly requestId: RequestId;
      readonly plan: string;
      readonly input: ToolInput;
      readonly toolUseId: ToolUseId | undefined;
    }
  | {
      readonly type: "questionAsked";
      readonly requestId: RequestId;
      readonly questions: readonly Question[];
      readonly input: ToolInput;
      readonly toolUseId: ToolUseId | undefined;
    }
  /** Claude cancelled an ask; no answer may be sent. */
  | { readonly type: "askCancelled"; readonly requestId: RequestId }
  | {
      readonly type: "apiRetry";
      readonly attempt: number;
      readonly maxRetries: number;
      readonly retryDelayMs: number;
      readonly reason: string;
    }
  | { readonly type: "compacting" }
  /** `error` is undefined when the compaction succeeded. */
  | { readonly type: "compacted"; readonly error: string | undefined }
  /** A command that takes its time, or a subagent, has begun (2.1.197 and later; which of them, since 2.1.330). */
  | {
      readonly type: "taskStarted";
      readonly taskId: string;
      readonly toolUseId: ToolUseId | undefined;
      readonly description: string;
      readonly isAgent: boolean;
      /** What kind of a subagent; empty for none that has a name. */
      readonly agentType: string;
      readonly isInBackground: boolean;
      /** A subagent's own. */
      readonly isNested: boolean;
    }
  /** How far a subagent is (2.1.330). */
  | {
      readonly type: "taskProgressed";
      readonly taskId: string;
      readonly toolUseId: ToolUseId | undefined;
      readonly usage: TaskUsage;
      readonly lastTool: string | undefined;
    }
  /**
   * A subagent or a background command ended (`system/task_notification`). `status`: `completed`, `failed`, `stopped`.
   */
  | {
      readonly type: "taskEnded";
      readonly taskId: string;
      readonly toolUseId: ToolUseId | undefined;
      readonly status: string;
      readonly summary: string;
      readonly usage?: TaskUsage | undefined;
    }
  /** The turn is over; the process goes on running. */
  | {
      readonly type: "turnEnded";
      readonly isError: boolean;
      readonly reason: string;
      readonly wasAborted: boolean;
      /** All that Claude has counted so far; absent where the CLI does not say. */
      readonly used?: Usage;
    }
  /** Of the account's plan; `window`: which limit, as the CLI names it; `resetsAt`: milliseconds since the epoch. */
  | {
      readonly type: "rateLimit";
      readonly status: "allowed" | "warning" | "rejected";
      readonly window: string;
      readonly resetsAt: number | undefined;
      /** From 0 to 1. */
      readonly utilization: number | undefined;
    }
  /** A known frame lacked a field we need. */
  | { readonly type: "malformed"; readonly detail: string }
  /** The process is gone. `code` is null when a signal ended it; `stderr` is the end of its error output. */
  | {
      readonly type: "exited";
      readonly code: number | null;
      readonly signal: string | null;
      readonly stderr: string;
      /** Of one on another machine: it was never started there, or nobody knows how it ended. */
      readonly lost?: "unreached" | "cut";
      /** It never ran on the other machine: `stderr` says what is missing there. */
      readonly isMissing?: true;
    };

export type MessageBlock =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly mediaType: string; readonly base64: string };

export type PermissionAnswer =
  | {
      readonly behavior: "allow";
      readonly updatedInput: ToolInput;
      /** Hold from now on in this process. */
      readonly rules?: readonly PermissionRule[];
    }
  | { readonly behavior: "deny"; readonly message: string };

/** One running Claude Code process. Events reach the listener given at start, in order; `exited` is the last. */
export interface ClaudeClient {
  readonly pid: number | undefined;
  send(uuid: string, content: readonly MessageBlock[]): void;
  answer(requestId: RequestId, answer: PermissionAnswer): void;
  /** What a call of one of our tools has led to; does nothing for one that was cancelled. */
  answerCall(callId: CallId, result: OwnToolResult): void;
  interrupt(): void;
  /** `reply` is called once, after 10 s at the latest; a CLI that does not know such a request is not asked again. */
  request(request: ClaudeRequest, reply: (reply: ClaudeReply) => void): void;
  /**
   * Interrupts a running turn, ends stdin, waits `graceMs`, SIGTERM, waits, SIGKILL to the whole process group;
   * resolves when the process is gone. `exited` then may carry any code: 2.1.330 exits 1 after an interruption.
   */
  close(graceMs: number): Promise<void>;
}

export interface ClaudeStart {
  /** Where it runs; undefined: on this machine. All paths are that machine's. */
  readonly remote?: Remote | undefined;
  /** There the directory may be the home, or all of the machine. */
  readonly isUnsafeAllowed?: boolean | undefined;
  readonly claudePath: string;
  readonly directory: string;
  readonly conversationId: string;
  /** Continue the saved conversation `conversationId` instead of starting a new one under that id. */
  readonly resume: boolean;
  /** Begins as a copy of the conversation `from`, up to and with the line `at` of what is saved of it. */
  readonly fork?: { readonly from: string; readonly at: string } | undefined;
  /** Directories outside `directory` that Claude may read without asking (files of messages). */
  readonly extraDirectories: readonly string[];
  /**
   * Absolute paths of files, or of directories with everything in them, that Claude's file tools may neither read
   * nor change; they need not exist.
   */
  readonly deniedPaths?: readonly string[];
  /** Tools of ours that Claude is given. */
  readonly ownTools?: readonly OwnTool[];
  /** Instead of the user's own choices: as the CLI's `--model` and `--permission-mode` take them. */
  readonly model?: string | undefined;
  readonly permissionMode?: string | undefined;
  /** What is not asked about. */
  readonly allowedRules?: readonly PermissionRule[];
  /** Stands behind Claude Code's own instructions, as long as this process runs. */
  readonly instructions?: string | undefined;
}

/** Starts a process. Never throws: a CLI that cannot be started is an `exited` event. */
export type StartClaude = (start: ClaudeStart, listener: (event: ClaudeEvent) => void) => ClaudeClient;
