// Sending files: what Claude may write, what people get, and why something is not sent.

import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { sendFile } from "../../../src/chat-tools/send-file.ts";
import { MattermostError } from "../../../src/mattermost/error.ts";
import { openFilesIn, type SendFileWorld, sendFileWorld, TOKEN } from "../../support/send-file-world.ts";

let world: SendFileWorld;
beforeEach(() => {
  world = sendFileWorld();
});
afterEach(async () => {
  expect((await openFilesIn(world.root)) ?? 0).toBe(0);
});

const REPORT = { name: "report.txt", text: "the report" };
const CODE = { name: "code.ts", text: "the code" };

test("a file of the directory is uploaded, and the post that shows it is left to the session", async () => {
  expect(await world.reason({ path: "report.txt" })).toBeUndefined();
  expect(await world.send({ path: "report.txt", caption: "Here it is:" })).toEqual({
    text: "Sent to the thread, where people see it now: report.txt (10 bytes).",
    isError: false,
    summary: "report.txt (10 bytes)",
    post: { message: "Here it is:", fileIds: ["f1"] },
    target: { paths: [join(world.project, "report.txt")], bytes: 10 },
  });
  expect(world.uploads).toEqual([REPORT]);
});

test("several files stand in one post, in the order in which they were named", async () => {
  const { post, summary } = await world.send({ paths: ["src/deep/code.ts", "report.txt"] });
  expect(post).toEqual({ message: "", fileIds: ["f1", "f2"] });
  expect(summary).toBe("code.ts (8 bytes), report.txt (10 bytes)");
  expect(world.uploads).toEqual([CODE, REPORT]);
});

test.each<[string, (world: SendFileWorld) => Record<string, unknown>, object[]]>([
  ["an absolute path", ({ project }) => ({ path: join(project, "report.txt") }), [REPORT]],
  ["a path with ~", () => ({ path: "~/project/report.txt" }), [REPORT]],
  ["a path with . and ..", () => ({ path: "./src/../report.txt" }), [REPORT]],
  ["a file:// address", ({ project }) => ({ path: `file://${project}/report.txt` }), [REPORT]],
  ["blanks and quotes around it", () => ({ path: " `report.txt`\n" }), [REPORT]],
  ["a list in path", () => ({ path: ["report.txt", "src/deep/code.ts"] }), [REPORT, CODE]],
  ["a text in paths", () => ({ paths: "report.txt" }), [REPORT]],
  ["a list as text", () => ({ paths: '["report.txt", "src/deep/code.ts"]' }), [REPORT, CODE]],
  ["both fields", () => ({ path: "report.txt", paths: ["src/deep/code.ts"] }), [REPORT, CODE]],
  ["the name of the CLI's own tools", () => ({ file_path: "report.txt" }), [REPORT]],
  ["the same file twice", () => ({ paths: ["report.txt", "./report.txt"] }), [REPORT]],
  ["an empty list beside it", () => ({ path: "report.txt", paths: [] }), [REPORT]],
  ["null beside it", () => ({ path: "report.txt", paths: null, caption: null }), [REPORT]],
])("%s is understood", async (_title, inputOf, uploads) => {
  const { isError, text } = await world.send(inputOf(world));
  expect([isError, text]).toEqual([false, expect.stringContaining("Sent")]);
  expect(world.uploads).toEqual(uploads);
});

test("an address with escapes names the file they stand for", async () => {
  world.put("a b ü%.txt", "x");
  await world.send({ path: `file://localhost${world.project}/a%20b%20%C3%BC%25.txt` });
  expect(world.uploads).toEqual([{ name: "a b ü%.txt", text: "x" }]);
});

