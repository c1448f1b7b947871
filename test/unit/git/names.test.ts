import { spawnSync } from "node:child_process";
import { dirname, join, sep } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { branchNameFrom, worktreePath } from "../../../src/git/names.ts";
import { gitEnvironment, problemIn, valueIn } from "../../support/git-world.ts";
import { processorMs } from "../../support/processor-time.ts";

const environment = gitEnvironment();
const isAllowedByGit = (name: string) =>
  spawnSync("git", ["check-ref-format", "--branch", name], { env: environment }).status === 0;

describe("a branch's name", () => {
  it.each([
    "fix-cart",
    "feature/one",
    "v1.2",
    "größe",
    "修正",
    "a@b",
    "#12",
    "(x)",
    "a'b",
    "a;b",
    "x.lock.y",
  ])("may be %s", (name) => {
    expect(isAllowedByGit(name)).toBe(true);
    expect(branchNameFrom(name)).toEqual({ value: name });
  });

  it("has dashes for a person's spaces", () => {
    expect(branchNameFrom("  fix the   cart ")).toEqual({ value: "fix-the-cart" });
  });

  it.each([
    ["", "it is empty"],
    ["../../x", "`..` in it"],
    ["-rf", "it begins with `-`"],
    ["--force", "it begins with `-`"],
    ["a..b", "`..` in it"],
    ["a@{1}", "`@{` in it"],
    ["@", "git uses this word itself"],
    ["HEAD", "git uses this word itself"],
    ["/etc/passwd", "begins with `/`"],
    ["a//b", "`//` in it"],
    ["a/", "ends with `/`"],
    ["a.", "ends with `/` or `.`"],
    ["a.lock", "`a.lock` begins with `.` or ends with `.lock`"],
    ["a.lock/b", "`a.lock` begins"],
    [".git", "`.git` begins"],
    ["a/.hidden", "`.hidden` begins"],
    ["a:b", "`:` in it"],
    ["a~1", "`~` in it"],
    ["a^", "`^` in it"],
    ["a*", "`*` in it"],
    ["a\\b", "`\\` in it"],
    ["a\nb", "a character that is not allowed"],
    ["a\u0000b", "a character that is not allowed"],
    ["a\u202Eb", "a character that is not allowed"],
    ["a`b", "a character that is not allowed"],
    ["refs/heads/x", "it is one of git's full names; say `x`"],
    ["x".repeat(300), "it is longer than 200 bytes"],
    ["é".repeat(101), "it is longer than 200 bytes"],
  ])("may not be %j", (name, why) => {
    expect(problemIn(branchNameFrom(name))).toContain(why);
  });

  it("is one that git allows, whatever a person writes", () => {
    const parts = fc.constantFrom(
      "a",
      "/",
      ".",
      "..",
      "-",
      "@",
      "{",
      ".lock",
      " ",
      "~",
      "HEAD",
      "ü",
      "\\",
      "\u007F",
    );
    const text = fc.oneof(
      fc.array(parts, { maxLength: 6 }).map((list) => list.join("")),
      fc.string(),
    );
    fc.assert(
      fc.property(text, (written) => {
        const name = branchNameFrom(written);
        expect("problem" in name || isAllowedByGit(name.value)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it("is looked at in time that grows with its length", () => {
    for (const part of [" ", "/", ".", "-", "a.lock/", "`"]) {
      expect(processorMs(() => branchNameFrom(part.repeat(1_000_000)))).toBeLessThan(500);
    }
  });
});

describe("a worktree's place", () => {
  const place = (branch: string, repository = "/home/alice/shop") =>
    worktreePath("/state/worktrees", repository, branch);

  it("is named after the repository and the branch", () => {
    expect(place("fix-cart")).toMatch(/^\/state\/worktrees\/shop-[0-9a-f]{10}\/fix-cart$/);
  });

  it("is different for names that a folder can't tell apart", () => {
    const names = [
      "fix",
      "Fix",
      "FIX",
      "a/b",
      "a-b",
      "a+b",
      "größe",
      "grösse",
      "修正",
      "修理",
      "x".repeat(200),
      "x".repeat(199),
    ];
    expect(new Set(names.map((name) => place(name).toLowerCase())).size).toBe(names.length);
  });

  it("is different for repositories of the same name", () => {
    expect(place("x", "/home/alice/shop")).not.toBe(place("x", "/home/bob/shop"));
  });

  it("is always two folders below the root, and a short name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string(), (branch, repository) => {
        const path = place(branch, `/src/${repository}`);
        expect(dirname(dirname(path))).toBe("/state/worktrees");
        const parts = path.slice("/state/worktrees/".length).split(sep);
        expect(parts.every((part) => /^[a-z0-9_][a-z0-9._-]{0,80}$/.test(part))).toBe(true);
        expect(path).toBe(join(path));
      }),
    );
  });

  it("is for a name that was allowed", () => {
    expect(place(valueIn(branchNameFrom("feature/one")))).toMatch(/\/feature-one-[0-9a-f]{10}$/);
  });
});
