import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { LocalFilesDirectory, removeAbandoned } from "../../../src/session/local-files-directory.ts";
import { saveFile, usageOf } from "../../../src/util/saved-files.ts";
import { warningsTo } from "../../support/logs.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

let place = "";
let warnings: string[] = [];
beforeEach(() => {
  place = temporaryDirectory();
  warnings = [];
});

const directoryAt = (path?: string) => new LocalFilesDirectory(warningsTo(warnings), path);
function make(directory: LocalFilesDirectory): string {
  const path = directory.make();
  if (path === undefined) throw new Error("no directory");
  return path;
}
const modeOf = (path: string): number => lstatSync(path).mode & 0o777;
/** Somebody else's, which nothing may be written into or taken from. */
function foreign(): string {
  const path = join(place, "foreign");
  mkdirSync(path);
  writeFileSync(join(path, "keep"), "kept");
  return path;
}
const isUntouched = (path: string): boolean =>
  readdirSync(path).join() === "keep" && readFileSync(join(path, "keep"), "utf8") === "kept";

test("it is made once, for its owner alone, in the place for what is temporary", () => {
  const directory = directoryAt();
  expect(directory.path).toBeUndefined();
  const path = make(directory);
  expect(dirname(path)).toBe(tmpdir());
  expect(modeOf(path)).toBe(0o700);
  expect(directory.make()).toBe(path);
  expect(directory.path).toBe(path);
  expect(warnings).toEqual([]);
});

test("what an earlier run has made is used on, and closed when others could look into it", () => {
  const path = join(place, "earlier");
  mkdirSync(path);
  writeFileSync(join(path, "a"), "");
  chmodSync(path, 0o755);
  expect(make(directoryAt(path))).toBe(path);
  expect(modeOf(path)).toBe(0o700);
  expect(readdirSync(path)).toEqual(["a"]);
});

test("one that was cleaned away is made again where Claude was told it is", () => {
  const directory = directoryAt();
  const path = make(directory);
  rmdirSync(path);
  expect(make(directory)).toBe(path);
  expect(modeOf(path)).toBe(0o700);
  expect(warnings).toEqual([]);
});

test.each([
  ["a link to a directory", (path: string) => symlinkSync(foreign(), path)],
  ["a link that leads nowhere", (path: string) => symlinkSync(join(place, "nothing"), path)],
  ["a file", (path: string) => writeFileSync(path, "")],
])("%s in its place is left alone, and another directory is made", (_what, replaceBy) => {
  const directory = directoryAt();
  const path = make(directory);
  renameSync(path, join(place, "old"));
  replaceBy(path);
  const next = make(directory);
  expect(next).not.toBe(path);
  expect(lstatSync(next).isDirectory()).toBe(true);
  expect(modeOf(next)).toBe(0o700);
  expect(existsSync(join(place, "nothing"))).toBe(false);
  expect(warnings).toEqual([
    `${path} is no directory of mm-claude's any more: attached files get another one`,
  ]);
});

test("another user's directory is left alone, and another one is made", async () => {
  const path = join(place, "theirs");
  mkdirSync(path, { mode: 0o755 });
  const uid = process.getuid?.() ?? 0;
  const me = vi.spyOn(process, "getuid").mockReturnValue(uid + 1);
  onTestFinished(() => me.mockRestore());
  expect(make(directoryAt(path))).not.toBe(path);
  expect(modeOf(path)).toBe(0o755);
  await expect(saveFile(path, "a", Buffer.from("x"))).rejects.toThrow("no longer there");
  expect(readdirSync(path)).toEqual([]);
});

test("another one is made when the place of the earlier one is gone", () => {
  expect(make(directoryAt(join(place, "gone", "deep")))).not.toContain(place);
});

