// What programs have left on the disk and in the process table, read while they run: any of it may be half there.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { withTexts } from "../../src/session/snapshot-texts.ts";
import { newestIn } from "../../src/store/growing-file.ts";

/** A line of a conversation that Claude has saved. */
export interface SavedLine {
  readonly type?: string;
  readonly isMeta?: boolean;
  readonly isSidechain?: boolean;
  readonly message?: { readonly content?: unknown };
}

/** A piece of what such a line holds. */
export interface Block {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly name?: unknown;
  readonly input?: unknown;
  readonly tool_use_id?: unknown;
  readonly content?: unknown;
  readonly is_error?: unknown;
  readonly source?: unknown;
}

export const blocksIn = ({ message }: SavedLine): readonly Block[] =>
  Array.isArray(message?.content) ? (message.content as Block[]) : [];

export function textOf(content: unknown): string {
  if (typeof content === "string") {
    return content;
  }
  const blocks = Array.isArray(content) ? (content as { type?: unknown; text?: unknown }[]) : [];
  return blocks.flatMap(({ type, text }) => (type === "text" ? [String(text)] : [])).join("\n");
}

export interface Conversation {
  /** The name it is resumed by. */
  readonly id: string;
  /** What Claude calls the folder with those of the directory it works in. */
  readonly folder: string;
  readonly lines: readonly SavedLine[];
}

export function filesUnder(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      const inside = join(path, entry.name);
      return entry.isDirectory() ? filesUnder(inside) : [inside];
    });
  } catch {
    return [];
  }
}

export function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  } catch {
    return [];
  }
}

/** Undefined when it can't be read; one that was removed in between was none. */
export function readJson(file: string): unknown {
  try {
    return withTexts(newestIn(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

/** Every conversation saved below a folder; a file that has not grown is not read again. */
export function conversationReader(folder: string): () => Conversation[] {
  const known = new Map<string, { readonly size: number; readonly conversation: Conversation }>();
  return () =>
    filesUnder(folder)
      .filter((file) => file.endsWith(".jsonl"))
      .map((file) => {
        const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
        const before = known.get(file);
        if (before?.size === size) {
          return before.conversation;
        }
        const conversation = {
          id: basename(file, ".jsonl"),
          folder: basename(dirname(file)),
          lines: linesOf(file).flatMap((line) => parsed(line) ?? []),
        };
        known.set(file, { size, conversation });
        return conversation;
      });
}

function parsed(line: string): SavedLine | undefined {
  try {
    return JSON.parse(line) as SavedLine;
  } catch {
    return undefined;
  }
}

export function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

export function isUnder(pid: number, ancestor: number | undefined): boolean {
  for (let at: number | undefined = pid; at !== undefined && at > 1; at = parentOf(at)) {
    if (at === ancestor) {
      return true;
    }
  }
  return false;
}
