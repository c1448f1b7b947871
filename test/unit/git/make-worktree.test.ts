import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { makeWorktree } from "../../../src/git/make-worktree.ts";
import { findRepository } from "../../../src/git/repository.ts";
import { gitWith } from "../../../src/git/run-git.ts";
import { type GitWorld, gitWorld, problemIn, valueIn } from "../../support/git-world.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

let world: GitWorld;
beforeEach(() => {
  world = gitWorld();
});

const refusal = async (branch: string, more: { directory?: string; base?: string } = {}) =>
  problemIn(await makeWorktree(world.git, { directory: world.directory, root: world.root, branch, ...more }));

/** Worktrees that git knows of, besides the main one. */
const known = () =>
  world
    .run(world.directory, "worktree", "list", "--porcelain")
    .split("\n")
    .filter((line) => line.startsWith("worktree "))
    .slice(1);

describe("a directory", () => {
  it("is known by its repository", async () => {
    const { directory, git, run } = world;
    expect(valueIn(await findRepository(git, join(directory, "api")))).toEqual({
      root: directory,
      branch: "main",
      commit: run(directory, "rev-parse", "HEAD"),
      isBare: false,
      hasSubmodules: false,
      hasLfs: false,
    });
  });

  it("may be in no repository", async () => {
    const directory = temporaryDirectory();
    const problem = problemIn(await findRepository(world.git, directory));
    expect(problem).toBe(
      `\`${directory}\` is in no git repository. To make one: \`git -C ${directory} init\``,
    );
    expect(await refusal("x", { directory })).toBe(problem);
  });

  it("may not exist", async () => {
    const directory = join(temporaryDirectory(), "gone");
    expect(await refusal("x", { directory })).toBe(`The directory \`${directory}\` doesn't exist.`);
  });
});

