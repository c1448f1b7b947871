// What there is on the machine behind a runner: whether it answers, Claude, the directory, git. Doctor asks it, and who adds
// a project there. Changes nothing but that it makes one file for a moment.

import { CLAUDE_PATH_LINES } from "../remote/claude-script.ts";
import { DANGER_FUNCTION, DANGERS_THERE, type DangerThere, UNSAFE_THERE } from "../remote/danger.ts";
import { RemoteError } from "../remote/error.ts";
import { homeIn } from "../remote/script.ts";
import type { RemoteShell, ScriptOutcome } from "../remote/types.ts";

/** What Claude's own answers mean. */
export interface ClaudeAnswers {
  /** In what `--version` says; undefined where it is none of Claude Code. */
  readonly versionIn: (said: string) => string | undefined;
  /** Whether that version has `auth status`. */
  readonly tellsLogin: (version: string) => boolean;
  readonly loginIn: (said: string) => boolean | undefined;
}

export interface FarMachine {
  /** How long the shortest script takes, with the connection. */
  readonly answerMs: number;
  /** `closed`: it, or one above it, may not be entered, read or written. */
  readonly directory: "usable" | "closed" | "file" | "missing";
  /** What it is without links. */
  readonly danger: DangerThere | undefined;
  readonly git: "repository" | "none" | "missing";
  /** Programs that a session needs there. */
  readonly missing: readonly string[];
  /** Undefined where there is none. */
  readonly claude: FarClaude | undefined;
  /** That machine's clock less this one's. */
  readonly clockMs: number | undefined;
  /** Where its temporary files are. */
  readonly freeBytes: number | undefined;
  readonly canMakeFiles: boolean;
}

interface FarClaude {
  readonly path: string;
  /** Undefined where it is something else. */
  readonly version: string | undefined;
  /** What it says instead of a version. */
  readonly said: string;
  readonly isLoggedIn: boolean | undefined;
}

/** `$1` directory, `$2` claude. Each line: a word for what it is, and the value. */
const LOOK = `
directory=$1
${CLAUDE_PATH_LINES}
${homeIn("directory")}
tell() { printf '%s %s\\n' "$1" "$2"; }
tell time "$(date +%s)"
for p in cat dd env grep mkfifo mktemp rm sleep; do command -v $p >/dev/null 2>&1 || tell missing $p; done
tell free "$(df -Pk "\${TMPDIR:-/tmp}" 2>/dev/null | { read -r l; read -r a b c d l; echo $d; })"
if own=$(mktemp "\${TMPDIR:-/tmp}/mm-claude-look.XXXXXX" 2>/dev/null); then rm -f "$own"; tell files yes; fi
tell claude "$(command -v "$2" 2>/dev/null | head -n 1)"
tell version "$("$2" --version 2>&1 </dev/null | head -c 400 | tr '\\n' ' ')"
${DANGER_FUNCTION}
if [ -d "$directory" ]; then
  tell danger "$(danger)"
  if [ -r "$directory" ] && [ -w "$directory" ] && cd "$directory" 2>/dev/null; then tell directory usable
  else tell directory closed
  fi
elif [ -e "$directory" ]; then tell directory file
else
  above=$directory
  while [ ! -d "\${above:-/}" ]; do case $above in */*) above=\${above%/*} ;; *) break ;; esac; done
  if [ -x "\${above:-/}" ]; then tell directory missing; else tell directory closed; fi
fi
if ! command -v git >/dev/null 2>&1; then tell git missing
elif [ "$(git rev-parse --is-inside-work-tree 2>/dev/null)" = true ]; then tell git repository
else tell git none
fi
:`;

const ASK_LOGIN = `
${CLAUDE_PATH_LINES}
"$1" auth status 2>/dev/null </dev/null
:`;

const MOST_BYTES = 100_000;

