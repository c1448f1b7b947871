// What mm-claude reads on Claude's behalf, attacked with real files: whatever path Claude names, nothing that it may not
// read comes to light in what is shown of its change.

import { execFileSync } from "node:child_process";
import * as nodeFs from "node:fs";
import { linkSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { ClaudeEvent, RequestId } from "../../../src/claude/types.ts";
import { toolHeadline, toolInFull, toolPreview } from "../../../src/render/tools.ts";
import { fileBefore } from "../../../src/session/disclosure.ts";
import {
  change,
  createPlace,
  LINES,
  PLAIN_SECRET,
  type Place,
  put,
  SECRET,
  TOKEN,
  using,
} from "../../support/disclosure-place.ts";

let place: Place;
const inProject = (...names: string[]): string => join(place.project, ...names);

beforeEach(() => {
  place = createPlace();
});

/** All that people get to see of it. */
function shown(name: string, input: Record<string, unknown>, disk = nodeFs): string {
  const places = { directory: place.project, home: place.home };
  const use = { name, input, fileBefore: fileBefore(using(name, input), place.rules, disk).fileBefore };
  return [toolHeadline(use, places), toolPreview(use), JSON.stringify(toolInFull(use, places))].join("\n");
}

/** What Claude has sent is all there is to see. */
function expectNothingRead(path: unknown, disk = nodeFs): void {
  const asked: ClaudeEvent = {
    type: "permissionAsked",
    requestId: "r1" as RequestId,
    toolName: "Edit",
    input: change(path),
    toolUseId: undefined,
  };
  expect(fileBefore(asked, place.rules, disk)).toEqual({});
  const inputs: [string, Record<string, unknown>][] = [
    ["Edit", change(path)],
    ["Edit", { file_path: path, old_string: "\n", new_string: "\n+" }],
    ["MultiEdit", { file_path: path, edits: [change(""), { old_string: "#", new_string: "a" }] }],
    ["Write", { file_path: path, content: "mine\n" }],
    ["NotebookEdit", { notebook_path: path, file_path: path, new_source: "a" }],
    ["Read", { file_path: path }],
    ["Bash", { command: "cat", path }],
    ["mcp__files__edit", change(path)],
  ];
  for (const [name, input] of inputs) {
    const all = shown(name, input, disk);
    for (const secret of ["aardvark", "##rdv#rk", "banana", "b#n#n#", "papaya", TOKEN, TOKEN.slice(0, 8)]) {
      expect(all).not.toContain(secret);
      expect(all).not.toContain(secret.replaceAll("a", "#"));
    }
  }
}

/** A system without /proc. */
const withoutProc: typeof nodeFs = {
  ...nodeFs,
  readlinkSync: (() => {
    throw new Error("ENOENT");
  }) as unknown as typeof nodeFs.readlinkSync,
};

const FORBIDDEN: readonly (readonly [string, () => unknown])[] = [
  ["the settings file", () => place.settings],
  ["the settings file, relative", () => relative(place.project, place.settings)],
  ["the settings file, by ..", () => inProject("../.config/mm-claude/.env")],
  [
    "the settings file, by many ..",
    () => inProject("src/deep/../../../.config/./mm-claude/../mm-claude/.env"),
  ],
  ["the settings file, by //", () => `/${place.settings.replaceAll("/", "//")}`],
  ["the settings file with a trailing slash", () => `${place.settings}/`],
  ["the settings file with a trailing dot", () => `${place.settings}/.`],
  ["the settings file with ~", () => "~/.config/mm-claude/.env"],
  ["the other settings file", () => join(place.home, ".mm-claude.env")],
  ["the settings in the directory", () => inProject(".env")],
  ["the settings in the directory, relative", () => ".env"],
  ["the settings in the directory, by .", () => "./././.env"],
  ["the settings in the directory, by ..", () => "src/../.env"],
  ["the settings in the directory in another case", () => ".ENV"],
  ["a document of the state", () => join(place.state, "host/session-1.json")],
  [
    "a document of the state, relative",
    () => relative(place.project, join(place.state, "host/session-1.json")),
  ],
  ["a denied directory inside the directory", () => "private/deep/key.txt"],
  ["a denied directory inside the directory, absolute", () => inProject("private/deep/key.txt")],
  ["a denied directory by ..", () => "src/deep/../../private/deep/key.txt"],
  ["a file outside", () => place.outside],
  ["a file outside, relative", () => relative(place.project, place.outside)],
  ["a directory whose name begins alike", () => "../project-2/secret.txt"],
  ["/etc/passwd", () => "/etc/passwd"],
  ["../../../../../../../../etc/passwd", () => "../../../../../../../../etc/passwd"],
  ["the environment", () => "/proc/self/environ"],
  ["the environment of the thread", () => "/proc/thread-self/environ"],
  ["the environment by pid", () => `/proc/${process.pid}/environ`],
  ["the arguments", () => "/proc/self/cmdline"],
  ["the memory map", () => "/proc/self/maps"],
  ["a descriptor", () => "/proc/self/fd/0"],
  ["a descriptor of an open settings file", () => `/proc/self/fd/${nodeFs.openSync(place.settings, "r")}`],
  ["a descriptor by /dev", () => `/dev/fd/${nodeFs.openSync(place.outside, "r")}`],
  ["the settings file by the root of the process", () => `/proc/self/root${place.settings}`],
  [
    "a file outside by the cwd of the process",
    () => `/proc/self/cwd/${relative(process.cwd(), place.outside)}`,
  ],
  ["a device that never ends", () => "/dev/zero"],
  ["a device that gives nothing", () => "/dev/null"],
  ["the terminal", () => "/dev/tty"],
  ["standard input", () => "/dev/stdin"],
  ["home", () => "~"],
  ["home, with a slash", () => "~/"],
  ["the directory itself", () => "."],
  ["a directory", () => inProject("src")],
  ["the directory's parent", () => ".."],
  ["no such file", () => "no-such-file"],
  ["an empty path", () => ""],
  ["a blank", () => " "],
  ["a path with NUL", () => `${place.settings}\0.txt`],
  ["a path with NUL in the middle", () => `notes.txt\0/../../.config/mm-claude/.env`],
  ["a very long path", () => `${"./".repeat(50_000)}../.config/mm-claude/.env`],
  ["a very long name", () => "x".repeat(5000)],
  ["a full-width full stop", () => "\uff0e\uff0e/.config/mm-claude/.env"],
  ["a look-alike of the slash", () => "..\u2215.config\u2215mm-claude\u2215.env"],
  ["a hidden character in the path", () => `${place.settings}\u200b`],
  ["a blank before the path", () => ` ${place.settings}`],
  ["a line break behind the path", () => `${place.settings}\n`],
  ["a URL", () => `file://${place.settings}`],
  ["a number", () => 7],
  ["nothing", () => undefined],
  ["null", () => null],
  ["a list", () => [place.settings]],
  ["an object", () => ({ toString: place.settings })],
  ["true", () => true],
];

describe("nothing is read of", () => {
  test.each(FORBIDDEN)("%s", (_name, path) => {
    expectNothingRead(path());
  });

  const LINKS: readonly (readonly [string, (at: string) => void])[] = [
    ["a link to the settings file", (at) => symlinkSync(place.settings, at)],
    ["a relative link to the settings file", (at) => symlinkSync("../.config/mm-claude/.env", at)],
    ["a link to the settings in the directory", (at) => symlinkSync(".env", at)],
    ["a link to a denied file in the directory", (at) => symlinkSync("private/deep/key.txt", at)],
    ["a link to a file outside", (at) => symlinkSync(place.outside, at)],
    ["a link to the environment", (at) => symlinkSync("/proc/self/environ", at)],
    ["a link to itself", (at) => symlinkSync(at, at)],
    ["a link to nothing", (at) => symlinkSync("/no/such/file", at)],
    ["a link to a device", (at) => symlinkSync("/dev/zero", at)],
    [
      "a chain of links to the settings file",
      (at) => {
        symlinkSync(place.settings, inProject("c0"));
        for (let link = 0; link < 20; link++) symlinkSync(`c${link}`, inProject(`c${link + 1}`));
        symlinkSync("c20", at);
      },
    ],
    ["a hard link to the settings file", (at) => linkSync(place.settings, at)],
    ["a hard link to the settings in the directory", (at) => linkSync(inProject(".env"), at)],
    [
      "a hard link to a document of the state",
      (at) => linkSync(join(place.state, "host/session-1.json"), at),
    ],
    ["a hard link to a file outside", (at) => linkSync(place.outside, at)],
    [
      "a hard link to a settings file that is gone",
      (at) => {
        linkSync(place.settings, at);
        unlinkSync(place.settings);
      },
    ],
    ["a copy of the settings file", (at) => put(at, SECRET)],
    ["a copy of the settings in JSON", (at) => put(at, JSON.stringify({ aardvark: TOKEN }))],
    ["a copy with the token in an address", (at) => put(at, `banana?token=${encodeURIComponent(TOKEN)}`)],
    ["a file that begins with zeros", (at) => put(at, `\0\0${PLAIN_SECRET}`)],
    ["a settings file of two bytes a letter", (at) => writeFileSync(at, SECRET, "utf16le")],
    ["a file that is no text", (at) => writeFileSync(at, Buffer.from([0x61, 0x61, 0xff, 0xfe, 0x0a]))],
    ["a pipe", (at) => void execFileSync("mkfifo", [at])],
    [
      "a file of 1 GB",
      (at) => {
        put(at, PLAIN_SECRET);
        truncateSync(at, 1024 ** 3);
      },
    ],
  ];

  test.each(LINKS)("%s", (_name, make) => {
    make(inProject("innocent.txt"));
    expectNothingRead("innocent.txt");
    expectNothingRead(inProject("innocent.txt"));
    expectNothingRead("src/../innocent.txt");
  });

  test.each([
    ["the settings' directory", () => join(place.home, ".config/mm-claude"), "link/.env"],
    ["home", () => place.home, "link/.config/mm-claude/.env"],
    ["the root", () => "/", "link/etc/passwd"],
    ["the process's files", () => "/proc/self", "link/environ"],
    ["a denied directory inside", () => inProject("private"), "link/deep/key.txt"],
    ["a directory outside", () => join(place.root, "outside"), "link/secret.txt"],
    ["a directory outside, and back by ..", () => join(place.root, "outside"), "link/../outside/secret.txt"],
  ])("what a link to %s leads to", (_name, target, path) => {
    symlinkSync(target(), inProject("link"));
    expectNothingRead(path);
    expectNothingRead(`./link/..//${path}`);
    expectNothingRead(inProject(path));
  });

  test.each([
    ".env",
    ".env.production",
    ".npmrc",
    "id_ed25519",
    "server.pem",
    "tls.KEY",
    ".git/config",
    "src/.git/logs/HEAD",
  ])("a file that holds secrets by its name: %s", (name) => {
    place = { ...place, rules: { ...place.rules, deniedPaths: [] } };
    put(inProject(name), PLAIN_SECRET);
    expectNothingRead(name);
  });

  test("a denied file that the rules name by way of a link, or that lies above the directory", () => {
    symlinkSync(inProject("src"), join(place.home, "alias"));
    for (const denied of [join(place.home, "alias/deep"), inProject("src/../src"), place.home, "/"]) {
      const rules = { ...place.rules, deniedPaths: [denied] };
      expect(fileBefore(using("Edit", change("src/deep/code.ts")), rules)).toEqual({});
    }
  });

  test("anything, when the directory is the root or is gone", () => {
    const from = (directory: string, path: string) =>
      fileBefore(using("Edit", change(path)), { ...place.rules, directory }).fileBefore;
    const own = /settings|state|denied|environ|argument|memory|device/;
    for (const [, path] of FORBIDDEN.filter(([name]) => own.test(name))) {
      expect(from("/", String(path()))).toBeUndefined();
    }
    for (const path of [
      "/proc/self/status",
      "/proc/self/maps",
      "/proc/meminfo",
      "/sys/kernel/mm/numa/demotion_enabled",
    ]) {
      expect(from("/", path)).toBeUndefined();
    }
    expect(from(join(place.root, "gone"), "notes.txt")).toBeUndefined();
  });
});

describe("a file of the directory is shown", () => {
  test.each([
    ["relative", () => "notes.txt"],
    ["absolute", () => inProject("notes.txt")],
    ["by .", () => "./notes.txt"],
    ["by ..", () => "src/../notes.txt"],
    ["from outside and back", () => "../project/notes.txt"],
    ["by //", () => `${place.project}//notes.txt`],
    ["further down", () => "src/deep/code.ts"],
    ["by a link inside", () => "link.txt"],
    ["by a link to a directory inside", () => "source/deep/code.ts"],
    ["by a link that leads to the directory", () => join(place.home, "way/notes.txt")],
    ["by a name that is no word", () => "~notes $(x) .env.txt"],
    ["by the name of an example", () => ".env.example"],
  ])("%s", (_name, path) => {
    symlinkSync("notes.txt", inProject("link.txt"));
    symlinkSync("src", inProject("source"));
    symlinkSync(place.project, join(place.home, "way"));
    put(inProject("~notes $(x) .env.txt"), LINES);
    put(inProject(".env.example"), LINES);
    for (const name of ["Edit", "MultiEdit"]) {
      const edit = change(path());
      const input =
        name === "Edit"
          ? edit
          : { file_path: edit.file_path, edits: [change("")].map(({ file_path: _, ...rest }) => rest) };
      expect(shown(name, input)).toContain("@@ -1,3 +1,3 @@\n zero\n-alpha\n+#lph#\n two");
    }
  });

  test("also where the directory is named by way of a link", () => {
    symlinkSync(place.project, join(place.home, "way"));
    const rules = { ...place.rules, directory: join(place.home, "way") };
    expect(fileBefore(using("Edit", change("notes.txt")), rules)).toEqual({ fileBefore: LINES });
  });

  test("also where the system can't tell what an open file is called", () => {
    expect(shown("Edit", change("src/deep/code.ts"), withoutProc)).toContain("-alpha");
  });

  test("but not where Claude works on another machine: a file of the same name is another one", () => {
    expect(fileBefore(using("Edit", change("notes.txt")), { ...place.rules, machine: "build1" })).toEqual({});
  });

  test("by no other tool than those that edit", () => {
    for (const name of ["Write", "Read", "NotebookEdit", "edit", "Bash", "mcp__a__Edit"]) {
      expect(fileBefore(using(name, change("notes.txt")), place.rules)).toEqual({});
    }
    expect(fileBefore({ type: "compacting" }, place.rules)).toEqual({});
  });
});
