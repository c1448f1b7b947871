// Sending files over real connections to the sandbox: the tool uploads, the thread's writer posts. Whatever goes wrong
// on the way, each file arrives once, whole, in one post.

import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Sandbox, SandboxOptions } from "../../sandbox/server/sandbox.ts";
import { sendFile } from "../../src/chat-tools/send-file.ts";
import type { ChatCall, ChatOutcome } from "../../src/chat-tools/types.ts";
import { decodeChannelId, decodePostId, decodeUserId } from "../../src/mattermost/decode.ts";
import { connectRest } from "../../src/mattermost/rest.ts";
import { ThreadWriter } from "../../src/thread/writer.ts";
import type { WriterSnapshot } from "../../src/thread/writes.ts";
import { systemClock } from "../../src/util/clock.ts";
import { quietLog } from "../support/logs.ts";
import { defined } from "../support/mattermost-client.ts";
import { startWorld } from "../support/sandbox-world.ts";
import { openFilesIn } from "../support/send-file-world.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const MIB = 1024 * 1024;
const FILES = "/api/v4/files";
const POSTS = "/api/v4/posts";

async function threadWorld(options: SandboxOptions = {}) {
  const world = await startWorld({ maxFileSize: 100 * MIB, ...options });
  onTestFinished(() => world.sandbox.close());
  const { sandbox, robot, alice } = world;
  const directory = temporaryDirectory();
  const channelId = defined(decodeChannelId(world.channelId));
  const threadId = defined(decodePostId((await world.post(alice, "@robot send it")).body["id"]));
  // Waits shrink to nothing with this random, so tries follow each other at once.
  const api = connectRest({ url: sandbox.url, token: robot.token, random: () => 0.01 });
  const tool = sendFile({ api, secrets: [robot.token], home: directory, clock: systemClock });
  const refused: string[] = [];
  const writerFrom = (saved?: WriterSnapshot): ThreadWriter =>
    new ThreadWriter(
      {
        ...{ api, channelId, threadId, botId: defined(decodeUserId(robot.id)) },
        ...{ clock: systemClock, log: quietLog, random: () => 0.01 },
        onPosted: () => {},
        onFileRefused: (key) => refused.push(key),
        onLost: (reason) => refused.push(reason),
      },
      saved,
    );
  const writer = writerFrom();
  let calls = 0;
  const call = (
    input: Record<string, unknown>,
    signal = new AbortController().signal,
  ): Promise<ChatOutcome> => {
    const one: ChatCall = {
      ...{ name: "send_file", input, directory, channelId, threadId, callsBefore: 0, isAllowed: false },
      ...{ asker: undefined, deniedPaths: [], filesDirectory: undefined },
    };
    return tool.call(one, signal);
  };
  return {
    ...{ ...world, api, directory, threadId, writer, writerFrom, refused, call },
    /** As a session does it: calls, then posts. */
    async send(input: Record<string, unknown>): Promise<ChatOutcome> {
      const outcome = await call(input);
      if (outcome.post) {
        const { message, fileIds } = outcome.post;
        writer.put(`file${calls++}`, message, { fileIds, isFinal: true });
        await writer.idle();
      }
      return outcome;
    },
    put(name: string, bytes: Uint8Array): Uint8Array {
      mkdirSync(join(directory, name, ".."), { recursive: true });
      writeFileSync(join(directory, name), bytes);
      return bytes;
    },
    /** What alice sees below her message: each post with the hashes of what she downloads. */
    async seen(): Promise<unknown[]> {
      const reader = connectRest({ url: sandbox.url, token: alice.token });
      const [, ...replies] = await reader.thread(threadId);
      return Promise.all(
        replies.map(async ({ message, files }) => [
          message,
          ...(await Promise.all(
            files.map(async ({ id, name, mimeType }) => [
              name,
              mimeType,
              hash(await reader.file(id, 100 * MIB)),
            ]),
          )),
        ]),
      );
    },
    /** How often each was asked for. */
    asked: (path: string) =>
      sandbox.requests.filter((one) => one.method === "POST" && one.path === path).length,
  };
}

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The smallest picture there is. */
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const BINARY = "application/octet-stream";

