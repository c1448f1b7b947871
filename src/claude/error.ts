// The one error whose cause is the Claude Code process: it is missing, it fails or refuses, or it has ended.

import { type Access, type Denial, denialOf } from "./denied-program.ts";

export type ClaudeErrorCode = "not-found" | "not-executable" | "timeout" | "failed" | "refused" | "exited";

export class ClaudeError extends Error {
  override readonly name = "ClaudeError";
  readonly code: ClaudeErrorCode;

  constructor(code: ClaudeErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Where the program was looked for. */
export interface Searched {
  readonly searchPath?: string | undefined;
  readonly access?: Access;
}

/** What went wrong when the program itself could not be started, and what to do about it. */
export function startFailure(
  path: string,
  cause: unknown,
  { searchPath = process.env["PATH"] ?? "", access }: Searched = {},
): ClaudeError {
  switch (errorCode(cause)) {
    case "ENOENT":
      return new ClaudeError(
        "not-found",
        `Claude Code was not found at "${path}". Install it (npm install -g @anthropic-ai/claude-code) or set CLAUDE_PATH to its full path.`,
        { cause },
      );
    case "EACCES":
      return refusal(path, denialOf(path, searchPath, access), cause);
    default:
      return new ClaudeError(
        "failed",
        `"${path}" could not be started: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
  }
}

function refusal(path: string, denial: Denial, cause: unknown): ClaudeError {
  return denial.what === "program"
    ? new ClaudeError(
        "not-executable",
        `"${denial.path}" may not be executed. Make it executable (chmod +x) or set CLAUDE_PATH to the claude program.`,
        { cause },
      )
    : new ClaudeError(
        "not-found",
        `"${path}" was not found: ${denial.paths.join(", ")} may not be entered by this user. ` +
          "Correct PATH or the rights of these directories, or set CLAUDE_PATH to the full path of the claude program.",
        { cause },
      );
}

function errorCode(cause: unknown): unknown {
  return typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
}
