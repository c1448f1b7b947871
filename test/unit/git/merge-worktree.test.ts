import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Worktree } from "../../../src/git/make-worktree.ts";
import { mergeWorktree } from "../../../src/git/merge-worktree.ts";
import { gitWith } from "../../../src/git/run-git.ts";
import {
  type GitWorld,
  gitWorld,
  MACHINE_NAMES,
  type MachineName,
  problemIn,
  valueIn,
} from "../../support/git-world.ts";

let world: GitWorld;
let worktree: Worktree;
const begin = (machine: MachineName) => async () => {
  world = gitWorld(undefined, undefined, machine);
  worktree = await world.make("fix");
};

const merge = () => mergeWorktree(world.git, worktree);
const refusal = async () => problemIn(await merge());
/** All that a failed merge might have changed. */
const stateOf = (directory: string) => [
  world.run(directory, "rev-parse", "HEAD"),
  world.run(directory, "status", "--porcelain", "--branch"),
  world.run(directory, "stash", "list"),
  readFileSync(join(directory, "readme.txt"), "utf8"),
  ["MERGE_HEAD", "MERGE_MSG", "AUTO_MERGE"].filter((name) => existsSync(join(directory, ".git", name))),
];

describe.each(MACHINE_NAMES)("a merge %s", (machine) => {
  beforeEach(begin(machine));

  it("moves the base on when nothing else has", async () => {
    const tip = world.commit(worktree.top, { "b.txt": "1\n2\n", "readme.txt": "one\n" });
    expect(valueIn(await merge())).toEqual({
      commit: tip,
      isFastForward: true,
      changes: { added: 2, removed: 2, files: 2 },
    });
    expect(world.run(world.directory, "status", "--porcelain", "--branch")).toBe("## main");
    expect(world.run(world.directory, "rev-parse", "HEAD")).toBe(tip);
  });

  it("makes a commit that names the branch when the base has moved on", async () => {
    const { directory } = world;
    world.commit(worktree.top, { "b.txt": "1\n" });
    world.commit(directory, { "c.txt": "1\n" });
    const merged = valueIn(await merge());
    expect(merged).toMatchObject({ isFastForward: false, changes: { added: 1, removed: 0, files: 1 } });
    expect(world.run(directory, "log", "-1", "--format=%H %s")).toBe(
      `${merged.commit} Merge branch 'fix' into main`,
    );
    expect(existsSync(join(directory, "c.txt"))).toBe(true);
  });

  it("leaves files that git doesn't know where they are", async () => {
    world.write(world.directory, { "notes.txt": "mine\n" });
    world.commit(worktree.top, { "b.txt": "1\n" });
    valueIn(await merge());
    expect(world.run(world.directory, "status", "--porcelain")).toBe("?? notes.txt");
  });

  it("runs the user's hooks, and lets git-lfs put large files in place", async () => {
    const { directory } = world;
    const hook = join(directory, ".git/hooks/post-merge");
    writeFileSync(hook, `#!/bin/sh\necho "ran$GIT_LFS_SKIP_SMUDGE" > '${directory}/../hook.txt'\n`);
    chmodSync(hook, 0o755);
    world.commit(worktree.top, { "b.txt": "1\n" });
    valueIn(await merge());
    expect(readFileSync(join(directory, "../hook.txt"), "utf8")).toBe("ran\n");
  });

  it("is made whatever the branch is called", async () => {
    for (const branch of ["feature/one", "größe", "it's;$(x)", "deadbeef", "v1"]) {
      world.run(world.directory, "tag", "--force", "v1", "HEAD");
      worktree = await world.make(branch);
      const tip = world.commit(worktree.top, { [`${branch.length}.txt`]: `${branch}\n` });
      expect(valueIn(await merge()).commit).toBe(tip);
    }
  });
});