test.each<[string, Record<string, unknown>, string]>([
  ["no path", {}, "Name the file"],
  ["an empty path", { path: "" }, "not empty"],
  ["blanks", { path: "  " }, "not empty"],
  ["a number", { path: 7 }, "has to be a text"],
  ["a list of lists", { paths: [["report.txt"]] }, "has to be a text"],
  ["an object", { path: { path: "report.txt" } }, "has to be a text"],
  ["U+0000", { path: "report.txt\0.png" }, "NUL"],
  ["another machine's address", { path: "file://server/report.txt" }, "of this machine"],
  ["an address that is none", { path: "file://%zz" }, "of this machine"],
  ["six files", { paths: ["1", "2", "3", "4", "5", "6"] }, "5 files at most"],
  ["a file that is not there", { path: "nothing.txt" }, "no such file"],
  ["a file below a file", { path: "report.txt/x" }, "no such file"],
  ["a web address", { path: "https://example.com/report.txt" }, "no such file"],
  ["a name longer than any", { path: "x".repeat(100_000) }, "too long"],
  ["a directory", { path: "src" }, "src: it is a directory; make an archive of it"],
  ["the directory itself", { path: "." }, "it is a directory"],
])("%s is refused with a sentence, and nobody is asked", async (_title, input, words) => {
  expect(await world.reason(input)).toBeUndefined();
  for (const isAllowed of [false, true]) {
    const { text, isError, post } = await world.send(input, { isAllowed });
    expect(text).toContain(words);
    expect([isError, post]).toEqual([true, undefined]);
  }
  expect(world.uploads).toEqual([]);
});

test("a pipe, a device and a socket are refused, and nobody waits for them", async () => {
  execFileSync("mkfifo", [join(world.project, "pipe")]);
  symlinkSync("/dev/zero", join(world.project, "device"));
  const server = createServer().listen(join(world.project, "socket"));
  onTestFinished(() => void server.close());
  for (const path of ["pipe", "device", "socket", "/dev/null", "/dev/stdin"]) {
    expect(await world.reason({ path })).toBeUndefined();
    const { text, isError } = await world.send({ path }, { isAllowed: true });
    expect([path, isError, text]).toEqual([
      path,
      true,
      expect.stringMatching(/no regular file|no such file/),
    ]);
  }
  expect(world.uploads).toEqual([]);
});

test("files that the system makes while they are read are refused", async () => {
  const { text } = await world.send({ path: "/proc/self/status" }, { isAllowed: true });
  expect(text).toContain("made by the system while it is read");
  expect(world.uploads).toEqual([]);
});

test("an empty file is refused", async () => {
  world.put("empty.log", "");
  expect((await world.send({ path: "empty.log" })).text).toBe("Nothing was sent. empty.log: it is empty.");
});

test("of several files all are sent or none, and what can't be sent is named", async () => {
  world.put("empty.log", "");
  const { text, isError } = await world.send({ paths: ["report.txt", "nothing.txt", "src"] });
  expect(isError).toBe(true);
  expect(text).toBe(
    "Nothing was sent. nothing.txt: there is no such file. src: it is a directory; make an archive of it and send that." +
      " The other files of this call were not sent either.",
  );
  const second = await world.send({ paths: ["report.txt", "empty.log"] });
  expect(second.text).toContain("empty.log: it is empty.");
  expect(world.uploads).toEqual([]);
});

test("an upload that takes its time says now and then how far it is, and a quick one says nothing", async () => {
  world.put("large.bin", Buffer.alloc(1024 * 1024));
  world.put("half.bin", Buffer.alloc(512 * 1024));
  const told: string[] = [];
  const onProgress = (words: string): void => void told.push(words);
  world.onPiece = () => world.clock.jump(2000);
  await world.send({ paths: ["large.bin", "half.bin"] }, { onProgress });
  // 12 pieces of 2 s each, told of every 5 s at most.
  expect(told).toEqual(["25 % of 1.5 MB", "50 % of 1.5 MB", "75 % of 1.5 MB", "100 % of 1.5 MB"]);
  world.onPiece = () => world.clock.jump(300);
  await world.send({ path: "large.bin" }, { onProgress });
  expect(told).toHaveLength(4);
});

test("when the server fails at the second of three, none is posted and it is named", async () => {
  world.put("third.txt", "x");
  world.onUpload = ({ name }) => {
    if (name === "code.ts") throw new MattermostError("server", "Could not upload a file: it failed.");
  };
  const { text, isError, post } = await world.send({
    paths: ["report.txt", "src/deep/code.ts", "third.txt"],
  });
  expect([isError, post]).toEqual([true, undefined]);
  expect(text).toContain("src/deep/code.ts: Could not upload a file: it failed.");
  expect(world.uploads).toEqual([REPORT]);
});

