// Git on another machine: each call is a script there.

import type { RemoteShell, ScriptOutcome } from "../remote/types.ts";
import { type Clock, systemClock } from "../util/clock.ts";
import { named } from "../util/named.ts";
import { filesThere } from "./files-there.ts";
import {
  ALWAYS,
  type Git,
  type GitOptions,
  type GitOutcome,
  MAX_BYTES,
  READ_MS,
  READING,
  READING_ENVIRONMENT,
  untilUnlocked,
  WRITE_MS,
} from "./git.ts";
import { GIT_BEGINS, GIT_SCRIPT, IS_LATE } from "./git-script.ts";

/** The way there and back, and the end of a git that is late. */
const WAY_MS = 30_000;
/** Each may need a connection of its own, and servers don't take many at once (sshd: ten that have not logged in yet). */
const MOST_AT_ONCE = 4;

export function gitThere(shell: RemoteShell, clock: Clock = systemClock): Git {
  const taken = atMost(MOST_AT_ONCE);
  const one: RemoteShell = {
    remote: shell.remote,
    run: (...script) => taken(() => shell.run(...script)),
  };
  const wait = (ms: number) => new Promise<void>((done) => void clock.setTimeout(done, ms));
  const run = (directory: string, args: readonly string[], options: GitOptions) =>
    untilUnlocked(wait, () => runOnce(one, directory, args, options));
  return {
    wait,
    files: filesThere(one),
    read: (directory, args, { environment, ...options } = {}) =>
      run(directory, [...READING, ...args], {
        timeoutMs: READ_MS,
        ...options,
        environment: { ...READING_ENVIRONMENT, ...environment },
      }),
    write: (directory, args, options) =>
      run(directory, [...ALWAYS, ...args], { timeoutMs: WRITE_MS, ...options }),
  };
}

async function runOnce(
  { remote, run }: RemoteShell,
  directory: string,
  args: readonly string[],
  { environment = {}, timeoutMs = READ_MS, maxBytes = MAX_BYTES, entries }: GitOptions,
): Promise<GitOutcome> {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const seconds = String(Math.max(1, Math.ceil(timeoutMs / 1000)));
  const outcome = await run(
    GIT_SCRIPT,
    [directory, seconds, entries ? "entries" : "held", ...variables, "git", ...args],
    { input: entries, isHeld: entries === undefined, timeoutMs: timeoutMs + WAY_MS, maxBytes },
  );
  const said = wordsOf(outcome);
  const missing = outcome.code === NOT_STARTED ? WHY[said]?.(directory, remote.name) : undefined;
  return {
    code: missing === undefined ? outcome.code : undefined,
    output: outcome.output,
    said: missing ?? said,
    isLate: said.split("\n").includes(IS_LATE),
    isCut: outcome.isCut,
  };
}

const NOT_STARTED = 127;
const WHY: Readonly<Partial<Record<string, (directory: string, machine: string) => string>>> = {
  "no directory": (directory, machine) =>
    `the directory ${named(directory)} can't be entered on ${named(machine)}.`,
  "no git": (_, machine) =>
    `git was not found on ${named(machine)}. Install git there, or add its folder to PATH.`,
};

function wordsOf({ said }: ScriptOutcome): string {
  const at = said.indexOf(GIT_BEGINS);
  return at < 0 ? said : said.slice(at + GIT_BEGINS.length).trim();
}

function atMost(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) {
      free--;
    } else {
      await new Promise<void>((resolve) => void waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) {
        next();
      } else {
        free++;
      }
    }
  };
}
