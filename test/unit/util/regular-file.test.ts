import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRegularFile } from "../../../src/util/regular-file.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

test("a file is read whole, through a link as well", () => {
  const place = temporaryDirectory();
  const path = join(place, "a");
  writeFileSync(path, "what it says\n");
  symlinkSync(path, join(place, "link"));
  expect([readRegularFile(path), readRegularFile(join(place, "link"))]).toEqual(
    Array(2).fill("what it says\n"),
  );
});

test.each<[string, (path: string) => void]>([
  ["a pipe", (path) => void execFileSync("mkfifo", [path])],
  ["a directory", (path) => mkdirSync(path)],
  ["a link to a device", (path) => symlinkSync("/dev/zero", path)],
])("%s is refused at once", (_what, make) => {
  const path = join(temporaryDirectory(), "a");
  make(path);
  expect(() => readRegularFile(path)).toThrow("it is no regular file");
});

test("one that is not there is what the system says", () => {
  expect(() => readRegularFile(join(temporaryDirectory(), "a"))).toThrow("ENOENT");
});
