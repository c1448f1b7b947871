import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { changesIn, diffOf } from "../../../src/git/changes.ts";
import type { Worktree } from "../../../src/git/make-worktree.ts";
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

const changes = async () => valueIn(await changesIn(world.git, worktree));
const patch = async (maxBytes?: number) => valueIn(await diffOf(world.git, worktree, maxBytes));
const NONE = { added: 0, removed: 0, files: 0, isDirty: false, ahead: 0 };

describe.each(MACHINE_NAMES)("the changes of a worktree %s", (machine) => {
  beforeEach(begin(machine));

  it("are none at first", async () => {
    expect(await changes()).toEqual(NONE);
    expect(await patch()).toEqual({ patch: Buffer.from(""), notes: [] });
  });

  it("count what is committed, staged, only in the files, and new", async () => {
    const { top } = worktree;
    world.commit(top, { "committed.txt": "1\n2\n" });
    world.write(top, { "staged.txt": "1\n", "readme.txt": "one\n2\nthree\n", "new/x.txt": "1\n2\n3" });
    world.run(top, "add", "staged.txt");
    expect(await changes()).toEqual({ added: 2 + 1 + 1 + 3, removed: 1, files: 4, isDirty: true, ahead: 1 });
  });

  it("are those of the branch alone when the base has moved on", async () => {
    world.commit(worktree.top, { "b.txt": "1\n" });
    world.commit(world.directory, { "c.txt": "1\n2\n", "readme.txt": "" });
    expect(await changes()).toEqual({ ...NONE, added: 1, files: 1, ahead: 1 });
    world.run(worktree.top, "merge", "--quiet", "main");
    expect(await changes()).toEqual({ ...NONE, added: 1, files: 1, ahead: 2 });
  });

  it("are counted from where it began when the base is gone, or there was none", async () => {
    world.commit(worktree.top, { "b.txt": "1\n" });
    for (const base of ["gone", undefined]) {
      const found = valueIn(await changesIn(world.git, { ...worktree, base }));
      expect(found).toEqual({ ...NONE, added: 1, files: 1, ahead: 1 });
    }
  });

  it("leave out what git ignores, and repositories of others", async () => {
    const { top } = worktree;
    world.write(top, { ".gitignore": "*.log\n", "a.log": "1\n", "other/x.txt": "1\n" });
    world.run(join(top, "other"), "init", "--quiet");
    expect(await changes()).toMatchObject({ added: 1, files: 1, isDirty: true });
  });

  it("count a renamed file once and a binary one without lines", async () => {
    const { top } = worktree;
    world.write(top, { "b.bin": Buffer.from([0, 1, 2, 10, 0]), "c.bin": Buffer.from([0, 255]) });
    world.run(top, "add", "b.bin");
    world.run(top, "mv", "readme.txt", "read me.txt");
    expect(await changes()).toMatchObject({ added: 0, removed: 0, files: 3 });
    const text = (await patch()).patch.toString();
    expect(text).toContain("rename to read me.txt");
    expect(text).toContain("Binary files /dev/null and b/b.bin differ");
    expect(text).toContain("Binary files /dev/null and b/c.bin differ");
  });

  it("are found under every name that a file can have", async () => {
    const { top } = worktree;
    const names = [
      'a "b".txt',
      "line\nbreak.txt",
      "tab\t.txt",
      "-rf",
      "größe.txt",
      ":(top)x",
      "*",
      "a\\b",
      "x -> y",
    ];
    world.write(top, Object.fromEntries(names.map((name) => [name, "1\n"])));
    execFileSync("sh", ["-c", "printf '1\\n' > \"$(printf 'latin-\\351')\""], { cwd: top });
    expect(await changes()).toMatchObject({ added: names.length + 1, files: names.length + 1 });
    world.run(top, "add", "--all");
    expect(await changes()).toMatchObject({ added: names.length + 1, files: names.length + 1 });
  });

  it("have the target of a link and never the file that it leads to", async () => {
    symlinkSync("/etc/passwd", join(worktree.top, "link"));
    expect(await changes()).toMatchObject({ added: 1, files: 1 });
    expect((await patch()).patch.toString()).not.toContain("root:");
  });

  it("are looked at without a change of the index", async () => {
    const { top } = worktree;
    world.write(top, { "new.txt": "1\n", "readme.txt": "one\n" });
    const index = world.run(top, "rev-parse", "--path-format=absolute", "--git-path", "index");
    const before = [readFileSync(index), statSync(index).mtimeMs];
    await changes();
    await patch();
    expect([readFileSync(index), statSync(index).mtimeMs]).toEqual(before);
    expect(world.run(top, "status", "--porcelain")).toBe(" M readme.txt\n?? new.txt");
  });

  it("can't be read where the worktree is gone", async () => {
    rmSync(worktree.top, { recursive: true });
    expect(problemIn(await changesIn(world.git, worktree))).toMatch(/^The changes can't be read: /);
  });

  it("don't depend on a lock that another git has left", async () => {
    const index = world.run(worktree.top, "rev-parse", "--path-format=absolute", "--git-path", "index");
    appendFileSync(`${index}.lock`, "");
    world.write(worktree.top, { "new.txt": "1\n" });
    expect(await changes()).toMatchObject({ added: 1 });
  });
});

describe.each(MACHINE_NAMES)("the patch of a worktree %s", (machine) => {
  beforeEach(begin(machine));

  it("makes the base what the worktree is", async () => {
    const { top } = worktree;
    world.commit(top, { "b.txt": "1\n2\n", "größe.txt": "x\n" });
    world.write(top, {
      "readme.txt": "one\n2\nthree",
      "new dir/x.txt": "new\n",
      "latin.txt": Buffer.from([0xe9, 10]),
    });
    renameSync(join(top, "api/a.txt"), join(top, "api/b.txt"));
    chmodSync(join(top, "api/b.txt"), 0o755);
    const { patch: text } = await patch();
    execFileSync("git", ["apply", "-"], { cwd: world.directory, env: world.environment, input: text });
    const [there, here] = [world.directory, top].map((directory) => {
      world.run(directory, "add", "--all");
      return world.run(directory, "write-tree");
    });
    expect(there).toBe(here);
    expect(statSync(join(world.directory, "api/b.txt")).mode & 0o111).not.toBe(0);
  });

  it("is the same whatever the user's settings make of a diff", async () => {
    world.write(worktree.top, { "readme.txt": "one\n2\nthree\n", "new.txt": "1\n" });
    const before = await patch();
    for (const [name, value] of [
      ["color.ui", "always"],
      ["diff.noprefix", "true"],
      ["diff.mnemonicPrefix", "true"],
      ["diff.renames", "false"],
      ["diff.context", "0"],
      ["diff.relative", "true"],
      ["diff.wsErrorHighlight", "all"],
      ["diff.wordRegex", "."],
      ["diff.orderFile", "/nope"],
      ["core.splitIndex", "true"],
      ["core.untrackedCache", "true"],
      ["status.relativePaths", "true"],
      ["status.showUntrackedFiles", "no"],
      ["status.branch", "true"],
    ] as const) {
      world.run(world.directory, "config", name, value);
    }
    expect((await patch()).patch.toString()).toBe(before.patch.toString());
    expect(await changes()).toMatchObject({ added: 2, removed: 1, files: 2 });
  });

  it("is cut at the end of a line when it is too long, and says so", async () => {
    world.write(worktree.top, { "new.txt": "0123456789\n".repeat(200_000) });
    const { patch: text, notes } = await patch(1024 * 1024);
    expect(notes).toEqual(["The patch is cut after 1 MB."]);
    expect(text.length).toBeLessThanOrEqual(1024 * 1024);
    expect(text.toString().endsWith("\n+0123456789\n")).toBe(true);
  });

  it("takes no file into memory that is larger than 5 MB", async () => {
    world.write(worktree.top, { "large.txt": "0123456789\n".repeat(600_000) });
    expect(await changes()).toMatchObject({ added: 0, files: 1 });
    expect((await patch()).patch.toString()).toContain("Binary files /dev/null and b/large.txt differ");
  });

  it("says how many new files it leaves out", async () => {
    world.write(worktree.top, Object.fromEntries(Array.from({ length: 2003 }, (_, n) => [`n/${n}`, "x\n"])));
    expect((await patch()).notes).toEqual(["3 new files are not in it."]);
  });
});
