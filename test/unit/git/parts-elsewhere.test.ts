// Submodules and git-lfs: parts of a repository that are kept elsewhere.

import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { makeWorktree } from "../../../src/git/make-worktree.ts";
import { findRepository } from "../../../src/git/repository.ts";
import { gitWith } from "../../../src/git/run-git.ts";
import { type GitWorld, gitEnvironment, gitWorld, valueIn } from "../../support/git-world.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

let world: GitWorld;
beforeEach(() => {
  world = gitWorld();
});

describe("submodules", () => {
  it("are fetched where the project's directory uses them", async () => {
    world = gitWorld(gitEnvironment({ "protocol.file.allow": "always" }));
    const { directory, run, commit, make } = world;
    const library = gitWorld(world.environment);
    const inner = gitWorld(world.environment);
    run(library.directory, "submodule", "--quiet", "add", inner.directory, "inner");
    library.commit(library.directory, {});
    for (const path of ["lib one", "unused"])
      run(directory, "submodule", "--quiet", "add", "--name", path, library.directory, path);
    commit(directory, {});
    run(directory, "submodule", "--quiet", "deinit", "unused");
    const made = await make("fix");
    expect(made.warnings).toEqual([]);
    expect(existsSync(join(made.top, "lib one/inner/readme.txt"))).toBe(true);
    expect(readdirSync(join(made.top, "unused"))).toEqual([]);
    expect(valueIn(await findRepository(world.git, directory)).hasSubmodules).toBe(true);
  });

  it("that can't be fetched are a warning", async () => {
    world = gitWorld(gitEnvironment({ "protocol.file.allow": "always" }));
    const { directory, run, commit, make } = world;
    const library = gitWorld(world.environment);
    run(directory, "submodule", "--quiet", "add", library.directory, "lib");
    commit(directory, {});
    renameSync(library.directory, `${library.directory}-gone`);
    const made = await make("fix");
    expect(made.warnings).toHaveLength(1);
    expect(made.warnings[0]).toMatch(/^The submodules could not be fetched: git says `.*`\.$/);
  });
});

describe("large files", () => {
  const POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";

  beforeEach(() => {
    world.commit(world.directory, {
      ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
      "a.bin": POINTER,
    });
    // As `git lfs install` does.
    for (const [name, value] of [
      ["clean", "git-lfs clean -- %f"],
      ["smudge", "git-lfs smudge -- %f"],
      ["process", "git-lfs filter-process"],
      ["required", "true"],
    ]) {
      world.run(world.directory, "config", `filter.lfs.${name}`, value ?? "");
    }
  });

  it("are pointers where git-lfs is missing, and that is a warning", async () => {
    const made = await world.make("fix");
    expect(made.warnings).toEqual(["git-lfs is not installed: the large files are only its pointers here."]);
    expect(readFileSync(join(made.top, "a.bin"), "utf8")).toBe(POINTER);
    expect(valueIn(await findRepository(world.git, world.directory)).hasLfs).toBe(true);
  });

  it("are fetched by git-lfs once the rest is there, and when it fails that is a warning", async () => {
    const { directory, environment, root } = world;
    const bin = temporaryDirectory();
    writeFileSync(
      join(bin, "git-lfs"),
      `#!/bin/sh\ncase $1 in version) ;; smudge) test "$GIT_LFS_SKIP_SMUDGE" = 1 && cat;; pull) echo "batch request: no route" >&2; exit 2;; *) exit 1;; esac\n`,
    );
    chmodSync(join(bin, "git-lfs"), 0o755);
    world.run(directory, "config", "--unset", "filter.lfs.process");
    const git = gitWith({ ...environment, PATH: `${bin}:${environment["PATH"]}` });
    const made = valueIn(await makeWorktree(git, { directory, root, branch: "fix" }));
    expect(made.warnings).toEqual([
      "The large files could not be fetched: git says `batch request: no route`.",
    ]);
    expect(readFileSync(join(made.top, "a.bin"), "utf8")).toBe(POINTER);
  });
});
