// Unified diffs of Claude's edits. Pure: the file's text before the edit is an argument.

import { structuredPatch } from "diff";

export interface Replacement {
  readonly oldText: string;
  readonly newText: string;
  readonly all: boolean;
}

const CONTEXT_LINES = 3;

/**
 * The unified diff of `replacements` applied in order to `before`. Without the file's text (it can't be read, or
 * doesn't hold the old text) the replaced strings themselves are compared, and no line numbers are claimed.
 */
export function unifiedDiff(before: string | undefined, replacements: readonly Replacement[]): string {
  const after = before === undefined ? undefined : applyAll(before, replacements);
  if (before !== undefined && after !== undefined) {
    return hunks(before, after, true);
  }
  return replacements.map(({ oldText, newText }) => hunks(oldText, newText, false)).join("\n");
}

function applyAll(before: string, replacements: readonly Replacement[]): string | undefined {
  let text = before;
  for (const { oldText, newText, all } of replacements) {
    if (oldText === "" || !text.includes(oldText)) {
      return undefined;
    }
    text = all ? text.split(oldText).join(newText) : text.replace(oldText, () => newText);
  }
  return text;
}

function hunks(before: string, after: string, numbered: boolean): string {
  const patch = structuredPatch("", "", before, after, "", "", { context: CONTEXT_LINES });
  return patch.hunks
    .map((hunk) => {
      const range = `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`;
      const lines = hunk.lines.filter((line) => !line.startsWith("\\"));
      return (numbered ? [range, ...lines] : lines).join("\n");
    })
    .join("\n");
}
