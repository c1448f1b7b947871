// Finds in what Claude Code has saved of a conversation what some of its tools gave. Read line by line and never whole:
// it may be long, and others are served meanwhile. The fields used here are the same in 1.0.128, 2.0.76 and 2.1.330.

import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { LineFramer } from "./line-framer.ts";
import { savedFile } from "./saved-conversation.ts";

export interface SavedResult {
  /** With a word in the place of each picture, and of whatever else is no text. */
  readonly text: string;
  /** How many bytes before it were not read. */
  readonly skippedBytes: number;
}

export type SavedResults = ReadonlyMap<string, SavedResult>;

export type ReadSavedResults = (
  conversationId: string,
  toolUseIds: readonly string[],
) => Promise<SavedResults>;

/** Of a file. */
export const MOST_BYTES = 3 * 1024 * 1024;

/** By the ids of the tool uses; what is not saved is missing. `environment` is the one Claude runs in. */
export async function readSavedResults(
  environment: NodeJS.ProcessEnv,
  conversationId: string,
  toolUseIds: readonly string[],
): Promise<SavedResults> {
  const found = new Map<string, SavedResult>();
  const file = savedFile(environment, conversationId);
  if (file === undefined) {
    return found;
  }
  const wanted = new Set(toolUseIds);
  const framer = new LineFramer({
    lines(lines) {
      for (const { id, text, besides } of lines.flatMap((line) => takeResults(line, wanted))) {
        const whole = besides === undefined ? undefined : fileOf(file, conversationId, besides);
        found.set(id, whole ?? { text, skippedBytes: 0 });
      }
    },
    tooLong: () => {},
    endless: () => {},
  });
  try {
    for await (const chunk of createReadStream(file)) {
      framer.push(chunk as Buffer);
      if (wanted.size === 0) {
        return found;
      }
    }
    framer.end();
  } catch {
    // Removed or made unreadable meanwhile: what was found is all there is.
  }
  return found;
}

export interface FoundResult {
  readonly id: string;
  readonly text: string;
  /** Where the whole is, when Claude itself got only the beginning. */
  readonly besides: string | undefined;
}

/** Those that are wanted, which are not from then on. */
export function takeResults(line: string, wanted: Set<string>): readonly FoundResult[] {
  // To parse a long line costs more than to look through it.
  if (![...wanted].some((id) => line.includes(id))) {
    return [];
  }
  const { results, besides } = resultsIn(line);
  return results.flatMap(([id, text]) => (wanted.delete(id) ? [{ id, text, besides }] : []));
}

interface Line {
  readonly message?: { readonly content?: unknown };
  readonly toolUseResult?: { readonly persistedOutputPath?: unknown };
}

interface Block {
  readonly type?: unknown;
  readonly tool_use_id?: unknown;
  readonly text?: unknown;
  readonly content?: unknown;
}

/** `besides`: where the whole is, when Claude itself got only the beginning (2.1.330, from 30,000 characters on). */
function resultsIn(text: string): {
  readonly results: readonly (readonly [id: string, text: string])[];
  readonly besides: string | undefined;
} {
  const line = parsed(text);
  const results = blocksOf(line?.message?.content).flatMap(({ type, tool_use_id: id, content }) =>
    type === "tool_result" && typeof id === "string" ? [[id, textOf(content)] as const] : [],
  );
  const path = line?.toolUseResult?.persistedOutputPath;
  return { results, besides: results.length === 1 && typeof path === "string" ? path : undefined };
}

function parsed(text: string): Line | null {
  try {
    return JSON.parse(text) as Line | null;
  } catch {
    // The last line may be cut off: the process died while it wrote.
    return null;
  }
}

/**
 * Its end; undefined when it is gone, or is anything but a file of Claude Code's own beside the conversation. Commands can
 * put links there.
 */
function fileOf(conversation: string, conversationId: string, path: string): SavedResult | undefined {
  const inside = join(conversationId, "tool-results", basename(path));
  const own = join(dirname(conversation), inside);
  const { O_NOFOLLOW, O_NONBLOCK, O_NOCTTY, O_RDONLY } = constants;
  let fd: number | undefined;
  try {
    const isOwn = realpathSync(own) === join(realpathSync(dirname(conversation)), inside);
    if (!isOwn || !lstatSync(own).isFile()) {
      return undefined;
    }
    fd = openSync(own, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    const opened = fstatSync(fd);
    const { size } = opened;
    if (!opened.isFile() || opened.nlink !== 1) {
      return undefined;
    }
    const skippedBytes = Math.max(0, size - MOST_BYTES);
    const bytes = Buffer.alloc(size - skippedBytes);
    const length = readSync(fd, bytes, 0, bytes.length, skippedBytes);
    return { text: bytes.toString("utf8", 0, length), skippedBytes };
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) {
      closeSync(fd);
    }
  }
}

const blocksOf = (content: unknown): Block[] =>
  Array.isArray(content) ? content.filter((block) => typeof block === "object" && block !== null) : [];

function textOf(content: unknown): string {
  return typeof content === "string"
    ? content
    : blocksOf(content)
        .map(({ type, text }) =>
          typeof text === "string" ? text : `[${type === "image" ? "picture" : "no text"}]`,
        )
        .join("\n");
}
