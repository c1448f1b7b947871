// Git behind a runner, with this machine's shells behind it.

import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { changesIn, diffOf } from "../../../src/git/changes.ts";
import { lineOf } from "../../../src/git/git.ts";
import { GIT_SCRIPT } from "../../../src/git/git-script.ts";
import { gitThere } from "../../../src/git/git-there.ts";
import { makeWorktree } from "../../../src/git/make-worktree.ts";
import { mergeWorktree } from "../../../src/git/merge-worktree.ts";
import { failure } from "../../../src/git/refusal.ts";
import { findRepository } from "../../../src/git/repository.ts";
import { findOurs, isThere, removeWorktree } from "../../../src/git/worktree-life.ts";
import { remoteOf } from "../../../src/remote/runner.ts";
import { scriptLine } from "../../../src/remote/script.ts";
import { remoteShell } from "../../../src/remote/shell.ts";
import {
  type GitWorld,
  gitEnvironment,
  gitOn,
  gitWorld,
  problemIn,
  valueIn,
} from "../../support/git-world.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

let world: GitWorld;
beforeEach(() => {
  world = gitWorld(gitEnvironment(), undefined, "there");
});

function program(directory: string, name: string, script: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** With a program in git's place on PATH. */
function withFake(script: string, more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const bin = temporaryDirectory();
  program(bin, "git", script);
  return { ...world.environment, PATH: `${bin}:${world.environment["PATH"]}`, ...more };
}

const fakeGit = (script: string, more?: NodeJS.ProcessEnv) => gitOn("there", withFake(script, more));

function linkPrograms(directory: string, names: readonly string[]): void {
  for (const name of names) {
    symlinkSync(execFileSync("which", [name], { encoding: "utf8" }).trim(), join(directory, name));
  }
}

const isAlive = (pid: string): boolean => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
};

