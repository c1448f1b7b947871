// What holds of the files that are sent on whichever machine they are: one table for both kinds.

import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import * as nodeFs from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { RemoteShell, RunScript } from "../../../src/remote/types.ts";
import { asNobody, POSIX_SHELLS, unreached } from "../../support/posix-shells.ts";
import { openFilesIn, type SendFileWorld, sendFileWorld, TOKEN } from "../../support/send-file-world.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const KINDS: readonly (readonly [string, ((home: string) => RemoteShell) | undefined])[] = [
  ["here", undefined],
  ...POSIX_SHELLS.map(({ name, there }) => [`there, with ${name}`, there] as const),
];

let world: SendFileWorld;
const inProject = (...names: string[]): string => join(world.project, ...names);
const linked = (target: string, path: string): string => {
  symlinkSync(target, path.startsWith("/") ? path : inProject(path));
  return path;
};
afterEach(async () => {
  expect((await openFilesIn(tmpdir())) ?? 0).toBe(0);
});

describe.each(KINDS)("%s", (_kind, there) => {
  beforeEach(() => {
    world = sendFileWorld(nodeFs, there);
  });

  test.each<[string, (world: SendFileWorld) => string]>([
    ["relative", () => "report.txt"],
    ["absolute", ({ project }) => join(project, "report.txt")],
    ["with ~", () => "~/project/report.txt"],
    ["with ~ and ..", () => "~/project/src/../report.txt"],
    ["with . and ..", () => "./src/../report.txt"],
    ["an address", ({ project }) => `file://${project}/report.txt`],
    ["by a link", () => linked("report.txt", "report.txt.link") && linked("report.txt.link", "report.txt.2")],
    ["by a link to its directory", () => `${linked(world.project, join(world.root, "by-link"))}/report.txt`],
    ["by a link with ..", () => `${linked("../..", "src/deep/up")}/report.txt`],
  ])("a file of the directory is sent unasked: %s", async (_how, pathOf) => {
    const path = pathOf(world);
    expect(await world.reason({ path })).toBeUndefined();
    expect(
      await world.send({ path: path.startsWith("../") ? `src/deep/up/report.txt` : path }),
    ).toMatchObject({
      isError: false,
      target: { paths: [inProject("report.txt")], bytes: 10 },
    });
    expect(world.uploads.map(({ text }) => text)).toEqual(["the report"]);
  });

  test("what is said and posted is the same", async () => {
    world.put("sub dir/ünï.txt", "x".repeat(3000));
    expect(await world.send({ paths: ["sub dir/ünï.txt", "report.txt"], caption: "Here:" })).toEqual({
      text: "Sent to the thread, where people see it now: ünï.txt (2.9 KB), report.txt (10 bytes).",
      isError: false,
      summary: "ünï.txt (2.9 KB), report.txt (10 bytes)",
      post: { message: "Here:", fileIds: ["f1", "f2"] },
      target: { paths: [inProject("sub dir/ünï.txt"), inProject("report.txt")], bytes: 3010 },
    });
  });

  test("every byte arrives, of a file with any name in a directory with any name", async () => {
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 7) % 128));
    const names = [
      "-rf",
      'it\'s $(x) `y` "z".txt',
      "a\nb\n",
      "*",
      "[x]?",
      "a\\nb",
      "~",
      "%s%n",
      "x".repeat(255),
    ];
    for (const name of names) {
      world.put(join(world.project, name.slice(0, 200), name), bytes);
      world.uploads.length = 0;
      const path = join(world.project, name.slice(0, 200), name);
      // Blanks around a path are no part of it.
      const asked = path.trim() === path ? path : linked(path, "plain");
      expect(await world.reason({ path: asked })).toBeUndefined();
      expect(await world.send({ path: asked })).toMatchObject({ isError: false, target: { paths: [path] } });
      expect(world.uploads.map(({ text }) => text === bytes.toString())).toEqual([true]);
    }
  });

  test("the directory itself may have any name, and be reached by a link", async () => {
    const odd = join(world.root, "it's\n *\\n [a] ");
    mkdirSync(odd);
    writeFileSync(join(odd, "a.txt"), "mine");
    const link = linked(odd, join(world.root, "link"));
    for (const directory of [odd, link]) {
      expect(await world.reason({ path: "a.txt" }, { directory })).toBeUndefined();
      expect((await world.send({ path: "a.txt" }, { directory })).isError).toBe(false);
      expect((await world.send({ path: "../outside/letter.txt" }, { directory })).isError).toBe(true);
    }
    expect(
      (await world.send({ path: "report.txt" }, { directory: join(world.root, "none") })).text,
    ).toContain("report.txt: there is no such file");
    expect((await world.send({ path: inProject("report.txt") }, { directory: "/" })).isError).toBe(false);
  });

  test.each<[string, string | (() => string), string]>([
    ["a file that is not there", "nothing.txt", "there is no such file"],
    ["one below a file", "report.txt/x", "there is no such file"],
    ["a link to nothing", () => linked("nowhere", "gone"), "there is no such file"],
    ["a link in a circle", () => linked("loop", "loop"), "its links lead in a circle"],
    ["below a link in a circle", () => `${linked("loop", "loop")}/x`, "its links lead in a circle"],
    ["a name longer than any", "x".repeat(300), "its name is too long to be that of a file"],
    ["a path longer than any", "x".repeat(100_000), "its name is too long to be that of a file"],
    ["a directory", "src", "it is a directory; make an archive of it and send that"],
    ["the directory itself", ".", "it is a directory; make an archive of it and send that"],
    [
      "a link to a directory",
      () => linked("..", "up"),
      "it is a directory; make an archive of it and send that",
    ],
    [
      "a device",
      () => linked("/dev/zero", "device"),
      "it is no regular file but a pipe, a device or the like",
    ],
    ["a pipe", () => pipe("pipe"), "it is no regular file but a pipe, a device or the like"],
    ["an empty file", () => world.put("empty.log", "") && "empty.log", "it is empty"],
  ])("%s is refused with the same words, and nobody is asked", async (_title, asked, words) => {
    const path = typeof asked === "string" ? asked : asked();
    expect(await world.reason({ path })).toBeUndefined();
    for (const isAllowed of [false, true]) {
      const { text, isError } = await world.send({ path }, { isAllowed });
      expect([isError, text]).toEqual([true, expect.stringContaining(`: ${words}`)]);
    }
    expect(world.uploads).toEqual([]);
  });

  test("a socket is refused, and what the system makes while it is read", async () => {
    const server = createServer().listen(inProject("socket"));
    onTestFinished(() => void server.close());
    expect((await world.send({ path: "socket" })).text).toContain("no regular file");
    expect((await world.send({ path: "/proc/version" }, { isAllowed: true })).text).toContain(
      "it is made by the system while it is read; copy it to a file first",
    );
  });

  test.skipIf(process.getuid?.() === 0)("what may not be read is refused", async () => {
    chmodSync(world.put("mine.txt", "x"), 0);
    mkdirSync(inProject("closed"));
    world.put("closed/a.txt", "x");
    chmodSync(inProject("closed"), 0);
    onTestFinished(() => chmodSync(inProject("closed"), 0o700));
    for (const path of ["mine.txt", "closed/a.txt"]) {
      expect((await world.send({ path })).text).toBe(`Nothing was sent. ${path}: it may not be read.`);
    }
  });

  test("of several files all are sent or none, and each that can't be is named", async () => {
    const { text } = await world.send({ paths: ["report.txt", "nothing.txt", "x".repeat(5000), "src"] });
    expect(text).toMatch(
      /nothing\.txt: there is no such file\. x{5000}: its name is too long .* src: it is a directory/,
    );
    expect(text).toContain(" The other files of this call were not sent either.");
    expect(world.uploads).toEqual([]);
  });

  test.each<[string, () => string, () => string]>([
    ["absolute", () => join(world.outside, "letter.txt"), () => "it is outside the directory"],
    ["relative", () => "../../outside/letter.txt", () => "it is outside the directory"],
    ["with ~", () => "~/project-2/notes.txt", () => "it is outside the directory"],
    [
      "by a link",
      () => linked(join(world.outside, "letter.txt"), "mine.txt"),
      () => `it (${world.outside}/letter.txt) is outside the directory`,
    ],
    [
      "by a linked directory",
      () => `${linked(world.outside, "lib")}/letter.txt`,
      () => `it (${world.outside}/letter.txt) is outside the directory`,
    ],
    ["a secret", () => world.put(".env.local", "x"), () => "it has a name like that of a secret"],
    ["in a secret place", () => world.put(".aws/a", "x"), () => "it has a name like that of a secret"],
    [
      "a secret by a link",
      () => linked(world.put("id_rsa", "x"), "plain"),
      () => `it (${world.project}/id_rsa) has a name like that of a secret`,
    ],
    [
      "a secret outside",
      () => world.put(join(world.home, ".ssh/config"), "x"),
      () => "it is outside the directory and has a name like that of a secret",
    ],
  ])(
    "what a person has to decide about is asked about, and sent once it is allowed: %s",
    async (_how, pathOf, reasonOf) => {
      const input = { path: pathOf() };
      expect(await world.reason(input)).toBe(reasonOf());
      const { isError, text } = await world.send(input);
      expect([isError, text]).toEqual([
        true,
        expect.stringContaining(`${reasonOf()}, and nobody has allowed`),
      ]);
      expect(world.uploads).toEqual([]);
      expect(await world.send(input, { isAllowed: true })).toMatchObject({ isError: false });
      expect(world.uploads).toHaveLength(1);
    },
  );

  test("another file than the one that was shown is not sent", async () => {
    linked(join(world.outside, "letter.txt"), "link.txt");
    const input = { path: "link.txt" };
    expect(await world.reason(input)).toContain("letter.txt");
    linked(join(world.home, "project-2/notes.txt"), "new");
    renameSync(inProject("new"), inProject("link.txt"));
    const { isError, text } = await world.send(input, { isAllowed: true });
    expect([isError, text]).toEqual([
      true,
      expect.stringContaining("another file than the one that was allowed"),
    ]);
    expect(world.uploads).toEqual([]);
  });

  test("the server's limit is told, and is the last size that is sent", async () => {
    world.maxFileSize = 10;
    expect((await world.send({ path: "report.txt" })).isError).toBe(false);
    world.put("large.bin", "x".repeat(2 * 1024 * 1024));
    world.maxFileSize = 1024 * 1024;
    const { text } = await world.send({ paths: ["large.bin", "report.txt"] });
    expect(text).toContain("large.bin: it has 2 MB, and the server takes 1 MB a file at most;");
    expect(world.uploads).toHaveLength(1);
  });

  test("the secret of the daemon keeps a file from being sent, wherever it stands in it", async () => {
    const piece = 128 * 1024;
    for (const at of [0, piece - 5, 2 * piece - TOKEN.length]) {
      const bytes = Buffer.alloc(2 * piece, "x");
      bytes.set(Buffer.from(TOKEN), at);
      world.put("notes.txt", bytes);
      expect((await world.send({ path: "notes.txt" }, { isAllowed: true })).text).toContain(
        "it holds the secret",
      );
    }
    expect(world.uploads).toEqual([]);
  });

  test("a call that is stopped sends nothing", async () => {
    const early = await world.send({ path: "report.txt" }, {}, AbortSignal.abort());
    expect(early).toMatchObject({ isError: true, text: "Stopped: nothing was sent." });
    const controller = new AbortController();
    world.onUpload = () => {
      controller.abort(new Error("interrupted"));
      throw controller.signal.reason;
    };
    const stopped = await world.send({ paths: ["report.txt", "src/deep/code.ts"] }, {}, controller.signal);
    expect(stopped).toMatchObject({ isError: true, text: "Stopped: nothing was sent." });
    expect(world.uploads).toEqual([]);
  });
});

