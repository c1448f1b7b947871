// How a Claude Code process is called: its arguments and its environment.
// The environment carries none of the bridge's own settings (the token above all), and none of the
// marks by which a claude that was started inside another claude recognises itself.

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
    start.resume ? "--resume" : "--session-id",
    start.sessionId,
    ...start.extraDirectories.flatMap((directory) => ["--add-dir", directory]),
  ];
}

const ownSettings = new Set([
  "ALLOWED_USERS",
  "SKIP_PERMISSIONS",
  "MAX_SESSIONS",
  "SESSION_TIMEOUT_MS",
  "CLAUDE_PATH",
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

export function claudeEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const given = Object.entries(environment).filter(
    ([name]) => !name.startsWith("MATTERMOST_") && !ownSettings.has(name) && !nestingMarks.has(name),
  );
  return { ...defaults, ...Object.fromEntries(given) };
}
