// What a session finds of its worktree when it resumes, with the real git.

import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Worktrees } from "../../../src/app/worktrees.ts";
import { worktreePath } from "../../../src/git/names.ts";
import type { ThreadId } from "../../../src/mattermost/types.ts";
import { remoteOf } from "../../../src/remote/runner.ts";
import { remoteShell } from "../../../src/remote/shell.ts";
import { gitWorld, problemIn, valueIn } from "../../support/git-world.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const THREAD = "t" as ThreadId;

async function place(branch = "fix") {
  const world = gitWorld();
  const worktrees = new Worktrees(world).of(world.directory);
  const { warnings: _, ...made } = valueIn(await worktrees.make(branch, undefined, THREAD));
  return { world, worktrees, made };
}

test("one whose directory was deleted is made again from its branch, in the place where Claude's conversation is", async () => {
  const { world, worktrees, made } = await place();
  const tip = world.commit(made.top, { "b.txt": "b\n" });
  rmSync(made.top, { recursive: true });
  const again = valueIn(await worktrees.make("fix", made, THREAD));
  expect(again).toEqual({ ...made, warnings: [] });
  expect(world.run(made.top, "rev-parse", "HEAD")).toBe(tip);
});

test("one that was made beside what lay in its place is made again where it was", async () => {
  const world = gitWorld();
  const worktrees = new Worktrees(world).of(world.directory);
  const inTheWay = worktreePath(world.root, world.directory, "fix");
  world.write(inTheWay, { leftover: "" });
  const { warnings: _, ...made } = valueIn(await worktrees.make("fix", undefined, THREAD));
  expect(made.top).toBe(`${inTheWay}-2`);
  for (const path of [inTheWay, made.top]) rmSync(path, { recursive: true });
  expect(valueIn(await worktrees.make("fix", made, THREAD)).top).toBe(made.top);
});

test("one whose branch is gone as well is not begun anew without a word", async () => {
  const { world, worktrees, made } = await place();
  world.commit(made.top, { "b.txt": "b\n" });
  rmSync(made.top, { recursive: true });
  world.run(world.directory, "worktree", "prune");
  world.run(world.directory, "branch", "-D", "fix");
  const problem = problemIn(await worktrees.make("fix", made, THREAD));
  expect(problem).toBe(
    `The worktree of \`fix\` is gone: \`${made.top}\` doesn't exist. The branch is gone, too. If you know its last commit, make it again: \`git -C ${world.directory} branch fix COMMIT\``,
  );
  world.run(world.directory, "branch", "fix");
  expect(valueIn(await worktrees.make("fix", made, THREAD)).top).toBe(made.top);
});

test("one that somebody has switched to another branch is left alone, and not replaced by a second one", async () => {
  const { world, worktrees, made } = await place();
  world.run(made.top, "switch", "--quiet", "--create", "other");
  expect(problemIn(await worktrees.make("fix", made, THREAD))).toBe(
    `\`${made.top}\` has \`other\` checked out, not \`fix\`. To go back to it: \`git -C ${made.top} switch fix\``,
  );
  expect(world.run(world.directory, "worktree", "list").split("\n")).toHaveLength(2);
});

test("that of a session that is over is told as removed only when it is", async () => {
  const { world, worktrees, made } = await place();
  world.commit(made.top, { "b.txt": "b\n" });
  const told = (isConfirmed: boolean) => worktrees.removeOf("fix", { isConfirmed });
  expect(await told(true)).toMatchObject({
    isRemoved: false,
    text: expect.stringMatching(/^⚠️ A session works on `fix`/),
  });
  worktrees.release(THREAD);
  expect(await told(false)).toMatchObject({
    isRemoved: false,
    text: expect.stringMatching(/`worktree remove fix confirm`$/),
  });
  expect(await told(true)).toEqual({
    isRemoved: true,
    text: "🌿 The worktree of `fix` is removed, its branch is kept.",
  });
  expect(await told(true)).toBeUndefined();
});

