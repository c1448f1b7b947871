// What Claude's tools in the chat are given, and what they give back. Knows nothing of Claude's protocol: a session brings
// both together.

import type { ChannelId, FileId, ThreadId, UserId } from "../mattermost/types.ts";
import type { RemoteShell } from "../remote/types.ts";
import type { SavedFiles } from "../util/saved-files.ts";

/** As MCP's `tools/list` has it. */
export interface ChatTool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** It changes nothing, so that Claude may call it several times at once. */
  readonly isReadOnly?: boolean;
}

/** One call, in one session, for one person. */
export interface ChatCall {
  readonly name: string;
  /** As Claude wrote it. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Whose message started the turn: nothing is read for them that they may not read. Undefined: nobody asked. */
  readonly asker: UserId | undefined;
  readonly channelId: ChannelId;
  readonly threadId: ThreadId;
  /** Where Claude works; absolute. */
  readonly directory: string;
  /** The machine with that directory; undefined: this one. */
  readonly shell?: RemoteShell | undefined;
  /** Files, and directories with all in them, that are nobody's to see; absolute. */
  readonly deniedPaths: readonly string[];
  /** Where Claude can read what is saved for it; undefined when there is no such place. */
  readonly filesDirectory: SavedFiles | undefined;
  /** Calls of the same turn before this one. */
  readonly callsBefore: number;
  /** A person has seen this call on a card, and allowed it. */
  readonly isAllowed: boolean;
  /** To be told now and then how far one is that takes its time: `34 % of 60 MB`. */
  readonly onProgress?: (words: string) => void;
}

/** What a call has led to. */
export interface ChatOutcome {
  /** For Claude. */
  readonly text: string;
  readonly isError: boolean;
  /** For the tool's line: `report.pdf (1.2 MB)`, `12 posts of ~town-square`. No Markdown. */
  readonly summary: string;
  /** A post that the session makes in its thread, once, before Claude is answered. */
  readonly post?: { readonly message: string; readonly fileIds: readonly FileId[] };
  /** For the audit trail: what was read or sent, and of where. No content. */
  readonly target: Readonly<Record<string, unknown>>;
}

/** One tool, and what a call of it does. */
export interface ChatToolImplementation {
  readonly tool: ChatTool;
  /** As of all the tools; without it nobody ever has to decide. */
  reasonToAsk?(
    call: Pick<ChatCall, "name" | "input" | "channelId" | "directory" | "shell" | "deniedPaths">,
  ): Promise<string | undefined>;
  /** May reject with MattermostError, and with anything once `signal` is aborted. */
  call(call: ChatCall, signal: AbortSignal): Promise<ChatOutcome>;
}

export interface ChatTools {
  readonly tools: readonly ChatTool[];
  /**
   * Why somebody has to decide before the call is made, in a few words ("it is outside the directory"); undefined when
   * nobody has to. Looks at names and paths alone.
   */
  reasonToAsk(
    call: Pick<ChatCall, "name" | "input" | "channelId" | "directory" | "shell" | "deniedPaths">,
  ): Promise<string | undefined>;
  /** Never rejects but for a fault; stops soon after `signal` is aborted. */
  call(call: ChatCall, signal: AbortSignal): Promise<ChatOutcome>;
}

/** One of the tools. */
export interface ChatToolImplementation {
  readonly tool: ChatTool;
  /** As in `ChatTools`; left out where nobody has to decide. */
  reasonToAsk?(
    call: Pick<ChatCall, "name" | "input" | "channelId" | "directory" | "shell" | "deniedPaths">,
  ): Promise<string | undefined>;
  /** As in `ChatTools`. */
  call(call: ChatCall, signal: AbortSignal): Promise<ChatOutcome>;
}
