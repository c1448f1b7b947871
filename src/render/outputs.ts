// What a tool gave, when it is too long for the tool's line: whether the line offers it as a file, and what that is
// called. Pure.

import { EMOJI } from "../mattermost/emoji.ts";
import { chatToolView } from "./chat-tools.ts";

/** More is not read in passing. */
const MOST_LINES = 10;
const MOST_CHARACTERS = 1000;

/**
 * Those that give a file's words, which people have themselves, or can ask Claude to send. The tools in the chat give what
 * people said elsewhere, which is for those who may read it there.
 */
const OF_FILES = new Set(["Read", "NotebookRead", "Edit", "MultiEdit", "Write", "NotebookEdit"]);

/** Behind the outcome in a tool's line. */
export const OFFER = ` ${EMOJI.paperclip}`;

export function isLongOutput(toolName: string, output: string): boolean {
  const text = output.trim();
  return (
    toolName !== "" &&
    !OF_FILES.has(toolName) &&
    chatToolView(toolName) === undefined &&
    (text.length > MOST_CHARACTERS || hasManyLines(text))
  );
}

function hasManyLines(text: string): boolean {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0 && lines <= MOST_LINES; at = text.indexOf("\n", at + 1)) {
    lines++;
  }
  return lines > MOST_LINES;
}

/** `number`: its own in the session. */
export function outputFileName(toolName: string, number: number): string {
  const name = toolName.split("__").at(-1) ?? "";
  const safe = name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "")
    .slice(0, 40);
  return `${safe || "tool"}-${number}.txt`;
}
