// What holds of the directory for a session's files on whichever machine it is: one table for both kinds.

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RemoteError } from "../../../src/remote/error.ts";
import type { RemoteShell } from "../../../src/remote/types.ts";
import { type FilesDirectory, filesDirectoryOf } from "../../../src/session/files-directory.ts";
import { settle } from "../../support/fake-clock.ts";
import { warningsTo } from "../../support/logs.ts";
import { asNobody, cutAfter, POSIX_SHELLS, unreached } from "../../support/posix-shells.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const KINDS: readonly (readonly [string, () => RemoteShell | undefined])[] = [
  ["here", () => undefined],
  ...POSIX_SHELLS.map(({ name, there }) => [`there, with ${name}`, there] as const),
];
const NAMES = [
  "a.txt",
  'it\'s a "b" $(c) `d`.txt',
  "-rf",
  "*",
  "a\nb.txt",
  "ünï 文件.png",
  "[x]?.md",
  "a\\nb",
];
const MEGABYTE = 1024 * 1024;

let place = "";
let warnings: string[] = [];
const made: FilesDirectory[] = [];
beforeEach(() => {
  place = temporaryDirectory();
  warnings = [];
});
afterEach(async () => {
  for (const directory of made.splice(0)) await directory.remove();
});

describe.each(KINDS)("%s", (_kind, shellOf) => {
  function directoryAt(path?: string): { directory: FilesDirectory; path: string } {
    const directory = filesDirectoryOf({ log: warningsTo(warnings), shell: shellOf() }, path);
    made.push(directory);
    return { directory, path: directory.make() ?? "" };
  }
  const save = (directory: FilesDirectory, name: string, bytes: Uint8Array) =>
    directory.files?.save(name, bytes);
  const modeOf = (path: string): number => lstatSync(path).mode & 0o777;

  test("there is nothing to save in before it is made, and one path afterwards", () => {
    const before = filesDirectoryOf({ log: warningsTo(warnings), shell: shellOf() }, undefined);
    expect([before.path, before.files]).toEqual([undefined, undefined]);
    const { directory, path } = directoryAt();
    expect(path).toMatch(/\/mm-claude-[A-Za-z0-9]{6,12}$/);
    expect([directory.path, directory.make()]).toEqual([path, path]);
    // What a later run is told.
    expect(directoryAt(path).path).toBe(path);
  });

  test("a file is saved as it is, for its owner alone, whatever its name", async () => {
    const { directory, path } = directoryAt();
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 256));
    for (const name of NAMES) {
      expect(await directory.files?.hasRoomFor(name, bytes.length)).toBe(true);
      expect(await save(directory, name, bytes)).toBe(join(path, name));
      expect(readFileSync(join(path, name)).equals(bytes)).toBe(true);
      expect(modeOf(join(path, name))).toBe(0o600);
    }
    expect(readdirSync(path).sort()).toEqual([...NAMES].sort());
    expect(modeOf(path)).toBe(0o700);
    await save(directory, "empty", Buffer.alloc(0));
    expect(lstatSync(join(path, "empty")).size).toBe(0);
  });

  test("what had its name is replaced, and what a link led to stays", async () => {
    const { directory, path } = directoryAt();
    const outside = join(place, "outside");
    writeFileSync(outside, "kept");
    await save(directory, "a.txt", Buffer.from("first, and longer"));
    chmodSync(join(path, "a.txt"), 0o666);
    for (const target of [undefined, outside, place, join(place, "nothing")]) {
      if (target !== undefined) {
        rmSync(join(path, "a.txt"));
        symlinkSync(target, join(path, "a.txt"));
      }
      await save(directory, "a.txt", Buffer.from("second"));
      expect(lstatSync(join(path, "a.txt")).isFile()).toBe(true);
      expect(readFileSync(join(path, "a.txt"), "utf8")).toBe("second");
      expect(modeOf(join(path, "a.txt"))).toBe(0o600);
    }
    expect(readFileSync(outside, "utf8")).toBe("kept");
    expect(readdirSync(place)).toEqual(["outside"]);
    expect(readdirSync(path)).toEqual(["a.txt"]);
  });

  test("a directory that has its name stays, and the file is refused", async () => {
    const { directory, path } = directoryAt();
    await save(directory, "first", Buffer.from("x"));
    mkdirSync(join(path, "a.txt"));
    await expect(save(directory, "a.txt", Buffer.from("x"))).rejects.toThrow();
    expect(readdirSync(join(path, "a.txt"))).toEqual([]);
    expect(readdirSync(path).sort()).toEqual(["a.txt", "first"]);
  });

  test("nothing is saved or counted through what has taken its place", async () => {
    const { directory, path } = directoryAt();
    await save(directory, "a.txt", Buffer.from("x"));
    const outside = join(place, "outside");
    mkdirSync(outside);
    renameSync(path, join(place, "old"));
    symlinkSync(outside, path);
    await expect(save(directory, "b.txt", Buffer.from("x"))).rejects.toThrow("no longer there");
    rmSync(path);
    writeFileSync(path, "");
    await expect(save(directory, "b.txt", Buffer.from("x"))).rejects.toThrow("no longer there");
    rmSync(path);
    expect([readdirSync(outside), readdirSync(join(place, "old"))]).toEqual([[], ["a.txt"]]);
  });

  test("it takes a hundred files, of any name and at any depth, and replaces when it is full", async () => {
    const { directory, path } = directoryAt();
    await save(directory, "mine", Buffer.from("x"));
    mkdirSync(join(path, "a\nb", "c"), { recursive: true });
    for (let at = 0; at < 96; at++) writeFileSync(join(path, "a\nb", "c", `${at}\n*`), "");
    expect(await directory.files?.hasRoomFor("next", 1)).toBe(true);
    symlinkSync("/", join(path, "root"));
    expect(await directory.files?.hasRoomFor("next", 1)).toBe(false);
    expect(await save(directory, "next", Buffer.from("x"))).toBeUndefined();
    expect(await directory.files?.hasRoomFor("mine", 1)).toBe(true);
    expect(await save(directory, "mine", Buffer.from("y"))).toBe(join(path, "mine"));
    expect(existsSync(join(path, "next"))).toBe(false);
  });

  test("it takes 200 MB to the byte, without what is replaced", async () => {
    const { directory, path } = directoryAt();
    await save(directory, "mine", Buffer.from("12345"));
    mkdirSync(join(path, "sub"));
    writeFileSync(join(path, "sub", "large"), "");
    truncateSync(join(path, "sub", "large"), 200 * MEGABYTE - 7);
    expect(await directory.files?.hasRoomFor("next", 2)).toBe(true);
    expect(await directory.files?.hasRoomFor("next", 3)).toBe(false);
    expect(await save(directory, "next", Buffer.from("123"))).toBeUndefined();
    expect(await save(directory, "mine", Buffer.from("1234567"))).toBe(join(path, "mine"));
    expect(await save(directory, "mine", Buffer.from("12345678"))).toBeUndefined();
    expect(readFileSync(join(path, "mine"), "utf8")).toBe("1234567");
  });

  test("removing it removes links and follows none", async () => {
    const { directory, path } = directoryAt();
    await save(directory, "a.txt", Buffer.from("x"));
    symlinkSync(place, join(path, "link"));
    writeFileSync(join(place, "keep"), "kept");
    await directory.remove();
    expect([existsSync(path), directory.path, directory.files]).toEqual([false, undefined, undefined]);
    expect(readFileSync(join(place, "keep"), "utf8")).toBe("kept");
    await directory.remove();
    expect(warnings).toEqual([]);
  });

  test("what waited to be saved when it was removed does not bring it back", async () => {
    const { directory, path } = directoryAt();
    const { files } = directory;
    await save(directory, "a.txt", Buffer.from("x"));
    const removing = directory.remove();
    await expect(files?.save("b.txt", Buffer.from("x"))).rejects.toThrow("no longer there");
    await removing;
    expect(existsSync(path)).toBe(false);
  });
});

