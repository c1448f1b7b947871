// Which of the permission rules that Claude offers people may make: none that covers everything a tool can do, a path
// that is denied, or a program that reads or runs whatever it is given. What is not known to be safe is not offered.

import { realpathSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { PermissionRule } from "../claude/permission-rules.ts";
import { type ClaudeEvent, OWN_SERVER } from "../claude/types.ts";

export interface RulePlace {
  readonly home: string;
  /** Where the session works. */
  readonly directory: string;
  /** Files, and directories with all that is in them. Absolute. */
  readonly deniedPaths: readonly string[];
  /** Another machine: where a path there leads can't be seen. Undefined: this one. */
  readonly machine?: string | undefined;
}

/** Gives the path without symbolic links; throws where there is none. */
type RealPath = (path: string) => string;

/** A card shows all of them, each in full. */
const MAX_RULES = 5;
const MAX_CONTENT = 200;

/** The event with the rules that may be made because of it: all that Claude offers, or none. */
export function withSafeRules(
  event: ClaudeEvent,
  place: RulePlace,
  realPath: RealPath = realpathSync.native,
): ClaudeEvent {
  if (event.type !== "permissionAsked" || event.rules === undefined) {
    return event;
  }
  const { rules, ...bare } = event;
  const isOffered =
    event.ownTool === undefined &&
    rules.length <= MAX_RULES &&
    rules.every((rule) => isSafeRule(rule, place, realPath));
  return isOffered ? event : bare;
}

export function isSafeRule(
  { tool, content }: PermissionRule,
  place: RulePlace,
  realPath: RealPath = realpathSync.native,
): boolean {
  if (content === undefined) {
    return tool === "WebSearch" || isToolOfAServer(tool);
  }
  if (content.length > MAX_CONTENT) {
    return false;
  }
  switch (tool) {
    case "Bash":
      return isSafeCommand(content);
    case "WebFetch":
      return /^domain:(?:[a-z0-9-]{1,63}\.){1,10}[a-z0-9-]{1,63}$/i.test(content);
    case "Read":
      return place.machine === undefined && isSafePath(content, place, realPath);
    default:
      return false;
  }
}

/** One tool of one server. Those of ours decide for themselves about whom they ask. */
function isToolOfAServer(tool: string): boolean {
  return /^mcp__[\w-]{1,100}__[\w-]{1,100}$/.test(tool) && !tool.startsWith(`mcp__${OWN_SERVER}__`);
}

/**
 * What means itself in every form of a rule: no bracket, backslash, quote or comma, which the CLI's flag or a shell
 * reads in ways of their own, and nothing that a reader doesn't see.
 */
const PLAIN_WORDS = /^[\w@%+=:./~-]+(?: [\w@%+=:./~-]+)*$/;

/** With any further arguments: `npm test *` (2.1) and `npm test:*` (2.0). */
const OPEN_END = /(?: |:)\*$/;

function isSafeCommand(content: string): boolean {
  const isOpen = OPEN_END.test(content);
  const command = content.replace(OPEN_END, "");
  if (!PLAIN_WORDS.test(command)) {
    return false;
  }
  const [program = "", second] = command.split(" ");
  // A variable before the command changes what the command is.
  if (program.includes("=")) {
    return false;
  }
  const name = basename(program).toLowerCase();
  if (!isOpen) {
    return !runsAnything(name);
  }
  // One word alone may be asked for anything, unless it is a program of the project's own.
  const isNarrow = second === undefined ? program.startsWith("./") : /^[a-z]/i.test(second);
  return isNarrow && !isAnything(name, second);
}

function isAnything(name: string, second: string | undefined): boolean {
  return (
    runsAnything(name) ||
    READS_ANYTHING.has(name) ||
    (second !== undefined && RUN_WORDS.has(second.toLowerCase())) ||
    (second === "run" && !RUN_SCRIPTS.has(name))
  );
}

/** `python3.12` is python. */
const runsAnything = (name: string): boolean => RUNS_ANYTHING.has(name.replace(/[\d.]{1,9}$/, ""));

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

const RUNS_ANYTHING = words(`
  ash bash bun bunx busybox chroot cmd csh dash deno docker doas env eval exec expect fish gdb kubectl ksh lua node
  nerdctl nice nohup npx nsenter osascript parallel perl php pkexec pnpx podman powershell pwsh pypy python ruby runuser
  scp screen script sftp setsid sh socat source ssh stdbuf strace su sudo systemd-run tclsh tcsh time timeout tmux
  ts-node tsx unshare uvx watch xargs zsh
`);

const READS_ANYTHING = words(`
  7z ag ar awk base32 base64 bat bzip2 cat chattr chgrp chmod chown cmp comm cp cpio curl cut dd diff ed egrep emacs fd
  fgrep find fmt fold gawk gpg grep gunzip gzip head hexdump install jq less ln mawk more most mv nano nc ncat netcat nl
  od openssl paste rclone rev rg rm rsync sed shred sort sqlite3 strings tac tail tar tee truncate unzip vi vim view
  wget xxd xz yq zcat zip zstd
`);

/** Behind programs that are harmless otherwise: `npm exec *`, `git config *`. */
const RUN_WORDS = words("exec x dlx shell repl eval config alias filter-branch bisect archive");

/** Whose `run` takes one of the project's scripts; elsewhere it takes any program (`uv run`, `go run`). */
const RUN_SCRIPTS = words("npm pnpm yarn");

/** `//tmp/data/**`: an absolute path, and all that is in it. */
function isSafePath(content: string, place: RulePlace, realPath: RealPath): boolean {
  const [, path] = /^\/(\/[^*?[\]{}()!\\,\s]+)\/\*\*$/.exec(content) ?? [];
  if (path === undefined || !PLAIN_WORDS.test(path) || resolve(path) !== path) {
    return false;
  }
  const real = (one: string): string => {
    try {
      return realPath(one);
    } catch {
      return one;
    }
  };
  const { deniedPaths, directory, home } = place;
  const kept = [home, directory, ...deniedPaths].flatMap((one) => [one, real(one)]);
  const denied = deniedPaths.flatMap((one) => [one, real(one)]);
  return [path, real(path)].every(
    (one) =>
      one !== "/" && !kept.some((other) => holds(one, other)) && !denied.some((other) => holds(other, one)),
  );
}

const holds = (directory: string, path: string): boolean =>
  path === directory || path.startsWith(`${directory}/`);