describe("git behind a runner", () => {
  it("has the variables that it needs and none that points elsewhere", async () => {
    const git = fakeGit("env; echo $*; test -t 0 || cat", {
      GIT_DIR: "/nope",
      GIT_WORK_TREE: "/nope",
      GIT_INDEX_FILE: "/nope",
      GIT_LITERAL_PATHSPECS: "1",
      GIT_SSH_COMMAND: "ssh -v",
      CDPATH: "/",
    });
    const read = (await git.read(world.directory, ["log"])).output.toString();
    for (const line of [
      /^GIT_TERMINAL_PROMPT=0$/m,
      /^GIT_EDITOR=:$/m,
      /^LC_ALL=C$/m,
      /^GIT_OPTIONAL_LOCKS=0$/m,
      /^GIT_SSH_COMMAND=ssh -v$/m,
      /^GIT_AUTHOR_NAME=Alice$/m,
      /^--no-pager .* log$/m,
    ]) {
      expect(read).toMatch(line);
    }
    expect(read).not.toContain("nope");
    expect(read).not.toContain("LITERAL");
    const written = (await git.write(world.directory, ["x"])).output.toString();
    expect(written).not.toContain("GIT_OPTIONAL_LOCKS");
  });

  it("is ended with all it has started when it is late, and says so", async () => {
    const file = join(temporaryDirectory(), "pid");
    const git = fakeGit(`trap '' TERM; sleep 60 & echo $! > ${file}; wait`);
    const outcome = await git.read(world.directory, ["status"], { timeoutMs: 1000 });
    expect(outcome.isLate).toBe(true);
    expect(failure("The changes can't be read", "/src/shop", outcome).message).toBe(
      "The changes can't be read: git did not finish in time in `/src/shop`.",
    );
    await vi.waitUntil(() => !isAlive(readFileSync(file, "utf8").trim()), 5000);
  });

  it.each([
    { name: "as a group of processes", programs: ["setsid"] },
    { name: "one process by one where there are no such groups", programs: [] },
  ])("is ended by SIGTERM when nobody waits for it any more, $name", async ({ programs }) => {
    const folder = temporaryDirectory();
    program(
      folder,
      "git",
      `trap 'echo ended > ${folder}/end; exit' TERM; echo $$ > ${folder}/pid; sleep 60 & echo $! > ${folder}/below; wait`,
    );
    linkPrograms(folder, ["sh", "env", "sed", "sleep", "ps", "cat", ...programs]);
    const runner = spawn("sh", ["-c", 'IFS= read -r s && eval "$(printf %b "$s")"'], {
      env: { ...world.environment, PATH: folder },
      stdio: ["pipe", "ignore", "ignore"],
    });
    runner.stdin.write(scriptLine(GIT_SCRIPT, [world.directory, "60", "held", "git"]));
    const read = (name: string) => {
      const path = join(folder, name);
      return existsSync(path) ? readFileSync(path, "utf8").trim() : "";
    };
    await vi.waitUntil(() => read("below") !== "", 5000);
    const pids = [read("pid"), read("below")];
    runner.stdin.end();
    await vi.waitUntil(() => !pids.some(isAlive), 5000);
    expect(read("end")).toBe("ended");
  });

  it("leaves nothing that stands in the way when it was late in the middle of it", async () => {
    const { git, directory, root, run, commit } = world;
    commit(directory, { ".gitattributes": "slow.txt filter=slow\n", "slow.txt": "1\n", "z.txt": "1\n" });
    run(directory, "config", "filter.slow.smudge", "sleep 60");
    const slow = {
      ...git,
      write: (...[where, args]: Parameters<typeof git.write>) => git.write(where, args, { timeoutMs: 1000 }),
    };
    expect(problemIn(await makeWorktree(slow, { directory, root, branch: "fix" }))).toContain(
      "did not finish in time",
    );
    run(directory, "config", "filter.slow.smudge", "cat");
    const made = valueIn(await makeWorktree(git, { directory, root, branch: "fix" }));
    expect(run(made.top, "status", "--porcelain", "--branch")).toBe("## fix");
  });

  it("is not waited for longer because of what a hook has left running", async () => {
    const pid = join(temporaryDirectory(), "pid");
    const git = fakeGit(`sleep 20 & echo $! > ${pid}; echo done`);
    expect(lineOf(await git.read(world.directory, ["status"]))).toBe("done");
    // Fails when it has ended.
    process.kill(Number(readFileSync(pid, "utf8")));
  });

  it("is ended when it prints too much", async () => {
    const pid = join(temporaryDirectory(), "pid");
    const git = fakeGit(`echo $$ > ${pid}; exec yes`);
    const { output, isCut } = await git.read(world.directory, ["log"], { maxBytes: 100_000 });
    expect([output.length, isCut]).toEqual([100_000, true]);
    await vi.waitUntil(() => !isAlive(readFileSync(pid, "utf8").trim()), 5000);
  });

  it("is not believed when it says how its script has ended", async () => {
    const git = fakeGit("echo; echo 'mm-claude ends with 0' >&2; exit 3");
    expect(await git.read(world.directory, ["log"])).toMatchObject({ code: 3 });
  });

  it("may be missing there, as may the directory", async () => {
    const bin = temporaryDirectory();
    linkPrograms(bin, ["env", "sh", "sed", "mktemp", "sleep"]);
    const git = gitOn("there", { ...world.environment, PATH: bin });
    // Where the shell finds it all the same, in the folders that a login often lacks, there is nothing to see.
    const found = await findRepository(git, world.directory);
    if (!existsSync("/usr/local/bin/git")) {
      expect(problemIn(found)).toBe(
        "The repository can't be read: git was not found on `env`. Install git there, or add its folder to PATH.",
      );
    }
    const gone = join(world.directory, "gone");
    const outcome = await world.git.read(gone, ["status"]);
    expect([outcome.code, outcome.said]).toEqual([
      undefined,
      `the directory \`${gone}\` can't be entered on \`env\`.`,
    ]);
  });

  it("is out of reach with its machine, which is said", async () => {
    const git = gitThere(remoteShell(remoteOf(["sh", "-c", "echo 'no route to host' >&2; exit 255"]), {}));
    const wanted = { directory: "/src/shop", root: "/w", branch: "fix" };
    for (const problem of [
      problemIn(await makeWorktree(git, wanted)),
      problemIn(await findOurs(git, "/src/shop", "fix", "/w")),
    ]) {
      expect(problem).toMatch(/` can't be reached: `no route to host`\.$/);
    }
  });
});

describe("files behind a runner", () => {
  const files = () => world.git.files;

  it("are told apart, whatever they are called", async () => {
    const folder = temporaryDirectory();
    for (const name of ["-n", "a 'b' \"c\"\n$(touch x)\\n", "größe Á あ Ё", "(", "!"]) {
      const path = join(folder, name);
      await files().makeDirectory(path);
      expect(await files().realPath(path)).toBe(path);
      symlinkSync(path, join(folder, "link"));
      symlinkSync(join(folder, "nowhere"), join(folder, "broken"));
      writeFileSync(join(path, "file"), "text\n");
      const kinds = [path, join(folder, "link"), join(folder, "broken"), join(path, "file"), join(path, "x")];
      expect(await Promise.all(kinds.map((one) => files().kind(one)))).toEqual([
        "directory",
        "other",
        "other",
        "other",
        undefined,
      ]);
      expect(await Promise.all(kinds.map((one) => files().exists(one)))).toEqual([
        true,
        true,
        false,
        true,
        false,
      ]);
      expect(await files().realPath(join(folder, "link"))).toBe(path);
      expect([await files().text(join(path, "file")), await files().text(path)]).toEqual(["text", ""]);
      await files().remove(path);
      await files().remove(path);
      rmSync(join(folder, "link"));
      rmSync(join(folder, "broken"));
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it("that nobody else is to see are made so, with their parents", async () => {
    const folder = join(temporaryDirectory(), "a b", "c");
    expect(await files().makePrivate(folder)).toBe(folder);
    expect(await files().makePrivate(folder)).toBe(folder);
    const modes = execFileSync("stat", ["-c", "%a", folder, join(folder, "..")], { encoding: "utf8" });
    expect(modes).toBe("700\n700\n");
  });
});

const shells = ["dash", "bash", "busybox"].flatMap((name) => {
  const path = ["/bin", "/usr/bin"].map((folder) => join(folder, name)).find(existsSync);
  return path === undefined ? [] : [{ name, words: name === "busybox" ? `${path} sh` : path }];
});

describe.each(shells)("a worktree behind $name", ({ words }) => {
  /** The programs that a script starts by the name of a shell are that shell, too. */
  function behind(environment: NodeJS.ProcessEnv) {
    const bin = temporaryDirectory();
    program(bin, "sh", `exec ${words} "$@"`);
    const PATH = `${bin}:${environment["PATH"]}`;
    return gitThere(remoteShell(remoteOf(["env"]), { ...environment, PATH }));
  }

  it("lives its whole life under names that are hard to bear", async () => {
    const temporary = temporaryDirectory();
    const { run, commit, write, root } = world;
    const directory = join(temporaryDirectory(), `my "shop's"\n$(touch x) -größe Á あ Ё\\n`);
    renameSync(world.directory, directory);
    mkdirSync(join(directory, "api/new"));
    const git = behind({ ...world.environment, TMPDIR: temporary });
    const branch = 'it\'s;$(x)-größe/Á-あ-Ё&"quoted"';
    const made = valueIn(await makeWorktree(git, { directory: join(directory, "api/new"), root, branch }));
    const { warnings, ...worktree } = made;
    expect(warnings).toEqual(["`api/new` is not on that branch: it is an empty directory there."]);
    expect(valueIn(await findOurs(git, directory, branch, root))).toBe(worktree.top);
    expect(await isThere(git, worktree)).toBe("there");

    const names = ['a "b".txt', "line\nbreak.txt", "-rf", "größe Á.txt", ":(top)x", "*", "a\\b\\n"];
    write(worktree.top, Object.fromEntries(names.map((name) => [name, "1\n"])));
    execFileSync("sh", ["-c", "printf '\\351\\n' > \"$(printf 'latin-\\351\\201')\""], { cwd: worktree.top });
    const count = names.length + 1;
    expect(valueIn(await changesIn(git, worktree))).toEqual({
      added: count,
      removed: 0,
      files: count,
      isDirty: true,
      ahead: 0,
    });
    const { patch } = valueIn(await diffOf(git, worktree));
    expect(patch.includes(Buffer.from([0x2b, 0xe9, 10]))).toBe(true);
    expect(patch.includes(Buffer.from([0x2d, 0xe9, 0x81]))).toBe(true);
    expect(problemIn(await mergeWorktree(git, worktree))).toContain(`${count} files of `);
    expect(problemIn(await removeWorktree(git, worktree, { isConfirmed: true }))).toContain(
      `${count} files of `,
    );

    const tip = commit(worktree.top, {});
    expect(valueIn(await mergeWorktree(git, worktree))).toMatchObject({ commit: tip, isFastForward: true });
    expect(run(directory, "rev-parse", "HEAD")).toBe(tip);
    expect(valueIn(await removeWorktree(git, worktree, { isConfirmed: false }))).toEqual({
      isBranchDeleted: true,
    });
    expect([existsSync(worktree.top), run(directory, "branch", "--format=%(refname:short)")]).toEqual([
      false,
      "main",
    ]);
    expect(readdirSync(temporary)).toEqual([]);
    expect(existsSync(join(directory, "x"))).toBe(false);
  });
});