describe.each(POSIX_SHELLS)("there, with $name", ({ there }) => {
  const open = (path?: string) => {
    const directory = filesDirectoryOf({ log: warningsTo(warnings), shell: there() }, path);
    made.push(directory);
    return directory;
  };

  test("one that was cleaned away is made again by what is saved", async () => {
    const directory = open();
    const path = directory.make() ?? "";
    await directory.files?.save("a.txt", Buffer.from("x"));
    rmSync(path, { recursive: true });
    expect(await directory.files?.hasRoomFor("b.txt", 1)).toBe(true);
    await directory.files?.save("b.txt", Buffer.from("x"));
    expect([readdirSync(path), lstatSync(path).mode & 0o777]).toEqual([["b.txt"], 0o700]);
  });

  test("a path of this machine, or any other, is not taken for one there", () => {
    for (const path of ["/tmp/mm-claude-A1B2C3", "/", "/home/dev", "/tmp/mm-claude-A1B2C3D4E5F6/../.."]) {
      expect(open(path).path).toBeUndefined();
    }
  });

  test("what a broken connection has left of a file is gone with the next one, and two at once are both whole", async () => {
    const directory = open();
    const path = directory.make() ?? "";
    await directory.files?.save("a.txt", Buffer.from("x"));
    writeFileSync(join(path, ".part-1"), "half");
    const [one, two] = [Buffer.alloc(3 * MEGABYTE, 1), Buffer.alloc(2 * MEGABYTE, 2)];
    await Promise.all([directory.files?.save("one", one), directory.files?.save("two", two)]);
    expect(readdirSync(path).sort()).toEqual(["a.txt", "one", "two"]);
    expect(readFileSync(join(path, "one")).equals(one)).toBe(true);
    expect(readFileSync(join(path, "two")).equals(two)).toBe(true);
  });

  test("with it empty ones of earlier runs are removed a day later, and nothing else", async () => {
    const now = Date.now() / 1000;
    const aged = (name: string, hours: number, file?: string): string => {
      const path = `/tmp/mm-claude-${name}`;
      mkdirSync(path);
      if (file !== undefined) writeFileSync(join(path, file), "");
      utimesSync(path, now, now - hours * 3600);
      return path;
    };
    const mark = Math.random().toString(36).slice(2, 8).padEnd(6, "0");
    const left = aged(`${mark}AAAAAA`, 49);
    const kept = [aged(`${mark}BBBBBB`, 20), aged(`${mark}CCCCCC`, 49, "a"), aged(`${mark}D`, 49)];
    const directory = open();
    directory.make();
    await directory.remove();
    expect([existsSync(left), ...kept.map(existsSync)]).toEqual([false, true, true, true]);
    execFileSync("rm", ["-rf", ...kept]);
  });
});