function pipe(name: string): string {
  execFileSync("mkfifo", [inProject(name)]);
  return name;
}

describe.each(POSIX_SHELLS)("there, with $name", ({ there }) => {
  /** `act` happens before the script of that number. */
  function actingBefore(number: number, act: () => void): void {
    let calls = 0;
    world = sendFileWorld(nodeFs, (home) => {
      const shell = there(home);
      const run: RunScript = (...given) => {
        if (calls++ === number) act();
        return shell.run(...given);
      };
      return { ...shell, run };
    });
    world.put("sub/letter.txt", "mine");
  }
  const path = "sub/letter.txt";
  const replaceBy = (target: string): void => {
    renameSync(inProject("sub"), inProject("aside"));
    linked(target, "sub");
  };

  test("the directory may be below the home there", async () => {
    world = sendFileWorld(nodeFs, there);
    const directory = "~/project";
    expect((await world.send({ path: "report.txt" }, { directory })).isError).toBe(false);
    expect(await world.reason({ path: "../project-2/notes.txt" }, { directory })).toContain("outside");
  });

  test("what was judged is what is brought, and nothing that has its path a moment later", async () => {
    const swaps: readonly (() => void)[] = [
      () => replaceBy(world.outside),
      () => {
        renameSync(inProject(path), inProject("aside"));
        writeFileSync(inProject(path), "other");
      },
      () => {
        renameSync(inProject(path), inProject("aside"));
        pipe(path);
      },
      () => renameSync(inProject(path), inProject("aside")),
    ];
    for (const swap of swaps) {
      actingBefore(1, swap);
      expect((await world.send({ path })).text).toBe(
        `Nothing was sent. ${path}: it was moved or replaced in this very moment; call again.`,
      );
      expect(world.uploads).toEqual([]);
    }
  });

  test("what became shorter is not sent, and of what became longer as much as there was", async () => {
    actingBefore(1, () => writeFileSync(inProject(path), "m"));
    expect((await world.send({ path })).text).toContain("it became shorter while it was read");
    actingBefore(1, () => appendFileSync(inProject(path), " and more"));
    const { text, isError } = await world.send({ path });
    expect([isError, text]).toEqual([
      false,
      expect.stringContaining("letter.txt was changed while it was sent"),
    ]);
    expect(world.uploads).toEqual([{ name: "letter.txt", text: "mine" }]);
  });

  test("what is too large or not allowed is never brought, and nothing stays on this machine", async () => {
    let scripts = 0;
    world = sendFileWorld(nodeFs, (home) => {
      const shell = there(home);
      const run: RunScript = (...given) => {
        scripts++;
        return shell.run(...given);
      };
      return { ...shell, run };
    });
    world.maxFileSize = 9;
    vi.stubEnv("TMPDIR", temporaryDirectory());
    onTestFinished(() => void vi.unstubAllEnvs());
    await world.send({ path: "report.txt" });
    await world.send({ path: "../../outside/letter.txt" });
    expect(scripts).toBe(2);
    world.maxFileSize = 10;
    await world.send({ path: "report.txt" });
    expect(scripts).toBe(4);
    expect(readdirSync(tmpdir())).toEqual([]);
  });

  test("names that are not UTF-8 are the files that they are", async () => {
    world = sendFileWorld(nodeFs, there);
    const name = Buffer.concat([Buffer.from(`${world.project}/d`), Buffer.from([0xff, 0xfe])]);
    await nodeFs.mkdir(name);
    await nodeFs.writeFile(Buffer.concat([name, Buffer.from("/a.txt")]), "odd");
    await nodeFs.symlink(Buffer.concat([name, Buffer.from("/a.txt")]), inProject("plain.txt"));
    expect(await world.reason({ path: "plain.txt" })).toBeUndefined();
    expect((await world.send({ path: "plain.txt" })).isError).toBe(false);
    await nodeFs.symlink(name, inProject("dir"));
    expect(await world.reason({ path: "a.txt" }, { directory: inProject("dir") })).toBeUndefined();
    expect((await world.send({ path: "a.txt" }, { directory: inProject("dir") })).isError).toBe(false);
    expect(world.uploads.map(({ text }) => text)).toEqual(["odd", "odd"]);
  });
});