const TROUBLES: readonly (readonly [string, (sandbox: Sandbox) => unknown])[] = [
  ["nothing", () => {}],
  ["429 for an upload", ({ faults }) => faults.failNext(429, { method: "POST", path: FILES })],
  ["500 for two uploads", ({ faults }) => faults.failNext(500, { method: "POST", path: FILES, count: 2 })],
  [
    "503 of a proxy after the upload",
    ({ faults }) => faults.failNext(503, { method: "POST", path: FILES, afterEffect: true }),
  ],
  ["an upload that is cut", ({ faults }) => faults.failNext("cut", { method: "POST", path: FILES })],
  [
    "the lost answer of an upload",
    ({ faults }) => faults.failNext("cut", { method: "POST", path: FILES, afterEffect: true }),
  ],
  ["429 for the post", ({ faults }) => faults.failNext(429, { method: "POST", path: POSTS })],
  ["500 for the post", ({ faults }) => faults.failNext(500, { method: "POST", path: POSTS })],
  [
    "the lost answer of the post",
    ({ faults }) => faults.failNext("cut", { method: "POST", path: POSTS, afterEffect: true }),
  ],
  [
    "a failure that comes after the post",
    ({ faults }) => faults.failNext(500, { method: "POST", path: POSTS, afterEffect: true, count: 2 }),
  ],
];

test.each(TROUBLES)(
  "a picture and two more files in one call stand once in one post, with %s",
  async (_title, trouble) => {
    const { sandbox, send, put, seen, asked, refused } = await threadWorld();
    const picture = put("shot.png", PICTURE);
    const notes = put("notes.txt", Buffer.from("notes\n"));
    const data = put("data.bin", randomBytes(300_000));
    trouble(sandbox);
    const outcome = await send({ paths: ["shot.png", "notes.txt", "data.bin"], caption: "All of it, @all" });
    expect(outcome).toMatchObject({ isError: false });
    expect(await seen()).toEqual([
      [
        "All of it, @\u200ball",
        ["shot.png", "image/png", hash(picture)],
        ["notes.txt", expect.stringContaining("text/plain"), hash(notes)],
        ["data.bin", BINARY, hash(data)],
      ],
    ]);
    expect(refused).toEqual([]);
    expect(asked(FILES)).toBeLessThanOrEqual(5);
  },
);

test("an archive of 60 MB arrives once and whole through 429, 500 and lost answers of upload and post", async () => {
  const { sandbox, send, put, seen, asked } = await threadWorld();
  const archive = put("all.tar.gz", randomBytes(60 * MIB));
  const options = { method: "POST", path: FILES };
  sandbox.faults.failNext(429, options);
  sandbox.faults.failNext(500, options);
  sandbox.faults.failNext("cut", { ...options, afterEffect: true });
  sandbox.faults.failNext(429, { method: "POST", path: POSTS });
  sandbox.faults.failNext("cut", { method: "POST", path: POSTS, afterEffect: true });
  const outcome = await send({ path: "all.tar.gz" });
  expect(outcome).toMatchObject({ isError: false, summary: "all.tar.gz (60 MB)" });
  expect(await seen()).toEqual([["", ["all.tar.gz", expect.any(String), hash(archive)]]]);
  expect([asked(FILES), asked(POSTS)]).toEqual([4, expect.any(Number)]);
}, 60_000);

test("a server that fails all the time gets no post, and Claude is told which file and why", async () => {
  const { sandbox, send, put, seen, asked, directory } = await threadWorld();
  put("notes.txt", Buffer.from("notes\n"));
  sandbox.faults.failNext(500, { method: "POST", path: FILES, count: 100 });
  const { isError, text } = await send({ path: "notes.txt" });
  expect(isError).toBe(true);
  expect(text).toMatch(/^Nothing was sent\. notes\.txt: Could not upload a file: the server failed/);
  expect(await seen()).toEqual([]);
  expect(asked(FILES)).toBe(4);
  expect((await openFilesIn(directory)) ?? 0).toBe(0);
});

