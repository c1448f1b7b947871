// Whether somebody else has a conversation of ours: a terminal in which it was resumed. What runs is told by Claude Code
// itself since 2.1 (`sessions/<pid>.json` in its folder, with the conversation's id; measured with 2.1.330). Before that,
// and in another home or on another machine, it is seen only by what it has left in the saved conversation.

import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { isRunning, startMark } from "../util/processes.ts";
import { claudeFolder, isPrompt, parseLine, savedFile } from "./saved-conversation.ts";

/** What is longer is not looked at as a whole: what it begins with is passed over. */
const MOST_BYTES = 16 * 1024 * 1024;

export interface NewPrompts {
  /** How far the saved conversation goes now. */
  readonly bytes: number;
  /** Of the messages that were written to Claude since then. */
  readonly uuids: readonly string[];
}

/** What was written to Claude after the first `bytes` of what is saved; `undefined`: says only how far that goes. */
export function promptsSince(
  environment: NodeJS.ProcessEnv,
  conversationId: string,
  bytes: number | undefined,
): NewPrompts | undefined {
  const file = savedFile(environment, conversationId);
  if (file === undefined) {
    return undefined;
  }
  const { size } = statSync(file);
  if (bytes === undefined || size <= bytes) {
    return { bytes: size, uuids: [] };
  }
  const from = Math.max(bytes, size - MOST_BYTES);
  const lines = read(file, from, size - from).split("\n");
  // A line of which only a part is there is read the next time.
  const rest = Buffer.byteLength(lines.at(-1) ?? "");
  const prompts = lines.flatMap(parseLine).filter(isPrompt);
  return { bytes: size - rest, uuids: prompts.map(({ uuid }) => String(uuid)) };
}

function read(file: string, from: number, length: number): string {
  const buffer = Buffer.alloc(length);
  const descriptor = openSync(file, "r");
  try {
    return buffer.toString("utf8", 0, readSync(descriptor, buffer, 0, length, from));
  } finally {
    closeSync(descriptor);
  }
}

/** The process of somebody else that has that conversation open. `own`: one that is ours. */
export function runsElsewhere(
  environment: NodeJS.ProcessEnv,
  conversationId: string,
  own: number | undefined,
): number | undefined {
  const folder = join(claudeFolder(environment), "sessions");
  for (const name of namesIn(folder)) {
    const pid = Number(/^([0-9]{1,10})\.json$/.exec(name)?.[1]);
    if (pid > 0 && pid !== own && isOf(join(folder, name), conversationId, pid)) {
      return pid;
    }
  }
  return undefined;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The file of a process that was killed stays, and its number may be another's by now. */
function isOf(file: string, conversationId: string, pid: number): boolean {
  try {
    const told = JSON.parse(readFileSync(file, "utf8")) as { sessionId?: unknown; procStart?: unknown };
    const mark = typeof told.procStart === "string" ? told.procStart : startMark(pid);
    return told.sessionId === conversationId && mark !== undefined && isRunning({ pid, startMark: mark });
  } catch {
    return false;
  }
}
