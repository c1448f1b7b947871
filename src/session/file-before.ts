// The text of the file an edit is about, as it is before Claude changes it: for a diff with the file's own lines.

import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { ClaudeEvent } from "../claude/types.ts";
import { editedFile } from "../render/tools.ts";

/** A larger file's diff goes without the lines around it. */
const MAX_BYTES = 1024 * 1024;

export function fileBefore(event: ClaudeEvent, directory: string): { fileBefore?: string } {
  const file = editedBy(event);
  if (!file) {
    return {};
  }
  try {
    const path = resolve(directory, file);
    const stat = statSync(path);
    // A pipe or a device would block the daemon.
    return stat.isFile() && stat.size <= MAX_BYTES ? { fileBefore: readFileSync(path, "utf8") } : {};
  } catch {
    return {};
  }
}

function editedBy(event: ClaudeEvent): string | undefined {
  switch (event.type) {
    case "toolUse":
      return editedFile(event.name, event.input);
    case "permissionAsked":
      return editedFile(event.toolName, event.input);
    default:
      return undefined;
  }
}
