import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Worktree } from "../../../src/git/make-worktree.ts";
import { mergeWorktree } from "../../../src/git/merge-worktree.ts";
import { findOurs, isThere, removeWorktree } from "../../../src/git/worktree-life.ts";
import { type GitWorld, gitEnvironment, gitWorld, problemIn, valueIn } from "../../support/git-world.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

let world: GitWorld;
let worktree: Worktree;
beforeEach(async () => {
  world = gitWorld();
  worktree = await world.make("fix", { directory: join(world.directory, "api") });
});

const branches = () => world.run(world.directory, "branch", "--format=%(refname:short)").split("\n");
const remove = (isConfirmed = false) => removeWorktree(world.git, worktree, { isConfirmed });

describe("a worktree that is resumed", () => {
  const there = () => isThere(world.git, worktree);

  it("is there", async () => {
    world.write(worktree.top, { "readme.txt": "dirty\n" });
    expect(await there()).toBe("there");
  });

  it("is missing when its directory is gone", async () => {
    rmSync(worktree.top, { recursive: true });
    const missing = `The worktree of \`fix\` is gone: \`${worktree.top}\` doesn't exist.`;
    expect(await there()).toEqual({ missing: `${missing} The branch is still there.` });
    world.run(world.directory, "worktree", "prune");
    world.run(world.directory, "branch", "-D", "fix");
    expect(await there()).toEqual({
      missing: `${missing} The branch is gone, too. If you know its last commit, make it again: \`git -C ${world.directory} branch fix COMMIT\``,
    });
  });

  it("is missing when the directory is no worktree any more, even within another repository", async () => {
    const { top } = worktree;
    world.run(world.directory, "worktree", "remove", top);
    mkdirSync(join(top, "api"), { recursive: true });
    const missing = `\`${top}\` is no worktree of \`${world.directory}\` any more. If the repository was moved, this mends it: \`git -C ${world.directory} worktree repair ${top}\``;
    expect(await there()).toEqual({ missing });
    world.run(dirname(dirname(top)), "init", "--quiet");
    expect(await there()).toEqual({ missing });
    world.run(top, "init", "--quiet");
    expect(await there()).toEqual({ missing });
  });

  it("is missing when another branch is checked out, or none", async () => {
    const { top } = worktree;
    world.run(top, "switch", "--quiet", "-c", "other");
    expect(await there()).toEqual({
      missing: `\`${top}\` has \`other\` checked out, not \`fix\`. To go back to it: \`git -C ${top} switch fix\``,
    });
    world.run(top, "switch", "--quiet", "--detach");
    expect(await there()).toMatchObject({ missing: expect.stringContaining("has no branch checked out") });
  });

  it("is missing when the repository was moved, and is there again once that is mended", async () => {
    const moved = `${world.directory} moved`;
    renameSync(world.directory, moved);
    expect(await there()).toEqual({ missing: `The directory \`${worktree.directory}\` doesn't exist.` });
    worktree = { ...worktree, directory: join(moved, "api") };
    expect(await there()).toEqual({
      missing: `\`${worktree.top}\` is no worktree of \`${moved}\` any more. If the repository was moved, this mends it: \`git -C '${moved}' worktree repair ${worktree.top}\``,
    });
    world.run(moved, "worktree", "repair", worktree.top);
    expect(await there()).toBe("there");
  });

  it("is missing when the directory to work in is gone", async () => {
    rmSync(worktree.path, { recursive: true });
    expect(await there()).toEqual({
      missing: `The directory \`${worktree.path}\` is gone from the worktree of \`fix\`.`,
    });
  });
});

