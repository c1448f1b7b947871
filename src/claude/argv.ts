// How a Claude Code process is called: its arguments and its environment.
// The environment carries none of the bridge's own settings (the token above all), and none of the
// marks by which a claude that was started inside another claude recognises itself.

import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ClaudeStart } from "./types.ts";

/** The same flags in 1.0.128, 2.0.76 and 2.1.330. */
export function claudeArguments(start: ClaudeStart): string[] {
  return [
    "-p",
    "--input-format",
    "stream-json",
    "--output-format",
    "stream-json",
    "--verbose",
    // Permission questions come over stdio, as control requests.
    "--permission-prompt-tool",
    "stdio",
    "--include-partial-messages",
    "--replay-user-messages",
    ...denial(start.deniedPaths ?? []),
    start.resume ? "--resume" : "--session-id",
    start.sessionId,
    ...start.extraDirectories.flatMap((directory) => ["--add-dir", directory]),
  ];
}

/**
 * Rules of Claude's own, which no rule or mode of the user's outweighs. `Read` covers all that reads or searches, an
 * `@path` in a message and a path in a shell command included, `Edit` all that writes; each covers what lies in a
 * directory too. Not held by them: what the shell finds by itself in the directory Claude works in (`grep -r`), which
 * every version runs unasked. Said by this flag and not by --settings, of which 1.0.128 and 2.0.76 leave a copy in
 * the temporary directory at every start.
 */
function denial(paths: readonly string[]): string[] {
  if (paths.length === 0) {
    return [];
  }
  const rules = paths
    .flatMap((path) => [path, realPath(path)])
    .map(pattern)
    .flatMap((path) => [`Read(/${path})`, `Edit(/${path})`]);
  return ["--disallowedTools", ...new Set(rules)];
}

/** 1.0.128 and 2.0.76 ask about a file by its real path where the rule names it by way of a symbolic link. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Not there yet, or not for us to see: as far as it can be known.
    return dirname(path) === path ? path : join(realPath(dirname(path)), basename(path));
  }
}

/** What a pattern or the flag reads in its own way matches any one character: no version has an escape for all. */
function pattern(path: string): string {
  return path.replaceAll(/[\\[\](){}*?!#\s]/g, "?");
}

const ownSettings = new Set([
  "ALLOWED_USERS",
  "SKIP_PERMISSIONS",
  "MAX_SESSIONS",
  "SESSION_TIMEOUT_MS",
  "CLAUDE_PATH",
  "APPROVERS",
  "PREWARM",
  "AUDIT_FILE_MB",
  "AUDIT_FILES",
]);

// Read from the 2.1.330 program; the first two exist since 1.0.
const nestingMarks = new Set([
  "CLAUDECODE",
  "CLAUDE_CODE_ENTRYPOINT",
  "CLAUDE_CODE_SSE_PORT",
  "CLAUDE_CODE_EXECPATH",
  "CLAUDE_CODE_SESSION_ID",
  "CLAUDE_CODE_SESSION_KIND",
  "CLAUDE_CODE_SESSION_NAME",
  "CLAUDE_CODE_SESSION_ORIGIN",
  "CLAUDE_CODE_SESSION_ATTENDED",
  "CLAUDE_CODE_SESSION_LOG",
  "CLAUDE_CODE_CHILD_SESSION",
  "CLAUDE_CODE_CHILD_NOTES_DIR",
  "CLAUDE_CODE_AGENT",
  "CLAUDE_AGENT_SDK",
  "CLAUDE_AGENT_SDK_VERSION",
  "CLAUDE_AGENT_SDK_CLIENT_APP",
]);

/** 2.1.330 offers its newest models no todo list otherwise, and people in a thread want to see one. */
const defaults = { CLAUDE_CODE_ENABLE_TODO_TOOLS: "1" };

/** @param secrets no variable with one of them in its value is handed on, whatever its name */
export function claudeEnvironment(
  environment: NodeJS.ProcessEnv,
  secrets: readonly string[] = [],
): NodeJS.ProcessEnv {
  const hidden = secrets.filter((secret) => secret !== "");
  const given = Object.entries(environment).filter(
    ([name, value = ""]) =>
      !name.startsWith("MATTERMOST_") &&
      !ownSettings.has(name) &&
      !nestingMarks.has(name) &&
      !hidden.some((secret) => value.includes(secret)),
  );
  return { ...defaults, ...Object.fromEntries(given) };
}