describe("a merge is refused", () => {
  beforeEach(begin("here"));

  it("when there is nothing to merge", async () => {
    expect(await refusal()).toBe("There is nothing to merge: `fix` has no commit that `main` doesn't have.");
  });

  it("while files of the worktree are not committed", async () => {
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    world.write(worktree.top, Object.fromEntries(names.map((name) => [name, "1\n"])));
    expect(await refusal()).toBe(
      "7 files of `fix` are not committed: `a`, `b`, `c`, `d`, `e` and 2 more. Commit them first.",
    );
    for (const name of names) rmSync(join(worktree.top, name));
    world.write(worktree.top, { "readme.txt": "" });
    expect(await refusal()).toBe("1 file of `fix` is not committed: `readme.txt`. Commit it first.");
  });

  it("while the project's directory has changes", async () => {
    const { directory } = world;
    world.commit(worktree.top, { "b.txt": "1\n" });
    world.write(directory, { "readme.txt": "mine\n", "x.txt": "1\n" });
    const before = stateOf(directory);
    expect(await refusal()).toBe(
      `\`${directory}\` has changes that are not committed: \`readme.txt\`. Commit them there first: \`git -C ${directory} commit --all\``,
    );
    expect(stateOf(directory)).toEqual(before);
  });

  it("while the project's directory has another branch checked out, or none", async () => {
    const { directory, run } = world;
    world.commit(worktree.top, { "b.txt": "1\n" });
    run(directory, "switch", "--quiet", "-c", "other");
    expect(await refusal()).toBe(
      `\`${directory}\` has \`other\` checked out, not \`main\`. Change that first: \`git -C ${directory} switch main\``,
    );
    run(directory, "switch", "--quiet", "--detach");
    expect(await refusal()).toContain("has no branch checked out, not `main`");
  });

  it("where the worktree came from no branch", async () => {
    worktree = { ...worktree, base: undefined };
    expect(await refusal()).toBe(
      `\`fix\` came from no branch: none was checked out in \`${world.directory}\`. Merge it by hand: \`git -C ${world.directory} merge fix\``,
    );
  });

  it("when both have changed the same lines, and everything is as before", async () => {
    const { directory } = world;
    world.commit(worktree.top, { "readme.txt": "ours\n", 'a "b"\nc': "1\n" });
    world.commit(directory, { "readme.txt": "theirs\n", 'a "b"\nc': "2\n" });
    const before = stateOf(directory);
    expect(await refusal()).toBe(
      `\`fix\` and \`main\` have changed the same lines of \`a "b"\uFFFDc\`, \`readme.txt\`. Nothing was merged. Bring them together on the branch first: \`git -C ${worktree.top} merge main\``,
    );
    expect(stateOf(directory)).toEqual(before);
  });

  it("while a merge of somebody else's is not finished, which stays as it is", async () => {
    const { directory, run } = world;
    world.commit(worktree.top, { "b.txt": "1\n" });
    run(directory, "switch", "--quiet", "-c", "other");
    world.commit(directory, { "c.txt": "1\n" });
    run(directory, "switch", "--quiet", "main");
    run(directory, "merge", "--quiet", "--no-ff", "--no-commit", "--strategy=ours", "other");
    const before = stateOf(directory);
    expect(await refusal()).toBe(
      `Another merge is not finished in \`${directory}\`. Finish it there, or take it back: \`git -C ${directory} merge --abort\``,
    );
    expect(stateOf(directory)).toEqual(before);
  });

  it("when it would overwrite a file that git doesn't know", async () => {
    const { directory } = world;
    world.commit(worktree.top, { "b.txt": "ours\n" });
    world.write(directory, { "b.txt": "mine\n" });
    expect(await refusal()).toBe(
      "`fix` could not be merged into `main`: git says `The following untracked working tree files would be overwritten by merge: b.txt Please move or remove them before you merge. Aborting`.",
    );
    expect(readFileSync(join(directory, "b.txt"), "utf8")).toBe("mine\n");
  });

  it("by a hook of the repository's, and is taken back", async () => {
    const { directory } = world;
    world.commit(worktree.top, { "b.txt": "1\n" });
    world.commit(directory, { "c.txt": "1\n" });
    const hook = join(directory, ".git/hooks/pre-merge-commit");
    writeFileSync(hook, "#!/bin/sh\necho 'tests fail' >&2\nexit 1\n");
    chmodSync(hook, 0o755);
    const before = stateOf(directory);
    expect(await refusal()).toContain(
      "`fix` could not be merged into `main`: git says `tests fail Not committing merge",
    );
    expect(stateOf(directory)).toEqual(before);
  });

  it("when nobody's name is known", async () => {
    const { directory, environment } = world;
    world.commit(worktree.top, { "b.txt": "1\n" });
    world.commit(directory, { "c.txt": "1\n" });
    world.run(directory, "config", "user.useConfigOnly", "true");
    const nameless = Object.entries(environment).filter(([name]) => !/AUTHOR|COMMITTER/.test(name));
    const before = stateOf(directory);
    const problem = problemIn(await mergeWorktree(gitWith(Object.fromEntries(nameless)), worktree));
    expect(problem).toBe(
      `\`fix\` could not be merged into \`main\`: git doesn't know whose name the commit bears. Set it: \`git -C ${directory} config user.name NAME\` and \`git -C ${directory} config user.email ADDRESS\``,
    );
    expect(stateOf(directory)).toEqual(before);
  });

  it("while another git has the project's directory, for longer than a moment", async () => {
    const { directory } = world;
    world.commit(worktree.top, { "b.txt": "1\n" });
    const lock = join(directory, ".git/index.lock");
    writeFileSync(lock, "");
    expect(await refusal()).toBe(
      `\`fix\` could not be merged into \`main\`: another git is at work there, or one was killed and left its lock. When none is running, remove \`${lock}\` and try again.`,
    );
    const later = merge();
    setTimeout(() => rmSync(lock), 200);
    expect(valueIn(await later).isFastForward).toBe(true);
  });

  it("when the worktree is gone, or is on another branch", async () => {
    world.run(worktree.top, "switch", "--quiet", "-c", "other");
    expect(await refusal()).toContain("has `other` checked out, not `fix`");
    rmSync(worktree.top, { recursive: true });
    expect(await refusal()).toBe(
      `The worktree of \`fix\` is gone: \`${worktree.top}\` doesn't exist. The branch is still there.`,
    );
  });
});