/** Rejects with RemoteError. */
export async function lookAt(
  { run }: RemoteShell,
  { directory, claudePath }: { readonly directory: string; readonly claudePath: string },
  answers: ClaudeAnswers,
): Promise<FarMachine> {
  const began = performance.now();
  await run(":");
  const answerMs = Math.round(performance.now() - began);
  const before = Date.now();
  const told = linesOf(await run(LOOK, [directory, claudePath], { maxBytes: MOST_BYTES }));
  const now = (before + Date.now()) / 2;
  const one = (name: string): string => told.find((line) => line.name === name)?.value ?? "";
  const path = one("claude");
  const version = answers.versionIn(one("version"));
  const asksLogin = version !== undefined && answers.tellsLogin(version);
  const login = asksLogin ? await run(ASK_LOGIN, [claudePath], { maxBytes: MOST_BYTES }) : undefined;
  const [time, free] = [Number(one("time")), Number(one("free"))];
  return {
    answerMs,
    directory: oneOf(["usable", "closed", "file", "missing"], one("directory")),
    danger: DANGERS_THERE.find((danger) => danger === one("danger")),
    git: oneOf(["repository", "none", "missing"], one("git")),
    missing: told.flatMap(({ name, value }) => (name === "missing" ? [value] : [])),
    claude:
      path === ""
        ? undefined
        : { path, version, said: one("version"), isLoggedIn: login && answers.loginIn(textOf(login)) },
    clockMs: time > 0 ? Math.round(time * 1000 - now) : undefined,
    freeBytes: one("free") === "" || Number.isNaN(free) ? undefined : free * 1024,
    canMakeFiles: one("files") === "yes",
  };
}

const textOf = ({ output }: ScriptOutcome): string => output.toString("utf8");

function linesOf(outcome: ScriptOutcome): { readonly name: string; readonly value: string }[] {
  return textOf(outcome)
    .split("\n")
    .map((line) => {
      const [name = "", value = ""] = line.split(/ (.*)/s);
      return { name, value: value.trim() };
    });
}

/** The last of them where it is none. */
function oneOf<T extends string>(words: readonly [...T[], T], value: string): T {
  return words.find((word) => word === value) ?? (words[words.length - 1] as T);
}

export interface Asked {
  /** What people call the machine. */
  readonly name: string;
  readonly directory: string;
  readonly claudePath: string;
  readonly isUnsafeAllowed?: boolean | undefined;
}

/** Why its directory can't be used, in sentences with the mend. */
export function directoryFlaws(machine: FarMachine, asked: Asked): readonly string[] {
  const { name, directory, isUnsafeAllowed } = asked;
  const there = `${directory} on ${name}`;
  const { danger } = machine;
  const flaws = danger && !isUnsafeAllowed ? [`${there} ${UNSAFE_THERE[danger]}`] : [];
  switch (machine.directory) {
    case "missing":
      return [`There is no directory ${there}. Make it there, or correct the project's directory.`];
    case "file":
      return [`${there} is no directory. Name the one where Claude shall work.`];
    case "closed":
      return [
        ...flaws,
        `Claude can't read and write in ${there}. Mend its rights, or choose another directory.`,
      ];
    case "usable":
      return flaws;
  }
}

/** Why no Claude could work in any directory there. */
export function systemFlaws(
  { missing, canMakeFiles, claude }: FarMachine,
  { name, claudePath }: Asked,
): readonly string[] {
  return [
    ...(missing.length > 0
      ? [
          `${name} has no ${missing.join(", ")}, which mm-claude needs there. Install what belongs to any POSIX system.`,
        ]
      : []),
    ...(canMakeFiles
      ? []
      : [
          `No files can be made in the directory for temporary files of ${name}. Mend its rights, or make room.`,
        ]),
    ...claudeFlaws(claude, name, claudePath),
  ];
}

function claudeFlaws(claude: FarClaude | undefined, name: string, claudePath: string): string[] {
  if (claude === undefined) {
    return [
      `Claude Code was not found on ${name} (${claudePath}). Install it there, or name it with claudePath.`,
    ];
  }
  if (claude.version === undefined) {
    const said = claude.said === "" ? "nothing" : JSON.stringify(claude.said);
    return [
      `${claude.path} on ${name} is not Claude Code, or can't run there: its --version says ${said}. Name the claude program with claudePath.`,
    ];
  }
  return claude.isLoggedIn === false
    ? [`Claude is not logged in on ${name}. Run there: ${claude.path} auth login`]
    : [];
}

/** A sentence. */
export function whyUnreached(error: unknown): string {
  if (!(error instanceof RemoteError)) throw error;
  return error.plain;
}