test.skipIf(!asNobody)("what its user may not read there is refused, and nobody is asked", async () => {
  world = sendFileWorld(nodeFs, () => asNobody ?? unreached);
  for (const path of [tmpdir(), world.root, world.home, world.project]) chmodSync(path, 0o755);
  chmodSync(inProject("report.txt"), 0o600);
  mkdirSync(inProject("closed"), { mode: 0o700 });
  world.put("closed/a.txt", "x");
  chmodSync(world.put("open.txt", "open"), 0o644);
  for (const path of ["report.txt", "closed/a.txt"]) {
    expect(await world.reason({ path })).toBeUndefined();
    expect((await world.send({ path })).text).toBe(`Nothing was sent. ${path}: it may not be read.`);
  }
  expect((await world.send({ path: "open.txt" })).isError).toBe(false);
});

test("of a machine that can't be reached, and of a connection that breaks, Claude is told in words", async () => {
  world = sendFileWorld(nodeFs, () => unreached);
  const words = "build1 can't be reached: ssh: no route to host.";
  for (const path of ["report.txt", "~/report.txt"]) {
    expect(await world.reason({ path })).toBeUndefined();
    const { isError, text } = await world.send({ path });
    expect([isError, text]).toEqual([true, expect.stringContaining(words)]);
  }
  let calls = 0;
  const shell = (home: string) => (calls++ === 0 && POSIX_SHELLS[0]?.there(home)) || unreached;
  world = sendFileWorld(nodeFs, (home) => ({ ...unreached, run: (...given) => shell(home).run(...given) }));
  expect((await world.send({ path: "report.txt" })).text).toBe(`Nothing was sent. report.txt: ${words}`);
});
