// What a session finds of its worktree when it resumes, with the real git.

import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Worktrees } from "../../../src/app/worktrees.ts";
import { worktreePath } from "../../../src/git/names.ts";
import type { ThreadId } from "../../../src/mattermost/types.ts";
import { gitWorld, problemIn, valueIn } from "../../support/git-world.ts";

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
