// How a Claude Code process is called: its arguments and its environment.
// The environment has none of mm-claude's own settings (above all not the token), and none of the variables by which a
// claude knows that it was started inside another claude.

import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ruleText } from "./permission-rules.ts";
import type { ClaudeStart } from "./types.ts";

/**
 * The same flags in 1.0.128, 2.0.76 and 2.1.330. What stands behind `--append-system-prompt` is the end of the system
 * prompt of each request of the main conversation, also after `/compact` and `/clear`; subagents are not told it. Taken
 * whole, with newlines, quotes and leading dashes, where it is one argument with the flag. A resume or a fork that is to
 * have it must be given it again.
 */
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
    ...(start.model === undefined ? [] : ["--model", start.model]),
    ...(start.permissionMode === undefined ? [] : ["--permission-mode", start.permissionMode]),
    ...(start.instructions === undefined ? [] : [`--append-system-prompt=${start.instructions}`]),
    ...allowRules(start.allowedRules ?? []),
    ...denyRules(start.deniedPaths ?? []),
    ...conversation(start),
    ...start.extraDirectories.flatMap((directory) => ["--add-dir", directory]),
  ];
}

/** Each an argument of its own: the flag takes several (1.0.128 to 2.1.330). */
function allowRules(rules: ClaudeStart["allowedRules"] & object): string[] {
  return rules.length === 0 ? [] : ["--allowedTools", ...rules.map(ruleText)];
}

/** The copy gets the id that it is given (2.0.76, 2.1.330); 1.0.128 ends at once, saying that it can't do that. */
function conversation({ conversationId, fork, resume }: ClaudeStart): string[] {
  return fork
    ? [
        "--resume",
        fork.from,
        "--fork-session",
        "--resume-session-at",
        fork.at,
        "--session-id",
        conversationId,
      ]
    : [resume ? "--resume" : "--session-id", conversationId];
}

/**
 * Permission rules of Claude Code, which no rule or mode of the user can override. `Read` covers everything that reads
 * or searches, also an `@path` in a message and a path in a shell command; `Edit` covers everything that writes. Both
 * cover everything in a directory. They do not cover what a shell command finds by itself in the working directory
 * (`grep -r`), which every version runs without asking. They are given by this flag and not by --settings, because
 * 1.0.128 and 2.0.76 leave a copy of those settings in the temporary directory at every start.
 */
function denyRules(paths: readonly string[]): string[] {
  if (paths.length === 0) {
    return [];
  }
  const rules = paths
    .flatMap((path) => [path, realPath(path)])
    .map(pattern)
    .flatMap((path) => [`Read(/${path})`, `Edit(/${path})`]);
  return ["--disallowedTools", ...new Set(rules)];
}

/** Where a rule has a path with a symbolic link, 1.0.128 and 2.0.76 compare it with the real path of a file. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // It does not exist yet, or we may not see it: the part of it that can be resolved.
    return dirname(path) === path ? path : join(realPath(dirname(path)), basename(path));
  }
}

/** `?` (any one character) for what has a meaning in a pattern or in the flag: no version can escape all of them. */
function pattern(path: string): string {
  return path.replaceAll(/[\\[\](){}*?!#\s]/g, "?");
}

const ownSettings = new Set([
  "ALLOWED_USERS",
  "SKIP_PERMISSIONS",
  "MAX_SESSIONS",
  "SESSION_TIMEOUT_MS",
  "NOTIFY_AFTER_MS",
  "CLAUDE_PATH",
  "APPROVERS",
  "PREWARM",
  "AUDIT_FILE_MB",
  "AUDIT_FILES",
  "METRICS_FILE",
  "SEND_AS",
]);

// Read from the 2.1.330 program; the first two exist since 1.0.
const nestingVariables = new Set([
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

/** Set where Claude runs, unless they are set there. */
export const claudeDefaults = {
  /** Without it 2.1.330 gives its newest models no todo list, and people in a thread want to see one. */
  CLAUDE_CODE_ENABLE_TODO_TOOLS: "1",
  /** Without it 2.0.76 and later keep no copies of what they change when they are driven by a program: nothing could be undone. */
  CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING: "1",
};

/** @param secrets no variable whose value contains one of them is passed on, whatever its name */
export function claudeEnvironment(
  environment: NodeJS.ProcessEnv,
  secrets: readonly string[] = [],
): NodeJS.ProcessEnv {
  const hidden = secrets.filter((secret) => secret !== "");
  const given = Object.entries(environment).filter(
    ([name, value = ""]) =>
      !name.startsWith("MATTERMOST_") &&
      !ownSettings.has(name) &&
      !nestingVariables.has(name) &&
      !hidden.some((secret) => value.includes(secret)),
  );
  return { ...claudeDefaults, ...Object.fromEntries(given) };
}