describe("a worktree", () => {
  it("is made with a new branch, from where the project is", async () => {
    const { directory, root, run, make } = world;
    const head = run(directory, "rev-parse", "HEAD");
    const made = await make("fix-cart");
    expect(made).toEqual({
      directory,
      path: made.top,
      top: made.top,
      branch: "fix-cart",
      base: "main",
      baseCommit: head,
      isNew: true,
      warnings: [],
    });
    expect(made.top.startsWith(`${root}/`)).toBe(true);
    expect(run(made.path, "branch", "--show-current")).toBe("fix-cart");
    expect(readFileSync(join(made.path, "readme.txt"), "utf8")).toBe("one\ntwo\nthree\n");
    expect(run(directory, "status", "--porcelain")).toBe("");
    expect(run(directory, "branch", "--show-current")).toBe("main");
  });

  it("has the project's subdirectory", async () => {
    const made = await world.make("x", { directory: join(world.directory, "api") });
    expect(made.path).toBe(join(made.top, "api"));
    expect(existsSync(join(made.path, "a.txt"))).toBe(true);
  });

  it("has the project's subdirectory even when the branch lacks it", async () => {
    mkdirSync(join(world.directory, "new/deep"), { recursive: true });
    const made = await world.make("x", { directory: join(world.directory, "new/deep") });
    expect(existsSync(made.path)).toBe(true);
    expect(made.warnings).toEqual(["`new/deep` is not on that branch: it is an empty directory there."]);
  });

  it("is refused where the branch has a link in the subdirectory's place", async () => {
    const { directory, commit, run } = world;
    run(directory, "switch", "--quiet", "-c", "evil");
    rmSync(join(directory, "api"), { recursive: true });
    symlinkSync("/etc", join(directory, "api"));
    commit(directory, {});
    run(directory, "switch", "--quiet", "main");
    expect(await refusal("evil", { directory: join(directory, "api") })).toMatch(
      /^`.*\/evil\/api` is no directory on that branch, so that nobody can work in it\.$/,
    );
  });

  it("takes a branch that exists as it is", async () => {
    const { directory, run, commit, make } = world;
    const head = run(directory, "rev-parse", "HEAD");
    run(directory, "switch", "--quiet", "-c", "feature/one");
    const tip = commit(directory, { "b.txt": "b\n" });
    run(directory, "switch", "--quiet", "main");
    const made = await make("feature/one");
    expect(made).toMatchObject({ branch: "feature/one", base: "main", baseCommit: head, isNew: false });
    expect(run(made.top, "rev-parse", "HEAD")).toBe(tip);
  });

  it("follows a branch that only a remote has", async () => {
    const { directory, run, commit } = world;
    run(directory, "switch", "--quiet", "-c", "theirs");
    const tip = commit(directory, { "b.txt": "b\n" });
    run(directory, "switch", "--quiet", "main");
    const clone = join(temporaryDirectory(), "clone");
    run(directory, "clone", "--quiet", directory, clone);
    const made = await world.make("theirs", { directory: clone });
    expect(run(made.top, "rev-parse", "HEAD")).toBe(tip);
    expect(run(made.top, "rev-parse", "--abbrev-ref", "@{upstream}")).toBe("origin/theirs");

    run(clone, "remote", "add", "second", directory);
    run(clone, "fetch", "--quiet", "second");
    expect(await refusal("origin/theirs", { directory: clone })).toBe(
      "`origin/theirs` is a branch of a remote. To work on it, name it without the remote: `theirs`",
    );
    run(clone, "update-ref", "refs/remotes/third/other", "HEAD");
    run(clone, "update-ref", "refs/remotes/second/other", "HEAD");
    expect(await refusal("other", { directory: clone })).toBe(
      `More than one remote has a branch \`other\`: choose one with \`git -C ${clone} branch other second/other\``,
    );
  });

  it("may begin from another branch", async () => {
    const { directory, run, commit, make } = world;
    run(directory, "switch", "--quiet", "-c", "release");
    const tip = commit(directory, { "b.txt": "b\n" });
    run(directory, "switch", "--quiet", "main");
    expect(await make("fix", { base: "release" })).toMatchObject({ base: "release", baseCommit: tip });
    expect(await refusal("other", { base: "nope" })).toBe(
      `The repository in \`${directory}\` has no branch \`nope\` to begin from.`,
    );
  });

  it("comes from no branch where none is checked out", async () => {
    const { directory, run, make } = world;
    run(directory, "switch", "--quiet", "--detach");
    const made = await make("fix");
    expect(made.base).toBeUndefined();
    expect(made.baseCommit).toBe(run(directory, "rev-parse", "HEAD"));
  });

  it("is the same one when it is asked for again", async () => {
    const { make, write } = world;
    const first = await make("fix");
    write(first.top, { "begun.txt": "work\n" });
    const again = await make("fix");
    expect(again).toEqual({ ...first, isNew: false });
    expect(readFileSync(join(again.top, "begun.txt"), "utf8")).toBe("work\n");
    expect(known()).toHaveLength(1);
  });

  it("is made again after its directory was deleted by hand, on the same branch", async () => {
    const { make, commit, run } = world;
    const first = await make("fix");
    const tip = commit(first.top, { "b.txt": "b\n" });
    rmSync(first.top, { recursive: true });
    const again = await make("fix");
    expect(run(again.top, "rev-parse", "HEAD")).toBe(tip);
    expect(known()).toEqual([`worktree ${again.top}`]);
  });

  it("leaves what others have deleted to them", async () => {
    const { directory, run, make } = world;
    const other = join(temporaryDirectory(), "theirs");
    run(directory, "worktree", "add", "--quiet", "-b", "theirs", other);
    rmSync(other, { recursive: true });
    rmSync((await make("fix")).top, { recursive: true });
    await make("fix");
    expect(known()).toContain(`worktree ${other}`);
    expect(await refusal("theirs")).toBe(
      `The branch \`theirs\` is checked out in \`${other}\`, which is gone. To free it: \`git -C ${directory} worktree remove ${other}\``,
    );
  });

  it("gets another place where a stranger's files are in its own", async () => {
    const { make } = world;
    const first = await make("fix");
    world.run(world.directory, "worktree", "remove", first.top);
    mkdirSync(first.top);
    writeFileSync(join(first.top, "kept.txt"), "kept\n");
    expect((await make("fix")).top).toBe(`${first.top}-2`);
    expect(readFileSync(join(first.top, "kept.txt"), "utf8")).toBe("kept\n");
  });

  it("may be of a repository whose names have spaces, quotes and line breaks", async () => {
    const { directory, make, run, commit } = world;
    const odd = join(temporaryDirectory(), `my "shop's"\nfiles`);
    renameSync(directory, odd);
    commit(odd, { 'a "b"\n c.txt': "x\n" });
    const made = await make("fix", { directory: odd });
    expect(run(made.top, "branch", "--show-current")).toBe("fix");
    expect(await makeWorktree(world.git, { directory: odd, root: world.root, branch: "fix" })).toEqual({
      value: { ...made, isNew: false },
    });
    expect(await refusal("main", { directory: odd })).not.toContain("\n");
  });

  it("may be kept in a folder whose name has spaces, quotes and line breaks", async () => {
    const root = join(temporaryDirectory(), `the "state's"\nfolder`);
    const wanted = { directory: world.directory, root, branch: "fix" };
    const made = valueIn(await makeWorktree(world.git, wanted));
    expect(valueIn(await makeWorktree(world.git, wanted)).top).toBe(made.top);
    rmSync(made.top, { recursive: true });
    expect(valueIn(await makeWorktree(world.git, wanted)).branch).toBe("fix");
  });

  it("is a different one for names that differ in case", async () => {
    const [lower, upper] = [await world.make("fix"), await world.make("Fix")];
    expect(lower.top.toLowerCase()).not.toBe(upper.top.toLowerCase());
  });

  it("is made twenty times at once in one repository", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `fix-${index}`);
    const made = await Promise.all(names.map((name) => world.make(name)));
    expect(new Set(made.map(({ top }) => top)).size).toBe(20);
    expect(made.map(({ top }) => world.run(top, "status", "--porcelain", "--branch"))).toEqual(
      names.map((name) => `## ${name}`),
    );
  });
});

