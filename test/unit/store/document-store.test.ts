import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test as plain } from "vitest";
import { DocumentFolder, type Files } from "../../../src/store/document-store.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

interface Place {
  readonly path: string;
  readonly lines: string[];
  open(files?: Files): DocumentFolder;
}

const test = plain.extend<{ place: Place }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern to know what a fixture needs
  place: async ({}, use) => {
    const root = temporaryDirectory();
    const path = join(root, "deep", "state");
    const lines: string[] = [];
    const note = (label: string) => (line: string) => void lines.push(`${label} ${line}`);
    const log = { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };
    const redact = (text: string): string => text.replaceAll("abcdefgh", "[secret]");
    const opened: DocumentFolder[] = [];
    await use({
      path,
      lines,
      open: (files) => {
        const folder = DocumentFolder.open({ path, clock: createFakeClock(), log, redact, files });
        opened.push(folder);
        return folder;
      },
    });
    await Promise.all(opened.map((folder) => folder.close()));
  },
});

async function write(folder: DocumentFolder, name: string, json: string): Promise<void> {
  folder.change(name, () => json);
  await folder.saved(name);
}

const withPromises = (replaced: Partial<Files["promises"]>): Files => ({
  ...fs,
  promises: { ...fs.promises, ...replaced },
});

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test("what is written is read again, by another daemon too", async ({ place, expect }) => {
  await write(place.open(), "one", JSON.stringify({ a: 1 }));
  const again = place.open();
  expect(again.names()).toEqual(["one"]);
  expect(again.read("one", "nothing follows")).toEqual({ a: 1 });
  again.remove("one");
  await again.allSaved();
  expect(again.names()).toEqual([]);
  expect(again.read("one", "nothing follows")).toBeUndefined();
  expect(place.lines).toEqual([]);
});

test("folder and documents are their owner's alone, also where an older folder was open to others", async ({
  place,
  expect,
}) => {
  mkdirSync(place.path, { recursive: true, mode: 0o755 });
  await write(place.open(), "one", "{}");
  expect(modeOf(place.path)).toBe(0o700);
  expect(modeOf(join(place.path, "one.json"))).toBe(0o600);
});

test("a document is replaced whole: until the new one is complete the old one stands", async ({
  place,
  expect,
}) => {
  const folder = place.open();
  await write(folder, "one", '"old"');
  const dying = place.open(withPromises({ rename: () => Promise.reject(new Error("died here")) }));
  await write(dying, "one", '"new"');
  expect(folder.read("one", "nothing follows")).toBe("old");
  expect(readdirSync(place.path)).toEqual(["one.json"]);
});

test("what cannot be read is quarantined with one warning, and the rest goes on", async ({
  place,
  expect,
}) => {
  const folder = place.open();
  await write(folder, "good", "1");
  writeFileSync(join(place.path, "cut.json"), '{"half": ');
  mkdirSync(join(place.path, "strange.json"));
  const read = Object.fromEntries(folder.names().map((name) => [name, folder.read(name, "nothing follows")]));
  expect(read).toEqual({ good: 1, cut: undefined, strange: undefined });
  expect(readdirSync(place.path).sort()).toEqual([
    "cut.json.unreadable",
    "good.json",
    "strange.json.unreadable",
  ]);
  expect(place.lines.map((line) => line.split(" ")[0])).toEqual(["warn", "warn"]);
  expect(place.lines.join()).toContain("cut.json.unreadable");
});

test("a pipe in the place of a document holds nothing up: it is quarantined", ({ place, expect }) => {
  const folder = place.open();
  execFileSync("mkfifo", [join(place.path, "one.json")]);
  expect(folder.read("one", "nothing follows")).toBeUndefined();
  expect(readdirSync(place.path)).toEqual(["one.json.unreadable"]);
  expect(place.lines).toEqual([expect.stringContaining("it is no regular file")]);
});

test("a stop leaves one version in each file that was read, also where a killed daemon has left several", async ({
  place,
  expect,
}) => {
  place.open();
  const file = join(place.path, "killed.json");
  writeFileSync(file, '{"version":1}\n{"version":2}\n{"ver', { mode: 0o600 });
  const folder = place.open();
  expect(folder.read("killed", "nothing follows")).toEqual({ version: 2 });
  await folder.close();
  expect(readFileSync(file, "utf8")).toBe('{"version":2}');
  expect(place.lines).toEqual([]);
});

test("the newest whole document of a file is read, whatever a loss of power has left after it", ({
  place,
  expect,
}) => {
  const folder = place.open();
  writeFileSync(join(place.path, "one.json"), '{"a":1}\n{"a":2}\n\n\0\0\0\n\n{"a":');
  expect(folder.read("one", "nothing follows")).toEqual({ a: 2 });
});