test("one is made of the repository that is named, also when the project has another by now", async () => {
  const [before, now] = [gitWorld(), gitWorld()];
  before.commit(before.directory, { "only-here.txt": "1\n" });
  const worktrees = new Worktrees(now).of(now.directory);
  const made = valueIn(await worktrees.make("fix", undefined, THREAD, before.directory));
  expect(existsSync(join(made.top, "only-here.txt"))).toBe(true);
});

describe("worktrees on another machine", () => {
  const shellWith = (environment: NodeJS.ProcessEnv, words: readonly string[] = ["env"]) =>
    remoteShell(remoteOf(words), environment);

  test.each([
    { name: "where its user's data is", data: undefined, place: ".local/share" },
    { name: "where it keeps data", data: "my data", place: "my data" },
    { name: "never in a relative place", data: "./data", place: ".local/share" },
  ])("are kept $name", async ({ data, place }) => {
    const world = gitWorld();
    const home = temporaryDirectory();
    const given = data?.startsWith("./") ? data : data && join(home, data);
    const environment = { ...world.environment, HOME: home, ...(given ? { XDG_DATA_HOME: given } : {}) };
    const worktrees = new Worktrees(world).of(world.directory, shellWith(environment));
    const made = valueIn(await worktrees.make("fix", undefined, THREAD));
    expect(made.top.startsWith(`${join(home, place)}/mm-claude/worktrees/shop-`)).toBe(true);
    expect(await worktrees.removeOf("fix", { isConfirmed: false })).toMatchObject({ isRemoved: false });
    worktrees.release(THREAD);
    expect(await worktrees.removeOf("fix", { isConfirmed: false })).toMatchObject({ isRemoved: true });
    expect(existsSync(made.top)).toBe(false);
  });

  test("are held by a thread of that machine alone", async () => {
    const world = gitWorld();
    const environment = { ...world.environment, HOME: temporaryDirectory() };
    const all = new Worktrees(world);
    const on = (...words: string[]) => all.of(world.directory, shellWith(environment, ["env", ...words]));
    const made = valueIn(await on("A=1").make("fix", undefined, THREAD));
    expect(problemIn(await on("A=1").make("fix", made, "u" as ThreadId))).toMatch(
      /^Another session works on/,
    );
    expect(valueIn(await on("A=2").make("fix", made, "u" as ThreadId)).top).toBe(made.top);
  });

  test("that can't be reached are told of as such, and are asked for anew", async () => {
    const world = gitWorld();
    const folder = temporaryDirectory();
    const runner = join(folder, "ssh");
    writeFileSync(runner, "#!/bin/sh\necho 'ssh: connect to host build1: No route to host' >&2\nexit 255\n");
    chmodSync(runner, 0o755);
    const environment = { ...world.environment, HOME: folder };
    const worktrees = new Worktrees(world).of(world.directory, shellWith(environment, [runner, "build1"]));
    const problem = "`build1` can't be reached: `ssh: connect to host build1: No route to host`.";
    expect(problemIn(await worktrees.make("fix", undefined, THREAD))).toBe(problem);
    expect(await worktrees.removeOf("fix", { isConfirmed: true })).toEqual({
      text: `⚠️ ${problem}`,
      isRemoved: false,
    });
    writeFileSync(runner, '#!/bin/sh\nfor last; do :; done; eval "exec $last"\n');
    expect(valueIn(await worktrees.make("fix", undefined, THREAD)).branch).toBe("fix");
    const { warnings: _, ...made } = valueIn(await worktrees.make("fix", undefined, THREAD));
    writeFileSync(runner, "#!/bin/sh\necho 'no **route** for @channel' >&2\nexit 255\n");
    const outcomes = [
      await worktrees.changes(made),
      await worktrees.diff(made),
      await worktrees.merge(made),
      await worktrees.remove(made, { isConfirmed: true }),
      await worktrees.make("fix", made, THREAD),
    ];
    expect(outcomes.map(problemIn)).toEqual(
      outcomes.map(() => "`build1` can't be reached: `no **route** for @channel`."),
    );
  });
});
