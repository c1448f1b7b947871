import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { changesIn, diffOf } from "../../../src/git/changes.ts";
import { lineOf } from "../../../src/git/git.ts";
import { makeWorktree } from "../../../src/git/make-worktree.ts";
import { failure } from "../../../src/git/refusal.ts";
import { findRepository } from "../../../src/git/repository.ts";
import { gitWith } from "../../../src/git/run-git.ts";
import { findOurs, isThere } from "../../../src/git/worktree-life.ts";
import { type Clock, systemClock } from "../../../src/util/clock.ts";
import { type GitWorld, gitEnvironment, gitWorld, problemIn, valueIn } from "../../support/git-world.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

let world: GitWorld;
beforeEach(() => {
  world = gitWorld();
});

/** A program for PATH in git's place. */
function fakeGit(script: string): NodeJS.ProcessEnv {
  const bin = temporaryDirectory();
  writeFileSync(join(bin, "git"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, "git"), 0o755);
  return { ...world.environment, PATH: `${bin}:${world.environment["PATH"]}` };
}

describe("git", () => {
  it("works in the directory it is given, whatever the daemon's environment points at", async () => {
    const other = gitWorld();
    const elsewhere = join(other.directory, ".git");
    const git = gitWith({
      ...world.environment,
      GIT_DIR: elsewhere,
      GIT_WORK_TREE: other.directory,
      GIT_INDEX_FILE: join(elsewhere, "index"),
      GIT_CEILING_DIRECTORIES: world.directory,
      GIT_LITERAL_PATHSPECS: "1",
    });
    expect(valueIn(await findRepository(git, join(world.directory, "api"))).root).toBe(world.directory);
  });

  it("keeps the settings that a person gives by the environment", async () => {
    const git = gitWith({
      ...world.environment,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "user.name",
      GIT_CONFIG_VALUE_0: "Bob",
    });
    expect(lineOf(await git.read(world.directory, ["config", "user.name"]))).toBe("Bob");
  });

  it("asks nothing and shows nothing in a pager", async () => {
    const git = gitWith(fakeGit("env; echo $*; tty"));
    const { output } = await git.read(world.directory, ["log"]);
    expect(output.toString()).toMatch(/^GIT_TERMINAL_PROMPT=0$/m);
    expect(output.toString()).toMatch(/^GIT_OPTIONAL_LOCKS=0$/m);
    expect(output.toString()).toMatch(/^--no-pager /m);
    expect(output.toString()).toMatch(/^not a tty$/m);
  });

  it("is ended with all it has started when it is late", async () => {
    const marker = join(temporaryDirectory(), "late");
    const git = gitWith(fakeGit(`(sleep 1; touch ${marker}) & wait`));
    const outcome = await git.read(world.directory, ["status"], { timeoutMs: 100 });
    expect(outcome.isLate).toBe(true);
    expect(failure("The changes can't be read", "/src/shop", outcome).message).toBe(
      "The changes can't be read: git did not finish in time in `/src/shop`.",
    );
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(existsSync(marker)).toBe(false);
  });

  it("is not waited for longer because of what a hook has left running", async () => {
    const pid = join(temporaryDirectory(), "pid");
    const git = gitWith(fakeGit(`sleep 20 & echo $! > ${pid}; echo done`));
    expect(lineOf(await git.read(world.directory, ["status"]))).toBe("done");
    // Fails when it has ended.
    process.kill(Number(readFileSync(pid, "utf8")));
  });

  it("is ended when it prints too much", async () => {
    const git = gitWith(fakeGit("exec yes"));
    const { output, isCut } = await git.read(world.directory, ["log"], { maxBytes: 100_000 });
    expect([output.length, isCut]).toEqual([100_000, true]);
  });

  it("waits for another's lock with growing pauses, but not for ever", async () => {
    const tries = join(temporaryDirectory(), "tries");
    const said = "fatal: Unable to create '/a/.git/index.lock': File exists.";
    const pauses: number[] = [];
    const clock: Clock = {
      ...systemClock,
      setTimeout(fn, ms) {
        if (ms > 400) return systemClock.setTimeout(fn, ms);
        pauses.push(ms);
        return systemClock.setTimeout(fn, 0);
      },
    };
    const git = gitWith(fakeGit(`echo try >> ${tries}; echo "${said}" >&2; exit 128`), clock);
    expect((await git.read(world.directory, ["status"])).code).toBe(128);
    expect(readFileSync(tries, "utf8").trim().split("\n")).toHaveLength(17);
    expect(pauses).toHaveLength(16);
    expect(pauses.reduce((sum, ms) => sum + ms)).toBeLessThanOrEqual(6000);
  });

  it("may be missing", async () => {
    const git = gitWith({ ...world.environment, PATH: temporaryDirectory() });
    expect(problemIn(await findRepository(git, world.directory))).toBe(
      "The repository can't be read: git was not found. Install git, or add its folder to PATH.",
    );
  });

  it("may not trust a repository of somebody else's", () => {
    const said = "fatal: detected dubious ownership in repository at '/src/shop'";
    const outcome = { code: 128, output: Buffer.from(""), said, isLate: false, isCut: false };
    expect(failure("The repository can't be read", "/src/my shop", outcome).message).toBe(
      "The repository can't be read: the repository belongs to another user. To trust it: `git config --global --add safe.directory '/src/my shop'`",
    );
  });
});