describe("twenty worktrees at once", () => {
  it("all follow their remote's branch, though each has to lock the repository's settings", async () => {
    const { directory, run, make } = world;
    const names = Array.from({ length: 20 }, (_, index) => `fix-${index}`);
    for (const name of names) run(directory, "branch", name);
    const clone = join(temporaryDirectory(), "clone");
    run(directory, "clone", "--quiet", directory, clone);
    const made = await Promise.all(names.map((name) => make(name, { directory: clone })));
    expect(made.map(({ top }) => run(top, "rev-parse", "--abbrev-ref", "@{upstream}"))).toEqual(
      names.map((name) => `origin/${name}`),
    );
  });
});

describe("a worktree is refused", () => {
  it("for a name that is no branch's", async () => {
    expect(await refusal("../../x")).toBe("`../../x` can't be the name of a branch: it has `..` in it.");
    expect(existsSync(world.root)).toBe(false);
  });

  it("for a bare repository", async () => {
    const bare = join(temporaryDirectory(), "shop.git");
    world.run(world.directory, "clone", "--quiet", "--bare", world.directory, bare);
    expect(await refusal("x", { directory: bare })).toBe(
      `\`${bare}\` is a bare repository, which has no files to work on. Name a directory with a checkout of it.`,
    );
  });

  it("before the first commit", async () => {
    const directory = temporaryDirectory();
    world.run(directory, "init", "--quiet");
    expect(await refusal("x", { directory })).toBe(
      `The repository in \`${directory}\` has no commit yet, so that a branch has nothing to begin with. Make the first: \`git -C ${directory} commit --allow-empty -m Begin\``,
    );
  });

  it("for a branch that is checked out elsewhere", async () => {
    const { directory, run } = world;
    expect(await refusal("main")).toBe(
      `The branch \`main\` is checked out in \`${directory}\`. Name another branch, or check out another one there: \`git -C ${directory} switch OTHER\``,
    );
    const other = join(temporaryDirectory(), "theirs");
    run(directory, "worktree", "add", "--quiet", "-b", "theirs", other);
    expect(await refusal("theirs")).toContain(`is checked out in \`${other}\``);
  });

  it("for a name that is a folder of other branches, or is in a branch", async () => {
    const { directory, run } = world;
    run(directory, "branch", "a/b");
    expect(await refusal("a")).toBe(
      "The worktree could not be made: git says `cannot lock ref 'refs/heads/a': 'refs/heads/a/b' exists; cannot create 'refs/heads/a'`.",
    );
    expect(await refusal("a/b/c")).toContain("'refs/heads/a/b' exists");
  });

  it("when the disk is full, and leaves nothing behind", async () => {
    const { directory, environment, root, run } = world;
    const bin = temporaryDirectory();
    const real = execFileSync("which", ["git"], { encoding: "utf8" }).trim();
    writeFileSync(
      join(bin, "git"),
      `#!/bin/sh\ncase "$*" in *"worktree add"*) echo "fatal: cannot write: No space left on device" >&2; exit 128;; esac\nexec ${real} "$@"\n`,
    );
    chmodSync(join(bin, "git"), 0o755);
    const git = gitWith({ ...environment, PATH: `${bin}:${environment["PATH"]}` });
    expect(problemIn(await makeWorktree(git, { directory, root, branch: "fix" }))).toBe(
      "The worktree could not be made: the disk is full. Make room and try again.",
    );
    expect(run(directory, "branch", "--list", "fix")).toBe("");
  });

  it("where the folder can't be made", async () => {
    const { directory, git } = world;
    const problem = problemIn(await makeWorktree(git, { directory, root: "/proc/nope", branch: "fix" }));
    expect(problem).toMatch(/^Files could not be read or written: `ENOENT/);
  });
});

describe("a git that is killed while it makes a worktree", () => {
  /** Begins as makeWorktree does, and kills all of it while files are being written. */
  async function beginAndKill(branch: string): Promise<string> {
    const { directory, run, commit, environment } = world;
    commit(directory, { ".gitattributes": "slow.txt filter=slow\n", "slow.txt": "1\n", "z.txt": "1\n" });
    const { top } = await world.make(branch);
    run(directory, "worktree", "remove", top);
    const marker = join(temporaryDirectory(), "begun");
    run(directory, "config", "filter.slow.smudge", `touch ${marker}; sleep 60`);
    const args = ["worktree", "add", top, branch];
    const child = spawn("git", args, { cwd: directory, env: environment, detached: true, stdio: "ignore" });
    await vi.waitUntil(() => existsSync(marker), 10_000);
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await once(child, "exit");
    run(directory, "config", "--unset", "filter.slow.smudge");
    expect(run(directory, "worktree", "list", "--porcelain")).toContain("locked initializing");
    return top;
  }

  it("leaves nothing that stands in the way", async () => {
    const left = await beginAndKill("fix");
    const made = await world.make("fix");
    expect(world.run(made.top, "status", "--porcelain", "--branch")).toBe("## fix");
    expect(readFileSync(join(made.top, "z.txt"), "utf8")).toBe("1\n");
    expect(existsSync(left)).toBe(false);
    expect(known()).toEqual([`worktree ${made.top}`]);
  });

  it("before it has written anything is said, with what to remove", async () => {
    const { directory } = world;
    const half = join(directory, ".git/worktrees/other");
    mkdirSync(half, { recursive: true });
    for (const name of ["locked", "gitdir", "HEAD"]) writeFileSync(join(half, name), `${"0".repeat(40)}\n`);
    writeFileSync(join(half, "commondir"), "");
    expect(await refusal("fix")).toBe(
      `The worktree could not be made: a git that was killed has left \`${half}\` half made. When no git is running there, remove that folder and try again.`,
    );
  });

  it("is waited for when it goes on after all", async () => {
    const { directory, run, root, git } = world;
    const { top } = await world.make("fix");
    const lock = join(directory, ".git/worktrees/fix/locked");
    writeFileSync(lock, "initializing");
    const again = makeWorktree(
      { ...git, wait: async () => rmSync(lock, { force: true }) },
      { directory, root, branch: "fix" },
    );
    expect(valueIn(await again).top).toBe(top);
    expect(run(top, "status", "--porcelain")).toBe("");
  });
});
