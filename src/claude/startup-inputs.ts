// What a Claude Code process has read by the time it has answered `initialize`: settings, memory, MCP servers and the
// state of the repository (measured with 1.0.128, 2.0.76 and 2.1.330). When any of it changes, a process that waits is
// out of date.

import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";

const GIT_TIMEOUT_MS = 5000;
const GIT_MAX_BYTES = 1024 * 1024;

/** Changes with the settings and the other files that are cheap to check: a few dozen `stat` calls. */
export function settingsFingerprint(directory: string, environment: NodeJS.ProcessEnv): string {
  const user = environment["CLAUDE_CONFIG_DIR"] ?? join(environment["HOME"] ?? "/", ".claude");
  const own = ["CLAUDE.md", "settings.json", "agents", "commands", "skills", "rules"];
  const project = [...own, "settings.local.json"].map((name) => join(directory, ".claude", name));
  const inherited = parents(directory).flatMap((parent) =>
    ["CLAUDE.md", "CLAUDE.local.md", ".mcp.json"].map((name) => join(parent, name)),
  );
  const git = ["HEAD", "index", "logs/HEAD"].map((name) => join(directory, ".git", name));
  return [...own.map((name) => join(user, name)), ...project, ...inherited, ...git]
    .map(fingerprintOf)
    .join(" ");
}

/** Changes with the state of the repository; "" outside of one, without git, or when git takes too long. */
export function gitFingerprint(directory: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const options = { cwd: directory, env: environment, timeout: GIT_TIMEOUT_MS, maxBuffer: GIT_MAX_BYTES };
  return new Promise((resolve) => {
    execFile("git", ["--no-optional-locks", "status", "--porcelain", "--branch"], options, (error, stdout) =>
      resolve(error === null ? stdout : ""),
    );
  });
}

function parents(directory: string): string[] {
  const parent = dirname(directory);
  return parent === directory ? [directory] : [directory, ...parents(parent)];
}

function fingerprintOf(path: string): string {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? "-" : `${stat.mtimeMs}:${stat.size}`;
  } catch (error) {
    // A link to itself, or a file that we may not see: Claude can't read it either.
    return error instanceof Error && "code" in error ? String(error.code) : "?";
  }
}