test.skipIf(!asNobody)("another user's directory in its place is left alone", async () => {
  const path = "/tmp/mm-claude-ofSomebody01";
  mkdirSync(path);
  chmodSync(path, 0o777);
  const directory = filesDirectoryOf({ log: warningsTo(warnings), shell: asNobody }, path);
  await expect(directory.files?.save("a", Buffer.from("x"))).rejects.toThrow("no longer there");
  await expect(directory.files?.hasRoomFor("a", 1)).rejects.toThrow("no longer there");
  await directory.remove();
  expect([readdirSync(path), warnings.length]).toEqual([[], 1]);
  rmSync(path, { recursive: true });
});

test("of a file that arrives in part nothing is left, and what had its name stays", async () => {
  const directory = filesDirectoryOf({ log: warningsTo(warnings), shell: cutAfter(100_000) }, undefined);
  made.push(directory);
  const path = directory.make() ?? "";
  await directory.files?.save("a", Buffer.from("first"));
  await expect(directory.files?.save("a", Buffer.alloc(200_000))).rejects.toThrow("not all of it arrived");
  expect([readdirSync(path), readFileSync(join(path, "a"), "utf8")]).toEqual([["a"], "first"]);
});

test("a machine that can't be reached is told in its own words, and keeps a session from nothing", async () => {
  const directory = filesDirectoryOf({ log: warningsTo(warnings), shell: unreached }, undefined);
  const path = directory.make();
  const words = "`build1` can't be reached: `ssh: no route to host`.";
  await expect(directory.files?.hasRoomFor("a", 1)).rejects.toThrow(words);
  await expect(directory.files?.save("a", Buffer.from("x"))).rejects.toThrow(words);
  await directory.remove();
  expect(warnings).toEqual([`${path} on build1 could not be removed now, and is tried again`]);
});

test("what could not be removed while its machine was away is removed once that is back, and not tried for ever", async () => {
  for (const isBackAfter of [3, undefined]) {
    warnings = [];
    const [posix] = POSIX_SHELLS;
    const there = posix?.there() ?? unreached;
    let tries = 0;
    const shell: RemoteShell = {
      ...unreached,
      run: (...what) => (tries++ === isBackAfter ? there : away).run(...what),
    };
    const away: RemoteShell = {
      ...unreached,
      run: () => Promise.reject(new RemoteError("unreached", "build1", "")),
    };
    const due: { run: () => void; ms: number }[] = [];
    const later = (run: () => void, ms: number) => void due.push({ run, ms });
    const path = `/tmp/mm-claude-${randomBytes(6).toString("hex")}`;
    mkdirSync(path);
    writeFileSync(join(path, "a.txt"), "");
    const paused: number[] = [];
    await filesDirectoryOf({ log: warningsTo(warnings), shell, later }, path).remove();
    for (let next = due.shift(); next && paused.length < 1000; next = due.shift()) {
      paused.push(next.ms / 60_000);
      next.run();
      await expect.poll(() => tries).toBe(paused.length + 1);
      await settle();
      if (tries - 1 === isBackAfter) await expect.poll(() => existsSync(path)).toBe(false);
    }
    expect(paused.slice(0, 7)).toEqual(isBackAfter === 3 ? [1, 2, 4] : [1, 2, 4, 8, 16, 32, 60]);
    expect(paused.reduce((sum, minutes) => sum + minutes, 0)).toBeLessThan(26 * 60);
    expect(existsSync(path)).toBe(isBackAfter === undefined);
    const first = `${path} on build1 could not be removed now, and is tried again`;
    const last = `${path} on build1 could not be removed`;
    expect(warnings).toEqual(isBackAfter === undefined ? [first, last] : [first]);
    rmSync(path, { recursive: true, force: true });
  }
});

test("what another machine says of a file that can't be saved there is no Markdown in a thread", async () => {
  const run = async () => ({
    code: 1,
    output: Buffer.alloc(0),
    said: "sh: @channel **no**\r\n",
    isCut: false,
  });
  const directory = filesDirectoryOf({ log: warningsTo(warnings), shell: { ...unreached, run } }, undefined);
  directory.make();
  await expect(directory.files?.save("a", Buffer.from("x"))).rejects.toThrow("`sh: @channel **no**`");
  await expect(directory.files?.hasRoomFor("a", 1)).rejects.toThrow("`sh: @channel **no**`");
});