test("the server's limit is told, and is the last size that is sent", async () => {
  world.maxFileSize = 10;
  expect((await world.send({ path: "report.txt" })).isError).toBe(false);
  world.put("large.bin", "x".repeat(2 * 1024 * 1024));
  world.maxFileSize = 1024 * 1024;
  const { text } = await world.send({ paths: ["large.bin", "report.txt"] });
  expect(text).toContain("large.bin: it has 2 MB, and the server takes 1 MB a file at most;");
  world.put("one-more.bin", "x".repeat(1024 * 1024 + 1));
  expect((await world.send({ path: "one-more.bin" })).text).toContain(
    "it has 1048577 bytes, and the server takes 1048576 bytes",
  );
  expect(world.uploads).toEqual([REPORT]);
});

describe("the secret of the daemon", () => {
  const PIECE = 128 * 1024;
  const filled = (length: number, at: number, secret: Uint8Array): Uint8Array => {
    const bytes = Buffer.alloc(length, "x");
    bytes.set(secret, at);
    return bytes;
  };

  test.each<readonly [string, () => Uint8Array]>([
    ["at the beginning", () => filled(3 * PIECE, 0, Buffer.from(TOKEN))],
    ["at the end", () => filled(3 * PIECE, 3 * PIECE - TOKEN.length, Buffer.from(TOKEN))],
    ...[-TOKEN.length, -20, -13, -1, 0].map(
      (at) => [`at a border ${at}`, () => filled(3 * PIECE, PIECE + at, Buffer.from(TOKEN))] as const,
    ),
    ["its beginning", () => Buffer.from(`x${TOKEN.slice(0, 14)}`)],
    ["its end", () => Buffer.from(`${TOKEN.slice(-14)}x`)],
    ["in UTF-16", () => Buffer.from(`MATTERMOST_TOKEN=${TOKEN}`, "utf16le")],
    ["in UTF-16, the other way", () => Buffer.from(`T=${TOKEN}`, "utf16le").swap16()],
    ["alone", () => Buffer.from(TOKEN)],
  ])("keeps a file from being sent (%s), also once it is allowed", async (_title, bytesOf) => {
    world.put("notes.txt", bytesOf());
    for (const isAllowed of [false, true]) {
      const { text, isError } = await world.send({ paths: ["report.txt", "notes.txt"] }, { isAllowed });
      expect(isError).toBe(true);
      expect(text).toContain("notes.txt: it holds the secret");
      expect(text).not.toContain(TOKEN.slice(0, 12));
    }
    expect(world.uploads).toEqual([]);
  });

  test("is found also when it is written into the file while that is sent", async () => {
    const path = world.put("notes.txt", "x".repeat(4 * PIECE));
    world.put("first.txt", "x");
    world.onUpload = ({ name }) => {
      if (name === "first.txt") writeFileSync(path, filled(4 * PIECE, 3 * PIECE - 5, Buffer.from(TOKEN)));
    };
    const { text, isError } = await world.send({ paths: ["first.txt", "notes.txt"] });
    expect([isError, text]).toEqual([true, expect.stringContaining("notes.txt: it holds the secret")]);
    expect(world.uploads.map(({ name }) => name)).toEqual(["first.txt"]);
  });

  test("does not keep a file from being sent that only looks alike", async () => {
    world.put("notes.txt", `${TOKEN.slice(0, 11)} ${TOKEN.slice(-11)} ${TOKEN.toUpperCase()}`);
    expect((await world.send({ path: "notes.txt" })).isError).toBe(false);
  });
});

test("a file that grows while it is sent is sent as it was, and Claude is told", async () => {
  const path = world.put("run.log", "one\n");
  world.onUpload = () => appendFileSync(path, "two\n");
  const { text, isError, summary } = await world.send({ path: "run.log" });
  expect(isError).toBe(false);
  expect(world.uploads).toEqual([{ name: "run.log", text: "one\n" }]);
  expect(summary).toBe("run.log (4 bytes)");
  expect(text).toContain("run.log was changed while it was sent");
});

test("a file that shrinks before it is sent is not sent", async () => {
  const path = world.put("run.log", "one\ntwo\n");
  world.put("first.txt", "x");
  world.onUpload = ({ name }) => {
    if (name === "first.txt") truncateSync(path, 3);
  };
  const { text, isError } = await world.send({ paths: ["first.txt", "run.log"] });
  expect([isError, text]).toEqual([true, expect.stringContaining("run.log: it became shorter")]);
});

