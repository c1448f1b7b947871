// Reads what Claude Code has saved of a conversation, when a process ended before it could report all of it. The file
// has one JSON object a line and is `projects/<directory>/<conversation id>.jsonl` under Claude's configuration
// directory. The fields used here are the same in 1.0.128, 2.0.76 and 2.1.330.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export interface SavedText {
  readonly messageId: string;
  readonly text: string;
}

/** What became of its turns. */
export interface SavedTurns {
  /** Whether a message of ours, by its uuid, is in the conversation. */
  holds(uuid: string): boolean;
  /** What Claude said in answer to that message, block by block; empty when it isn't there. */
  textsAfter(uuid: string): readonly SavedText[];
  /** What Claude said from that message of Claude's on; empty when it isn't there. */
  textsFrom(messageId: string): readonly SavedText[];
}

export interface SavedConversation extends SavedTurns {
  /**
   * The line in which Claude last said something that it still knows, before that message of ours where one is given;
   * undefined when there is none.
   */
  lastAnswer(before: string | undefined): string | undefined;
  /** Where Claude worked. */
  readonly directory: string | undefined;
  /** How many messages people have written. */
  readonly prompts: number;
}

export interface Line {
  readonly type?: unknown;
  readonly uuid?: unknown;
  readonly subtype?: unknown;
  readonly cwd?: unknown;
  readonly isSidechain?: unknown;
  readonly isMeta?: unknown;
  readonly isCompactSummary?: unknown;
  readonly isApiErrorMessage?: unknown;
  readonly message?: { readonly id?: unknown; readonly model?: unknown; readonly content?: unknown };
}

/** No conversation is nearly that long, and a string of Node's cannot be much longer. */
export const MAX_BYTES = 256 * 1024 * 1024;

/** Undefined when nothing is saved under that id. `environment` is the one Claude runs in. */
export function readSavedConversation(
  environment: NodeJS.ProcessEnv,
  conversationId: string,
): SavedConversation | undefined {
  const file = savedFile(environment, conversationId);
  return file === undefined ? undefined : savedConversationOf(readFileSync(file, "utf8"));
}

/** `text`: of its file, or of what there is of that. */
export function savedConversationOf(text: string): SavedConversation {
  const lines = text.split("\n").flatMap(parseLine);
  const main = lines.filter((line) => line.isSidechain !== true);
  const indexOf = (uuid: string): number =>
    main.findIndex((line) => line.type === "user" && line.uuid === uuid);
  return {
    holds: (uuid) => indexOf(uuid) >= 0,
    textsAfter(uuid) {
      const at = indexOf(uuid);
      const after = at < 0 ? [] : main.slice(at + 1);
      // What was said to somebody else, in a terminal for instance, is no answer to that message.
      const next = after.findIndex(isPrompt);
      return (next < 0 ? after : after.slice(0, next)).flatMap(saidBy);
    },
    textsFrom(messageId) {
      const texts = main.flatMap(saidBy);
      const at = texts.findIndex((text) => text.messageId === messageId);
      return at < 0 ? [] : texts.slice(at);
    },
    lastAnswer(before) {
      const end = before === undefined ? -1 : indexOf(before);
      const known = end < 0 ? main : main.slice(0, end);
      // What was said before a compaction is not there any more.
      const from = known.findLastIndex((line) => line.subtype === "compact_boundary");
      const uuid = known.slice(from + 1).findLast((line) => saidBy(line).length > 0)?.uuid;
      return typeof uuid === "string" ? uuid : undefined;
    },
    directory: main.map(({ cwd }) => cwd).find((cwd) => typeof cwd === "string"),
    prompts: lines.filter(isPrompt).length,
  };
}

/** Undefined when nothing is saved under that id. */
export function savedFile(environment: NodeJS.ProcessEnv, conversationId: string): string | undefined {
  const projects = join(claudeFolder(environment), "projects");
  try {
    return readdirSync(projects)
      .map((directory) => join(projects, directory, `${conversationId}.jsonl`))
      .find(isReadable);
  } catch {
    return undefined;
  }
}

/** Where a claude that runs in that environment keeps what it knows. */
export function claudeFolder(environment: NodeJS.ProcessEnv): string {
  return environment["CLAUDE_CONFIG_DIR"] ?? join(environment["HOME"] ?? "", ".claude");
}

/** A pipe or a device in its place would block the daemon. */
function isReadable(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size <= MAX_BYTES;
}

/** The last line may be cut off: the process died while it wrote. */
export function parseLine(text: string): Line[] {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === "object" && line !== null ? [line as Line] : [];
  } catch {
    return [];
  }
}

/**
 * Somebody wrote it to Claude: it is no result of a tool, and nothing that Claude Code says itself in the user's name (a
 * command and its output, a notification, a summary, an interruption).
 */
export function isPrompt({ type, message, isSidechain, isMeta, isCompactSummary, uuid }: Line): boolean {
  if (type !== "user" || isSidechain === true || isMeta === true || isCompactSummary === true) {
    return false;
  }
  const content = message?.content;
  const blocks = typeof content === "string" ? [{ type: "text", text: content }] : content;
  if (!Array.isArray(blocks) || typeof uuid !== "string") {
    return false;
  }
  const said = blocks as ({ type?: unknown; text?: unknown } | null)[];
  const texts = said.flatMap((block) => (typeof block?.text === "string" ? [block.text.trimStart()] : []));
  return (
    said.every((block) => block?.type !== "tool_result") &&
    texts.length > 0 &&
    texts.every((text) => !text.startsWith("<") && !text.startsWith("[Request interrupted by user"))
  );
}

function saidBy({ type, message, isApiErrorMessage }: Line): SavedText[] {
  if (type !== "assistant" || !Array.isArray(message?.content) || typeof message.id !== "string") {
    return [];
  }
  // When 2.1.330 continues a turn that was cut off, it saves "No response requested." as if Claude had said it, and
  // does not report it.
  if (message.model === "<synthetic>" && isApiErrorMessage !== true) {
    return [];
  }
  const messageId = message.id;
  return (message.content as ({ type?: unknown; text?: unknown } | null)[]).flatMap((block) =>
    block?.type === "text" && typeof block.text === "string" ? [{ messageId, text: block.text }] : [],
  );
}