test("what a killed run has left empty is removed a day later, and nothing that is newer, in use or another's", () => {
  const now = Date.now();
  const aged = (path: string, hours = 25): string => {
    utimesSync(path, now / 1000, now / 1000 - hours * 3600);
    return path;
  };
  const left = aged(make(directoryAt()));
  const used = make(directoryAt());
  writeFileSync(join(used, "a.txt"), "");
  const here = (name: string): string => join(tmpdir(), name);
  writeFileSync(here("mm-claude-A1B2C3"), "");
  mkdirSync(here("mm-claude-elsewhere"));
  symlinkSync(aged(here("mm-claude-elsewhere")), here("mm-claude-LINKED"));
  const kept = ["mm-claude-A1B2C3", "mm-claude-elsewhere", "mm-claude-LINKED"].map(here);
  kept.push(aged(used), aged(make(directoryAt()), 23));
  removeAbandoned(warningsTo(warnings), now);
  expect(existsSync(left)).toBe(false);
  expect(kept.filter((path) => !lstatSync(path, { throwIfNoEntry: false }))).toEqual([]);
  expect(warnings).toEqual([]);
});

test("removing it removes links and follows none", () => {
  const outside = foreign();
  const inside = directoryAt();
  const path = make(inside);
  symlinkSync(outside, join(path, "link"));
  symlinkSync(join(outside, "keep"), join(path, "file-link"));
  inside.remove();
  expect(existsSync(path)).toBe(false);
  expect(inside.path).toBeUndefined();

  const link = join(place, "link");
  symlinkSync(outside, link);
  directoryAt(link).remove();
  expect(lstatSync(link, { throwIfNoEntry: false })).toBeUndefined();
  expect(isUntouched(outside)).toBe(true);
  directoryAt().remove();
  expect(warnings).toEqual([]);
});

test("a directory that can't be removed is told, and forgotten", () => {
  const impossible = directoryAt(`${place}\0`);
  impossible.remove();
  expect(warnings).toEqual([expect.stringContaining("could not be removed")]);
  expect(impossible.path).toBeUndefined();
});

test("a file is saved for its owner alone, and again when its name is taken", async () => {
  const path = await saveFile(place, "a.txt", Buffer.from("first, and longer"));
  expect(path).toBe(join(place, "a.txt"));
  chmodSync(path, 0o666);
  await saveFile(place, "a.txt", Buffer.from("second"));
  expect(readFileSync(path, "utf8")).toBe("second");
  expect(modeOf(path)).toBe(0o600);
});

test("a link that has the name of a file goes, and what it leads to stays as it is", async () => {
  const outside = foreign();
  const path = join(place, "a.txt");
  for (const target of [join(outside, "keep"), join(outside, "new"), outside]) {
    symlinkSync(target, path);
    await saveFile(place, "a.txt", Buffer.from("mine"));
    expect(lstatSync(path).isFile()).toBe(true);
    expect(readFileSync(path, "utf8")).toBe("mine");
    expect(isUntouched(outside)).toBe(true);
    rmSync(path);
  }
});

test("nothing is saved through a link in the directory's place, or where there is none", async () => {
  const outside = foreign();
  const link = join(place, "link");
  symlinkSync(outside, link);
  for (const directory of [link, join(place, "nothing"), join(outside, "keep")]) {
    await expect(saveFile(directory, "keep", Buffer.from("mine"))).rejects.toThrow("no longer there");
  }
  expect(isUntouched(outside)).toBe(true);
});

test("a directory that has the name of a file stays, and the file is refused", async () => {
  mkdirSync(join(place, "a.txt"));
  await expect(saveFile(place, "a.txt", Buffer.from("x"))).rejects.toThrow();
  expect(lstatSync(join(place, "a.txt")).isDirectory()).toBe(true);
});

test("what it holds is counted to the bottom, without what links lead to and without the one file", async () => {
  mkdirSync(join(place, "sub", "deep"), { recursive: true });
  writeFileSync(join(place, "a"), "x".repeat(10));
  writeFileSync(join(place, "b"), "x".repeat(100));
  writeFileSync(join(place, "sub", "deep", "a"), "x".repeat(1000));
  const before = await usageOf(place, "b", 100);
  expect(before).toEqual({ files: 4, bytes: 1010 });
  symlinkSync("/", join(place, "sub", "root"));
  const after = await usageOf(place, "b", 100);
  // A link is a few bytes of its own.
  expect(after).toEqual({ files: 5, bytes: 1011 });
});

test("counting stops soon, whatever tree has been put there", async () => {
  for (let at = 0; at < 20; at++) mkdirSync(join(place, `d${at}`, "e"), { recursive: true });
  expect((await usageOf(place, "", 5)).files).toBe(6);
  expect(await usageOf(join(place, "nothing"), "", 5)).toEqual({ files: 0, bytes: 0 });
});