describe("the removal of a worktree", () => {
  it("takes its branch along when nothing was done on it", async () => {
    expect(valueIn(await remove())).toEqual({ isBranchDeleted: true });
    expect(existsSync(worktree.top)).toBe(false);
    expect(branches()).toEqual(["main"]);
    expect(world.run(world.directory, "worktree", "list").split("\n")).toHaveLength(1);
  });

  it("takes its branch along when it is merged", async () => {
    world.commit(worktree.top, { "b.txt": "1\n" });
    world.commit(world.directory, { "c.txt": "1\n" });
    valueIn(await mergeWorktree(world.git, worktree));
    expect(valueIn(await remove())).toEqual({ isBranchDeleted: true });
    expect(branches()).toEqual(["main"]);
  });

  it("keeps a branch that was there before", async () => {
    valueIn(await remove());
    world.run(world.directory, "branch", "fix");
    worktree = await world.make("fix");
    expect(valueIn(await remove())).toEqual({ isBranchDeleted: false });
    expect(branches()).toEqual(["fix", "main"]);
  });

  it("keeps the branch where the project's directory has another one that lacks its commits", async () => {
    world.commit(worktree.top, { "b.txt": "1\n" });
    valueIn(await mergeWorktree(world.git, worktree));
    world.run(world.directory, "switch", "--quiet", "-c", "old", "main~1");
    expect(valueIn(await remove())).toEqual({ isBranchDeleted: false });
    expect(branches()).toContain("fix");
  });

  it("is refused while files are not committed, confirmed or not", async () => {
    world.write(worktree.top, { "b.txt": "1\n" });
    const problem = `1 file of \`fix\` is not committed: \`b.txt\`. Commit it first, or throw it away yourself: \`git -C ${world.directory} worktree remove --force ${worktree.top}\``;
    expect(problemIn(await remove())).toBe(problem);
    expect(problemIn(await remove(true))).toBe(problem);
    expect(existsSync(join(worktree.top, "b.txt"))).toBe(true);
  });

  it("needs to be confirmed when commits are not merged, and keeps the branch", async () => {
    const tip = world.commit(worktree.top, { "b.txt": "1\n" });
    expect(problemIn(await remove())).toBe(
      "`fix` has 1 commit that `main` doesn't have. Merge it first, or confirm: the branch then stays without the worktree.",
    );
    expect(existsSync(worktree.top)).toBe(true);
    expect(valueIn(await remove(true))).toEqual({ isBranchDeleted: false });
    expect(existsSync(worktree.top)).toBe(false);
    expect(world.run(world.directory, "rev-parse", "fix")).toBe(tip);
  });

  it("is refused while another branch is checked out there", async () => {
    world.run(worktree.top, "switch", "--quiet", "-c", "other");
    expect(problemIn(await remove(true))).toContain("has `other` checked out, not `fix`");
  });

  it("is refused when somebody has locked it", async () => {
    const { directory, run } = world;
    run(directory, "worktree", "lock", "--reason", "still `needed`", worktree.top);
    expect(problemIn(await remove(true))).toBe(
      `The worktree could not be removed: somebody has locked it (\`still \uFFFDneeded\uFFFD\`). To unlock it: \`git -C ${directory} worktree unlock ${worktree.top}\``,
    );
  });

  it("is refused when it has submodules", async () => {
    world = gitWorld(gitEnvironment({ "protocol.file.allow": "always" }));
    const { directory, run, commit } = world;
    run(directory, "submodule", "--quiet", "add", gitWorld(world.environment).directory, "lib");
    commit(directory, {});
    worktree = await world.make("fix");
    expect(problemIn(await remove(true))).toBe(
      `The worktree could not be removed: it has submodules, whose commits may be nowhere else. When nothing in them is needed: \`git -C ${directory} worktree remove --force ${worktree.top}\``,
    );
  });

  it("forgets one whose directory is gone, or that git has forgotten", async () => {
    rmSync(worktree.top, { recursive: true });
    expect(valueIn(await remove())).toEqual({ isBranchDeleted: true });
    expect(valueIn(await remove())).toEqual({ isBranchDeleted: false });
  });
});

describe("the worktree of a branch", () => {
  const found = async (branch: string, root = world.root) =>
    valueIn(await findOurs(world.git, world.directory, branch, root));

  it("is found by its branch as long as it is one of ours and is there", async () => {
    const other = await world.make("feature/other");
    expect([await found("fix"), await found("feature/other")]).toEqual([worktree.top, other.top]);
    const elsewhere = join(temporaryDirectory(), "theirs");
    world.run(world.directory, "worktree", "add", "--quiet", "-b", "theirs", elsewhere);
    rmSync(other.top, { recursive: true });
    for (const branch of ["main", "theirs", "feature", "feature/other", "*", "f?x", "fix~0", "-d", ""]) {
      expect(await found(branch)).toBeUndefined();
    }
  });

  it("is none where nothing was made yet, or where there is no repository", async () => {
    expect(await found("fix", join(temporaryDirectory(), "nope"))).toBeUndefined();
    expect(valueIn(await findOurs(world.git, temporaryDirectory(), "fix", world.root))).toBeUndefined();
  });
});
