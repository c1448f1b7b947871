import { statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeDirectory } from "../../../src/util/make-directory.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test("parents are made with the same mode, and what is there stays as it is", () => {
  const path = join(temporaryDirectory(), "deep", "er");
  makeDirectory(path, 0o700);
  expect([modeOf(path), modeOf(join(path, ".."))]).toEqual([0o700, 0o700]);
  makeDirectory(path, 0o755);
  expect(modeOf(path)).toBe(0o700);
});

test("a link to a directory is one", () => {
  const path = temporaryDirectory();
  symlinkSync(path, join(path, "link"));
  makeDirectory(join(path, "link", "in"), 0o700);
  expect(statSync(join(path, "in")).isDirectory()).toBe(true);
});

test("one that another process makes in the same moment is taken as it is", () => {
  const path = join(temporaryDirectory(), "both");
  makeDirectory(path, 0o700, (at) => {
    makeDirectory(String(at), 0o700);
    throw new Error("EEXIST");
  });
  expect(statSync(path).isDirectory()).toBe(true);
});

test("a file in its place, or in that of a parent, is told", () => {
  const path = join(temporaryDirectory(), "file");
  writeFileSync(path, "");
  expect(() => makeDirectory(path, 0o700)).toThrow("EEXIST");
  expect(() => makeDirectory(join(path, "in"), 0o700)).toThrow("ENOTDIR");
});

test.skipIf(process.platform !== "linux")(
  "a place that has no room for directories says so, and is not asked for ever",
  { timeout: 5000 },
  () => {
    for (const path of ["/proc/nope/state", "/proc/self/nope/deep/state"]) {
      expect(() => makeDirectory(path, 0o700)).toThrow("ENOENT");
    }
  },
);
