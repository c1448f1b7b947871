// Unified diffs of Claude's edits. Pure: the file's text before the edit is an argument.

import { createRequire } from "node:module";

export interface Replacement {
  readonly oldText: string;
  readonly newText: string;
  readonly all: boolean;
}

const CONTEXT_LINES = 3;
/** In lines. The time a comparison takes grows with the square of it: 20,000 would stop everything for minutes. */
const MAX_CHANGED = 2000;

type DiffLibrary = typeof import("diff");

/** In UTF-16 units. A short text that is replaced everywhere by a long one makes a file of any size. */
const MAX_AFTER = 4 * 1024 * 1024;

/** Read at the first diff: it takes 10 ms and 2 MB, and many a session edits nothing. */
let library: DiffLibrary | undefined;

/**
 * The unified diff of `replacements` applied in order to `before`. Without the file's text (it may not be shown, or
 * doesn't contain the old text) the replaced strings themselves are compared, and the diff has no line numbers.
 */
export function unifiedDiff(before: string | undefined, replacements: readonly Replacement[]): string {
  const after = before === undefined ? undefined : applyAll(before, replacements);
  if (before !== undefined && after !== undefined) {
    return hunks(before, after, true);
  }
  return replacements
    .map(({ oldText, newText, all }) => {
      const change = hunks(oldText, newText, false);
      return all ? `@@ every place @@\n${change}` : change;
    })
    .join("\n");
}

function applyAll(before: string, replacements: readonly Replacement[]): string | undefined {
  let text = before;
  for (const { oldText, newText, all } of replacements) {
    if (oldText === "" || !text.includes(oldText)) {
      return undefined;
    }
    const parts = all ? text.split(oldText) : [];
    const places = Math.max(1, parts.length - 1);
    if (text.length + places * (newText.length - oldText.length) > MAX_AFTER) {
      return undefined;
    }
    text = all ? parts.join(newText) : text.replace(oldText, () => newText);
  }
  return text;
}

function hunks(before: string, after: string, numbered: boolean): string {
  library ??= createRequire(import.meta.url)("diff") as DiffLibrary;
  const options = { context: CONTEXT_LINES, maxEditLength: MAX_CHANGED };
  const patch = library.structuredPatch("", "", before, after, "", "", options);
  const found = patch?.hunks ?? [replacedWhole(before, after)];
  return found
    .map((hunk) => {
      const all = hunk.lines.filter((line) => !line.startsWith("\\"));
      // Empty lines of the surroundings say nothing at the end.
      const lines = all.slice(0, all.findLastIndex((line) => !/^ \s*$/.test(line)) + 1);
      const less = all.length - lines.length;
      const [oldLines, newLines] = [hunk.oldLines - less, hunk.newLines - less];
      const range = `@@ -${hunk.oldStart},${oldLines} +${hunk.newStart},${newLines} @@`;
      return (numbered ? [range, ...lines] : lines).join("\n");
    })
    .join("\n");
}

function replacedWhole(before: string, after: string) {
  const [old, now] = [linesOf(before), linesOf(after)];
  const lines = [...old.map((line) => `-${line}`), ...now.map((line) => `+${line}`)];
  return { oldStart: 1, oldLines: old.length, newStart: 1, newLines: now.length, lines };
}

function linesOf(text: string): string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}
