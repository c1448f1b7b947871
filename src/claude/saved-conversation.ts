// Reads what Claude Code has saved of a conversation, when a process ended before it could report all of it. The file
// has one JSON object a line and is `projects/<directory>/<conversation id>.jsonl` under Claude's configuration
// directory. The fields used here are the same in 1.0.128, 2.0.76 and 2.1.330.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export interface SavedText {
  readonly messageId: string;
  readonly text: string;
}

export interface SavedConversation {
  /** Whether a message of ours, by its uuid, is in the conversation. */
  holds(uuid: string): boolean;
  /** What Claude said in answer to that message, block by block; empty when it isn't there. */
  textsAfter(uuid: string): readonly SavedText[];
  /** What Claude said from that message of Claude's on; empty when it isn't there. */
  textsFrom(messageId: string): readonly SavedText[];
}

interface Line {
  readonly type?: unknown;
  readonly uuid?: unknown;
  readonly isSidechain?: unknown;
  readonly isApiErrorMessage?: unknown;
  readonly message?: { readonly id?: unknown; readonly model?: unknown; readonly content?: unknown };
}

/** No conversation is nearly that long, and a string of Node's cannot be much longer. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Undefined when nothing is saved under that id. `environment` is the one Claude runs in. */
export function readSavedConversation(
  environment: NodeJS.ProcessEnv,
  conversationId: string,
): SavedConversation | undefined {
  const file = savedFile(environment, conversationId);
  if (!file) {
    return undefined;
  }
  const lines = readFileSync(file, "utf8").split("\n").flatMap(parseLine);
  const main = lines.filter((line) => line.isSidechain !== true);
  const indexOf = (uuid: string): number =>
    main.findIndex((line) => line.type === "user" && line.uuid === uuid);
  return {
    holds: (uuid) => indexOf(uuid) >= 0,
    textsAfter(uuid) {
      const at = indexOf(uuid);
      return at < 0 ? [] : main.slice(at + 1).flatMap(saidBy);
    },
    textsFrom(messageId) {
      const texts = main.flatMap(saidBy);
      const at = texts.findIndex((text) => text.messageId === messageId);
      return at < 0 ? [] : texts.slice(at);
    },
  };
}

/** Undefined when nothing is saved under that id. */
export function savedFile(environment: NodeJS.ProcessEnv, conversationId: string): string | undefined {
  const base = environment["CLAUDE_CONFIG_DIR"] ?? join(environment["HOME"] ?? "", ".claude");
  const projects = join(base, "projects");
  try {
    return readdirSync(projects)
      .map((directory) => join(projects, directory, `${conversationId}.jsonl`))
      .find(isReadable);
  } catch {
    return undefined;
  }
}

/** A pipe or a device in its place would block the daemon. */
function isReadable(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size <= MAX_BYTES;
}

/** The last line may be cut off: the process died while it wrote. */
function parseLine(text: string): Line[] {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === "object" && line !== null ? [line as Line] : [];
  } catch {
    return [];
  }
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
