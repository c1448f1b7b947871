// Repositories in temporary directories, by the real git, with nothing of this machine's settings.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import type { Git } from "../../src/git/git.ts";
import { gitThere } from "../../src/git/git-there.ts";
import { type MadeWorktree, makeWorktree } from "../../src/git/make-worktree.ts";
import type { Result } from "../../src/git/refusal.ts";
import { gitWith } from "../../src/git/run-git.ts";
import { remoteOf } from "../../src/remote/runner.ts";
import { remoteShell } from "../../src/remote/shell.ts";
import { temporaryDirectory } from "./temporary.ts";

export function gitEnvironment(settings: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const home = temporaryDirectory();
  const config = join(home, "gitconfig");
  writeFileSync(config, "[init]\n\tdefaultBranch = main\n");
  const environment = {
    PATH: process.env["PATH"],
    HOME: home,
    TMPDIR: process.env["TMPDIR"],
    GIT_CONFIG_GLOBAL: config,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "Alice",
    GIT_AUTHOR_EMAIL: "alice@example.org",
    GIT_COMMITTER_NAME: "Alice",
    GIT_COMMITTER_EMAIL: "alice@example.org",
    LC_ALL: "C",
  };
  for (const [name, value] of Object.entries(settings)) {
    execFileSync("git", ["config", "--global", name, value], { env: environment });
  }
  return environment;
}

export const MACHINE_NAMES = ["here", "there"] as const;
export type MachineName = (typeof MACHINE_NAMES)[number];

/** "there" is a shell, as it is behind any runner. */
export const gitOn = (machine: MachineName, environment: NodeJS.ProcessEnv): Git =>
  machine === "here" ? gitWith(environment) : gitThere(remoteShell(remoteOf(["env"]), environment));

/** What people do with repositories. */
interface Hands {
  /** Runs git as a person would; gives what it prints. Fails when git does. */
  run(directory: string, ...args: readonly string[]): string;
  write(directory: string, files: Readonly<Record<string, string | Buffer>>): void;
  /** Writes files and commits them; gives the commit. */
  commit(directory: string, files: Readonly<Record<string, string | Buffer>>, message?: string): string;
}

export interface GitWorld extends Hands {
  readonly environment: NodeJS.ProcessEnv;
  readonly git: Git;
  /** A repository on `main` whose only commit has `readme.txt` and `api/a.txt`. */
  readonly directory: string;
  /** Where worktrees are kept. */
  readonly root: string;
  make(branch: string, more?: { readonly directory?: string; readonly base?: string }): Promise<MadeWorktree>;
}

export function gitWorld(
  environment: NodeJS.ProcessEnv = gitEnvironment(),
  directory = join(temporaryDirectory(), "shop"),
  machine: MachineName = "here",
): GitWorld {
  const root = join(temporaryDirectory(), "worktrees");
  const git = gitOn(machine, environment);
  const hands = handsIn(environment);
  cpSync(firstRepository(), directory, { recursive: true });
  // The copied files are none that it has seen.
  hands.run(directory, "update-index", "--refresh");
  return {
    ...hands,
    environment,
    git,
    directory,
    root,
    make: async (branch, more = {}) => valueIn(await makeWorktree(git, { directory, root, branch, ...more })),
  };
}

let first: string | undefined;

/** What each of them begins as: made once, because to copy it takes far less than git does to make one. */
function firstRepository(): string {
  if (first !== undefined) return first;
  const { run, commit } = handsIn(gitEnvironment());
  const directory = temporaryDirectory();
  run(directory, "init", "--quiet");
  const hooks = join(directory, ".git/hooks");
  mkdirSync(hooks, { recursive: true });
  for (const sample of readdirSync(hooks)) rmSync(join(hooks, sample));
  commit(directory, { "readme.txt": "one\ntwo\nthree\n", "api/a.txt": "a\n" }, "First");
  first = directory;
  return directory;
}

function handsIn(environment: NodeJS.ProcessEnv): Hands {
  const run: Hands["run"] = (where, ...args) =>
    execFileSync("git", args, {
      cwd: where,
      env: environment,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).trimEnd();
  const write: Hands["write"] = (where, files) => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(where, name)), { recursive: true });
      writeFileSync(join(where, name), content);
    }
  };
  return {
    run,
    write,
    commit(where, files, message = "Change") {
      write(where, files);
      run(where, "add", "--all");
      run(where, "commit", "--quiet", "--message", message);
      return run(where, "rev-parse", "HEAD");
    },
  };
}

export function valueIn<T>(result: Result<T>): T {
  if ("problem" in result) {
    expect.fail(result.problem);
  }
  return result.value;
}

export function problemIn(result: Result<unknown>): string {
  return "problem" in result ? result.problem : expect.fail("It was not refused.");
}