test("a full disk is told once, keeps what there was, and its end is told too", async ({ place, expect }) => {
  let isFull = false;
  const open = (async (path: string, flags: string, mode: number) => {
    const handle = await fs.promises.open(path, flags, mode);
    return flags === "r"
      ? handle
      : {
          async writeFile(text: string) {
            // What a full disk does: the file is there, and short.
            await handle.writeFile(isFull ? text.slice(0, 1) : text);
            if (isFull) {
              throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
            }
          },
          sync: () => handle.sync(),
          close: () => handle.close(),
        };
  }) as Files["promises"]["open"];
  const folder = place.open(withPromises({ open }));
  await write(folder, "one", '"first"');
  isFull = true;
  for (let tries = 0; tries < 5; tries++) {
    await write(folder, "one", '"second"');
  }
  expect(folder.read("one", "nothing follows")).toBe("first");
  expect(place.lines).toHaveLength(1);
  expect(place.lines[0]).toMatch(/^error .*can't be written: sessions would not survive a restart/);
  isFull = false;
  await write(folder, "one", '"third"');
  expect(folder.read("one", "nothing follows")).toBe("third");
  expect(place.lines.slice(1)).toEqual([`info ${place.path} can be written again.`]);
  expect(readdirSync(place.path)).toEqual(["one.json"]);
});

test("a folder that has become a file leaves no descriptor open", async ({ place, expect }) => {
  let isOpen = 0;
  const open = (async (path: string, flags: string, mode: number) => {
    const handle = await fs.promises.open(path, flags, mode);
    isOpen++;
    return {
      writeFile: (text: string) => handle.writeFile(text),
      sync: () => handle.sync(),
      close: () => handle.close().then(() => isOpen--),
    };
  }) as unknown as Files["promises"]["open"];
  const folder = place.open(withPromises({ open }));
  await write(folder, "one", '"first"');
  fs.renameSync(place.path, `${place.path}-gone`);
  writeFileSync(place.path, "");
  await write(folder, "one", '"second"');
  expect(place.lines).toEqual([expect.stringMatching(/^error .*can't be written/)]);
  expect(isOpen).toBe(0);
});

test("halves of documents that a dead process left are cleared away, those of a living one are not", ({
  place,
  expect,
}) => {
  mkdirSync(place.path, { recursive: true });
  // No process has this number: it is larger than any system gives.
  writeFileSync(join(place.path, "one.json.99999999.tmp"), "{");
  writeFileSync(join(place.path, `two.json.${process.pid}.tmp`), "{");
  place.open();
  expect(readdirSync(place.path)).toEqual([`two.json.${process.pid}.tmp`]);
});

test("what cannot be removed is told", async ({ place, expect }) => {
  const folder = place.open(withPromises({ rm: () => Promise.reject(new Error("EROFS")) }));
  folder.remove("one");
  await folder.allSaved();
  expect(place.lines).toHaveLength(1);
});

test("files that others could read are closed to them when the folder is opened, with one warning", async ({
  place,
  expect,
}) => {
  await write(place.open(), "mine", "{}");
  for (const [name, mode] of [
    ["group.json", 0o640],
    ["all.json", 0o644],
    ["old.json.unreadable", 0o666],
  ] as const) {
    writeFileSync(join(place.path, name), "{}");
    chmodSync(join(place.path, name), mode);
  }
  place.open();
  expect(readdirSync(place.path).map((name) => modeOf(join(place.path, name)))).toEqual(Array(4).fill(0o600));
  expect(place.lines).toEqual([
    `warn 3 files in ${place.path} could be read by other users of this machine; now they can't.`,
  ]);
  place.open();
  expect(place.lines).toHaveLength(1);
});

test("what a link in the folder leads to keeps its mode", ({ place, expect }) => {
  place.open();
  const outside = join(place.path, "..", "outside");
  writeFileSync(outside, "x");
  chmodSync(outside, 0o644);
  symlinkSync(outside, join(place.path, "link.json"));
  place.open();
  expect(modeOf(outside)).toBe(0o644);
  expect(place.lines).toEqual([]);
});

test("a folder of which the files can't be closed to others can't be opened", ({ place, expect }) => {
  place.open();
  writeFileSync(join(place.path, "one.json"), "{}");
  chmodSync(join(place.path, "one.json"), 0o644);
  const chmodSync_ = (path: string, mode: number): void => {
    if (path !== place.path) {
      throw Object.assign(new Error("EPERM: not permitted"), { code: "EPERM" });
    }
    chmodSync(path, mode);
  };
  expect(() => place.open({ ...fs, chmodSync: chmodSync_ as typeof fs.chmodSync })).toThrow("EPERM");
});

test("no secret is written", async ({ place, expect }) => {
  const folder = place.open();
  await write(folder, "one", JSON.stringify({ token: "abcdefgh", list: ["x abcdefgh y"] }));
  expect(readFileSync(join(place.path, "one.json"), "utf8")).not.toContain("abcdefgh");
  expect(folder.read("one", "nothing follows")).toEqual({ token: "[secret]", list: ["x [secret] y"] });
});

test("a document that is quarantined by its reader is kept under another name", async ({ place, expect }) => {
  const folder = place.open();
  await write(folder, "one", "1");
  folder.quarantine("one", "for a test", "nothing follows");
  folder.remove("one");
  await folder.allSaved();
  expect(readdirSync(place.path)).toEqual(["one.json.unreadable"]);
  expect(place.lines).toEqual([expect.stringContaining("(for a test)")]);
});

test("a folder that is taken away while the daemon runs is made again for the next document, with a warning", async ({
  place,
  expect,
}) => {
  const folder = place.open();
  await write(folder, "one", "1");
  rmSync(place.path, { recursive: true });
  await write(folder, "two", "2");
  await write(folder, "three", "3");
  expect([folder.names().sort(), modeOf(place.path)]).toEqual([["three", "two"], 0o700]);
  expect(place.lines).toEqual([expect.stringMatching(/^warn .* was taken away and is made again/)]);
});

test("a draft of another daemon's that is gone again when it is looked at keeps nobody from opening the folder", ({
  place,
  expect,
}) => {
  const draft = `session.json.${process.pid}.tmp`;
  const readdirSync = (() => [draft]) as unknown as Files["readdirSync"];
  expect(() => place.open({ ...fs, readdirSync })).not.toThrow();
});