test("a call that is stopped sends nothing and answers at once", async () => {
  const controller = new AbortController();
  world.onUpload = () => {
    controller.abort(new Error("interrupted"));
    throw controller.signal.reason;
  };
  const stopped = await world.send({ paths: ["report.txt", "src/deep/code.ts"] }, {}, controller.signal);
  expect(stopped).toMatchObject({ isError: true, text: "Stopped: nothing was sent." });
  const early = await world.send({ path: "report.txt" }, {}, AbortSignal.abort());
  expect(early).toMatchObject({ isError: true, text: "Stopped: nothing was sent." });
  expect(world.uploads).toEqual([]);
});

test("a fault of ours is no answer", async () => {
  world.onUpload = () => {
    throw new TypeError("ours");
  };
  await expect(world.send({ path: "report.txt" })).rejects.toThrow("ours");
});

test.each([
  ["a\u202Egnp.exe", "a⟨U+202E⟩gnp.exe"],
  ["a\nb\tc\u0007.txt", "a⟨U+000A⟩b⟨U+0009⟩c⟨U+0007⟩.txt"],
  ["..\\..\\evil.txt", ".._.._evil.txt"],
  ['a "b" <c>.txt', "a 'b' <c>.txt"],
  [" .txt ", ".txt"],
  ["...", "file"],
  ["ünï 👩‍💻 文件.pdf", "ünï 👩‍💻 文件.pdf"],
  ["-rf", "-rf"],
  ["@all", "@all"],
  [`${"x".repeat(240)}.tar.gz`, `${"x".repeat(194)}….gz`],
  [`${"文".repeat(80)}.png`, `${"文".repeat(64)}….png`],
  [`x.${"y".repeat(240)}`, `x.${"y".repeat(195)}…`],
])("the name %j goes to the server as %j", async (name, shown) => {
  world.put(join(world.project, "names", name), "x");
  const { isError, text, summary } = await world.send({ path: join(world.project, "names", name) });
  // Blanks around a path are no part of it.
  if (name !== name.trim()) {
    expect([isError, text]).toEqual([true, expect.stringContaining("no such file")]);
    return;
  }
  expect([isError, world.uploads]).toEqual([false, [{ name: shown, text: "x" }]]);
  expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(200);
  expect(summary).toBe(`${shown} (1 byte)`);
});

test("a link is sent under its own name", async () => {
  symlinkSync("report.txt", join(world.project, "latest.txt"));
  await world.send({ path: "latest.txt" });
  expect(world.uploads).toEqual([{ name: "latest.txt", text: "the report" }]);
});

test("a caption calls nobody, loads no picture and is bounded", async () => {
  const caption = `@all @alice ![x](https://example.com/?q=secret) ${"word ".repeat(1000)}`;
  const { post, text } = await world.send({ path: "report.txt", caption });
  expect(post?.message).not.toMatch(/@(?:all|alice)|!\[/);
  expect(post?.message).toMatch(/^@\u200ball @\u200balice/);
  expect([...(post?.message ?? "")].length).toBeLessThan(2010);
  expect(text).toContain("The caption was cut");
  const strange = await world.send({ path: "report.txt", caption: ["a"] });
  expect(strange.post?.message).toBe("");
});

test("the definition is one that models and their API take", () => {
  const { tool } = sendFile({ api: {} as never, secrets: [], home: homedir(), clock: world.clock });
  expect(tool.name).toBe("send_file");
  expect(Object.keys(tool.inputSchema["properties"] as object)).toEqual(["path", "paths", "caption"]);
  // The API refuses these at the top of a schema.
  for (const word of ["anyOf", "oneOf", "allOf"]) expect(tool.inputSchema).not.toHaveProperty(word);
  expect(tool.description.length).toBeLessThan(1200);
});

test("a directory that is reached by a link is the same directory", async () => {
  const link = join(world.root, "by-link");
  symlinkSync(world.project, link);
  expect((await world.send({ path: "report.txt" }, { directory: link })).isError).toBe(false);
  const path = relative(link, join(world.project, "report.txt"));
  expect((await world.send({ path }, { directory: link })).isError).toBe(false);
  mkdirSync(join(world.root, "by-link/made"));
  expect(world.uploads).toEqual([REPORT, REPORT]);
});
