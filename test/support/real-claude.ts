// The real Claude CLIs of three generations, as executables for CLAUDE_PATH, each in a home of its own.

import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { scriptedEnvironment } from "../../sandbox/model/environment.ts";
import { temporaryDirectory } from "./temporary.ts";

export interface RealClaude {
  readonly version: string;
  /** An executable. */
  readonly path: string;
  readonly isOlder: boolean;
  /** Neither the oldest nor the newest. */
  readonly isBetween: boolean;
}

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

let found: readonly RealClaude[] | undefined;

/** Oldest first: 1.0, 2.0, 2.1. Fails when one is not installed, so that no test passes by skipping. */
export function realClaudes(): readonly RealClaude[] {
  found ??= [
    { version: versionOf("claude-code-1"), path: wrapper("claude-code-1"), isOlder: true, isBetween: false },
    { version: versionOf("claude-code-2"), path: wrapper("claude-code-2"), isOlder: true, isBetween: true },
    {
      version: versionOf("@anthropic-ai/claude-code"),
      path: nativeBinary(),
      isOlder: false,
      isBetween: false,
    },
  ];
  return found;
}

function versionOf(name: string): string {
  const { version } = JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")) as {
    version: string;
  };
  return version;
}

/** The older ones are scripts without the executable bit. */
function wrapper(name: string): string {
  const script = join(modules, name, "cli.js");
  accessSync(script, constants.R_OK);
  const directory = temporaryDirectory();
  const path = join(directory, "claude");
  writeFileSync(path, `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

/** The package's own bin is put in place by its install script, which may not have run. */
function nativeBinary(): string {
  const path = [
    join(modules, "@anthropic-ai/claude-code/bin/claude.exe"),
    join(modules, `@anthropic-ai/claude-code-${process.platform}-${process.arch}/claude`),
  ].find((candidate) => existsSync(candidate) && isProgram(candidate));
  if (path === undefined) throw new Error("The native claude program is not installed: run npm install.");
  return path;
}

/** What the package ships in the program's place is a short text. */
function isProgram(path: string): boolean {
  return statSync(path).size > 1024 * 1024;
}

export interface ClaudeHome {
  readonly home: string;
  /** Where Claude works; empty except for what the test writes. */
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The project gets a hook that refuses every message with `word` in it. */
  refuse(word: string, reason: string): void;
}

/** A fresh home and working directory, and the environment in which a CLI talks to the scripted model only. */
export function claudeHome(modelUrl: string): ClaudeHome {
  const home = temporaryDirectory();
  const directory = temporaryDirectory();
  return {
    home,
    directory,
    environment: scriptedEnvironment(modelUrl, home),
    refuse(word, reason) {
      const command = `grep -q '${word}' && { echo '${reason}' >&2; exit 2; } || exit 0`;
      const hooks = { UserPromptSubmit: [{ hooks: [{ type: "command", command }] }] };
      mkdirSync(join(directory, ".claude"), { recursive: true });
      writeFileSync(join(directory, ".claude/settings.json"), JSON.stringify({ hooks }));
    },
  };
}