describe("a look at a repository", () => {
  it("runs no program that the repository's settings name", async () => {
    const { directory, root, run, commit, write, git } = world;
    run(directory, "config", "core.hooksPath", "/nonexistent");
    commit(directory, { ".gitattributes": "*.txt diff=evil\n" });
    const worktree = await world.make("fix");
    const marker = join(temporaryDirectory(), "ran");
    const evil = join(temporaryDirectory(), "evil");
    const hooks = temporaryDirectory();
    for (const path of [evil, join(hooks, "post-index-change"), join(hooks, "fsmonitor-watchman")]) {
      writeFileSync(path, `#!/bin/sh\necho "$0 $*" >> ${marker}\n`);
      chmodSync(path, 0o755);
    }
    for (const [name, value] of [
      ["core.fsmonitor", evil],
      ["core.pager", evil],
      ["pager.diff", evil],
      ["pager.status", evil],
      ["core.editor", evil],
      ["core.hooksPath", hooks],
      ["diff.external", evil],
      ["diff.evil.command", evil],
      ["diff.evil.textconv", evil],
      ["alias.diff", `!${evil}`],
      ["alias.status", `!${evil}`],
      ["core.sshCommand", evil],
      ["core.askPass", evil],
      ["credential.helper", evil],
    ] as const) {
      run(directory, "config", name, value);
    }
    write(worktree.top, { "readme.txt": "one\n", "new.txt": "1\n" });
    // The traps work: git as it is falls into them.
    const caught = (...args: string[]) => {
      writeFileSync(marker, "");
      run(worktree.top, ...args);
      return readFileSync(marker, "utf8");
    };
    expect(caught("status")).toContain("post-index-change");
    expect(caught("status")).toContain(evil);
    expect(caught("-c", "core.fsmonitor=", "diff")).toContain(`${evil} readme.txt`);
    expect(caught("-c", "core.fsmonitor=", "diff", "--no-ext-diff")).toContain(evil);
    writeFileSync(marker, "");

    valueIn(await findRepository(git, directory));
    valueIn(await changesIn(git, worktree));
    valueIn(await diffOf(git, worktree));
    expect(await isThere(git, worktree)).toBe("there");
    await findOurs(git, directory, "fix", root);
    problemIn(await makeWorktree(git, { directory, root, branch: "main" }));
    expect(readFileSync(marker, "utf8")).toBe("");
  });

  it("starts no git in a submodule, whose settings are its own", async () => {
    world = gitWorld(gitEnvironment({ "protocol.file.allow": "always" }));
    const { directory, run, commit, write, git } = world;
    run(directory, "submodule", "--quiet", "add", gitWorld(world.environment).directory, "lib");
    commit(directory, {});
    const worktree = await world.make("fix");
    const marker = join(temporaryDirectory(), "ran");
    const evil = join(temporaryDirectory(), "evil");
    writeFileSync(evil, `#!/bin/sh\ntouch ${marker}\n`);
    chmodSync(evil, 0o755);
    run(join(worktree.top, "lib"), "config", "core.fsmonitor", evil);
    write(worktree.top, { "lib/readme.txt": "changed\n", "readme.txt": "one\n" });
    expect(valueIn(await changesIn(git, worktree))).toMatchObject({ files: 1, isDirty: true });
    valueIn(await diffOf(git, worktree));
    expect(existsSync(marker)).toBe(false);
    run(worktree.top, "status");
    expect(existsSync(marker)).toBe(true);
  });
});