test.each([501, 403] as const)("a server that takes no files (%i) is asked once", async (status) => {
  const { sandbox, send, put, seen, asked } = await threadWorld();
  put("notes.txt", Buffer.from("notes\n"));
  sandbox.faults.refuseUploads(status);
  const { isError, text } = await send({ path: "notes.txt" });
  expect([isError, text]).toEqual([true, expect.stringContaining(`HTTP ${status}`)]);
  expect([await seen(), asked(FILES)]).toEqual([[], 1]);
});

test("the server's limit is asked before anything is sent, and heeded when it was lowered since", async () => {
  const { sandbox, send, put, seen, asked } = await threadWorld();
  put("large.bin", randomBytes(2 * MIB));
  sandbox.faults.limitFiles(MIB);
  expect((await send({ path: "large.bin" })).text).toContain("it has 2 MB, and the server takes 1 MB a file");
  expect(asked(FILES)).toBe(0);
  sandbox.faults.limitFiles(2 * MIB);
  expect((await send({ path: "large.bin" })).isError).toBe(false);
  const settings = () => sandbox.requests.filter(({ path }) => path === "/api/v4/config/client").length;
  const before = settings();
  sandbox.faults.delay(500, { method: "GET", path: "/api/v4/config", work: "first" });
  const late = send({ path: "large.bin" });
  // The settings are read by then, and their answer is on its way.
  await vi.waitFor(() => expect(settings()).toBe(before + 1), { interval: 10, timeout: 5000 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  sandbox.faults.limitFiles(MIB);
  expect((await late).text).toContain("larger than the server takes");
  expect(await seen()).toHaveLength(1);
});

test("a call that is stopped in the middle leaves no post and no open file", async () => {
  const { sandbox, call, put, seen, asked, directory } = await threadWorld();
  put("large.bin", randomBytes(20 * MIB));
  put("small.bin", randomBytes(10));
  sandbox.faults.delay(10_000, { method: "POST", path: FILES });
  const controller = new AbortController();
  const outcome = call({ paths: ["small.bin", "large.bin"] }, controller.signal);
  await vi.waitFor(() => expect(asked(FILES)).toBe(1), { timeout: 5000 });
  const at = Date.now();
  controller.abort(new Error("interrupted"));
  expect(await outcome).toMatchObject({ isError: true, text: "Stopped: nothing was sent." });
  expect(Date.now() - at).toBeLessThan(5000);
  expect(await seen()).toEqual([]);
  expect((await openFilesIn(directory)) ?? 0).toBe(0);
});

test("what was uploaded is posted once when mm-claude was killed before it was posted, or just after", async () => {
  for (const isPosted of [false, true]) {
    const { sandbox, call, put, seen, writer, writerFrom } = await threadWorld();
    const notes = put("notes.txt", Buffer.from("notes\n"));
    const { post } = await call({ path: "notes.txt", caption: "Here:" });
    sandbox.faults.failNext("cut", { method: "POST", path: POSTS, count: 1, afterEffect: isPosted });
    writer.put("file", post?.message ?? "", { fileIds: post?.fileIds, isFinal: true });
    // As the session's document keeps it.
    const saved = JSON.parse(JSON.stringify(writer.toJSON())) as WriterSnapshot;
    await new Promise((resolve) => setTimeout(resolve, 100));
    writer.close();
    const again = writerFrom(saved);
    await again.idle();
    expect(await seen()).toEqual([["Here:", ["notes.txt", expect.any(String), hash(notes)]]]);
  }
});

test("a file that is in another post already is not posted silently without it", async () => {
  const { call, put, seen, writer, refused } = await threadWorld();
  const notes = put("notes.txt", Buffer.from("notes\n"));
  const { post } = await call({ path: "notes.txt" });
  const fileIds = post?.fileIds;
  writer.put("one", "one", { fileIds, isFinal: true });
  writer.put("two", "two", { fileIds, isFinal: true });
  await writer.idle();
  expect(refused).toEqual(["two"]);
  expect(await seen()).toEqual([
    ["one", ["notes.txt", expect.any(String), hash(notes)]],
    [expect.stringMatching(/^two\n\n\*\*Not attached:/)],
  ]);
});

test("hostile names arrive as what is shown of them, with every byte", async () => {
  const { send, put, seen } = await threadWorld();
  const names = [
    'a"; filename="b.png',
    "x\r\nContent-Type: text\r\n.txt",
    "a\u202Egnp.exe",
    "%22%0A.txt",
    "-",
  ];
  const files = names.map((name) => put(name, randomBytes(100)));
  expect((await send({ paths: names })).isError).toBe(false);
  const [post] = await seen();
  const shown = [
    "a'; filename='b.png",
    "x⟨U+000D⟩⟨U+000A⟩Content-Type: text⟨U+000D⟩⟨U+000A⟩.txt",
    "a⟨U+202E⟩gnp.exe",
    // The escapes of browsers, which a form can't tell from the characters they stand for: the sandbox undoes them.
    '"\n.txt',
    "-",
  ];
  expect(post).toEqual([
    "",
    ...shown.map((name, at) => [name, expect.any(String), hash(files[at] ?? new Uint8Array())]),
  ]);
});

const SINK = `
  require("node:http").createServer((request, response) => {
    const answer = (status, body) => {
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (request.method === "GET") return answer(200, { MaxFileSize: "104857600" });
    let bytes = 0;
    request.on("data", (piece) => { bytes += piece.length; });
    request.on("end", () => { console.log(bytes); answer(201, { file_infos: [{ id: "f" }] }); });
  }).listen(0, "127.0.0.1", function () { console.log(this.address().port); });`;

test("a file of 100 MB takes hardly any memory", async () => {
  // Takes everything and keeps nothing, in a process of its own.
  const sink = spawn(process.execPath, ["-e", SINK], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void sink.kill());
  const lines = createInterface({ input: sink.stdout })[Symbol.asyncIterator]();
  const message = async () => Number((await lines.next()).value);
  const url = `http://127.0.0.1:${await message()}`;
  const directory = temporaryDirectory();
  const sized = (name: string, bytes: number): void => {
    const fd = openSync(join(directory, name), "w");
    writeSync(fd, "x");
    ftruncateSync(fd, bytes);
    closeSync(fd);
  };
  sized("warm-up.bin", 20 * MIB);
  sized("large.bin", 100 * MIB);
  const api = connectRest({ url, token: "a7he3kfmnapz8wq4yeasr6tu1a" });
  const tool = sendFile({
    api,
    secrets: ["a7he3kfmnapz8wq4yeasr6tu1a"],
    home: directory,
    clock: systemClock,
  });
  const send = async (path: string): Promise<number> => {
    const channelId = defined(decodeChannelId("c".repeat(26)));
    const threadId = defined(decodePostId("p".repeat(26)));
    const outcome = await tool.call(
      {
        ...{ name: "send_file", input: { path }, directory, channelId, threadId, callsBefore: 0 },
        ...{ asker: undefined, deniedPaths: [], filesDirectory: undefined, isAllowed: false },
      },
      new AbortController().signal,
    );
    expect(outcome).toMatchObject({ isError: false });
    return message();
  };
  await send("warm-up.bin");
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 5);
  const at = performance.now();
  const bytes = await send("large.bin");
  const ms = performance.now() - at;
  clearInterval(watch);
  expect(bytes).toBeGreaterThan(100 * MIB);
  const extra = (most - before) / MIB;
  console.log(`100 MB sent in ${Math.round(ms)} ms with ${extra.toFixed(1)} MB more than before`);
  expect(extra).toBeLessThan(20);
}, 60_000);
