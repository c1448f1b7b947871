// A post with files that are on the server already: there once, with its files, or somebody is told that it is not.

import { expect, test } from "vitest";
import type { FileId } from "../../../src/mattermost/types.ts";
import { sessionDocument } from "../../../src/session/snapshot-schema.ts";
import { writerWorld } from "../../support/writer-world.ts";

const fileIds = ["fa", "fb"] as FileId[];
const NOT_ATTACHED = expect.stringContaining("Not attached") as string;

test.each(["see", ""])("it is made once with its files, in its place among the others (%j)", async (text) => {
  const { server, writer, posted, refusedFiles } = writerWorld();
  writer.put("before", "before");
  writer.put("file", text, { fileIds, isFinal: true });
  writer.put("after", "after");
  await writer.idle();
  expect(server.calls).toEqual(["create before", `create ${text} +fa +fb`, "create after"]);
  expect(posted).toEqual(["before=p1", "file=p2", "after=p3"]);
  expect(refusedFiles).toEqual([]);
  expect(writer.toJSON().entries.map(([key]) => key)).toEqual(["before", "after"]);
});

test.each(["lost", "failed-late", "server", "rate-limited", "unreachable", "bad-answer"] as const)(
  "whatever becomes of the answer (%s) there is one",
  async (fault) => {
    const { server, writer, clock, posted, refusedFiles, texts } = writerWorld();
    server.failNext("create", fault, fault);
    writer.put("file", "", { fileIds, isFinal: true });
    await clock.advance(60_000);
    expect(texts()).toEqual([""]);
    expect(posted).toEqual(["file=p1"]);
    expect(refusedFiles).toEqual([]);
    expect([...server.attached]).toEqual(fileIds);
  },
);

test.each([false, true])("after a crash there is one, whether it was made before: %s", async (isMade) => {
  const first = writerWorld();
  first.server.failAlways(/^create/, isMade ? "lost" : "unreachable");
  first.writer.put("file", "see", { fileIds, isFinal: true });
  first.keep();
  await first.clock.advance(0);
  const second = first.crash();
  second.server.failAlways(/^create/, undefined);
  await second.clock.advance(60_000);
  expect(second.texts()).toEqual(["see"]);
  expect(second.posted).toEqual(["file=p1"]);
  expect(second.refusedFiles).toEqual([]);
  expect([...second.server.attached]).toEqual(fileIds);
  expect(second.writer.toJSON()).toEqual({ entries: [], writes: [] });
});

test("a session's document keeps the files, and one without them is as before", () => {
  const world = writerWorld();
  world.writer.put("file", "", { fileIds, isFinal: true });
  world.writer.put("words", "words");
  world.writer.close();
  const { writer } = sessionDocument.shape;
  const saved = JSON.parse(JSON.stringify(world.writer.toJSON())) as { entries: [string, object][] };
  expect(writer.parse(saved).entries[0]?.[1]).toMatchObject({ fileIds });
  expect(saved.entries[1]?.[1]).not.toHaveProperty("fileIds");
});

test.each(["rejected", "too-long"] as const)(
  "one that the server refuses (%s) is not made, and whoever asked is told at once",
  async (code) => {
    const { server, writer, refusedFiles, quarantine, lost, posted, texts } = writerWorld();
    server.failNext("create", code);
    writer.put("file", "see", { fileIds, isFinal: true });
    writer.put("after", "after");
    await writer.idle();
    expect(refusedFiles).toEqual(["file"]);
    expect(texts()).toEqual(["after"]);
    expect(posted).toEqual(["after=p1"]);
    expect([quarantine, lost]).toEqual([[], []]);
  },
);

test("one that always fails while all else is answered is not made, and what follows goes on", async () => {
  const { server, writer, clock, refusedFiles, quarantine, texts } = writerWorld();
  server.failAlways(/^create see/, "server");
  writer.put("file", "see", { fileIds, isFinal: true });
  writer.put("after", "after");
  await clock.advance(120_000);
  expect(refusedFiles).toEqual(["file"]);
  expect(quarantine).toEqual([]);
  expect(texts()).toEqual(["after"]);
});

test("while the server is down it waits", async () => {
  const { server, writer, clock, refusedFiles, texts } = writerWorld();
  server.failAlways(/./, "unreachable");
  writer.put("file", "see", { fileIds, isFinal: true });
  await clock.advance(600_000);
  server.failAlways(/./, undefined);
  await clock.advance(60_000);
  expect([refusedFiles, texts()]).toEqual([[], ["see"]]);
});

test.each(["see", ""])(
  "a file that the server leaves out is told, and the post says so (%j)",
  async (text) => {
    const { server, writer, refusedFiles, texts } = writerWorld();
    server.attached.add("fb");
    writer.put("file", text, { fileIds, isFinal: true });
    await writer.idle();
    expect(refusedFiles).toEqual(["file"]);
    expect(texts()).toEqual([NOT_ATTACHED]);
    expect(texts()[0]?.startsWith(text)).toBe(true);
    expect(writer.toJSON()).toEqual({ entries: [], writes: [] });
  },
);

test("a file that was left out of a post nobody heard of is told after a crash", async () => {
  const first = writerWorld();
  first.server.attached.add("fa");
  first.server.failAlways(/^create/, "lost");
  first.writer.put("file", "", { fileIds, isFinal: true });
  first.keep();
  await first.clock.advance(0);
  const second = first.crash();
  second.server.failAlways(/^create/, undefined);
  await second.clock.advance(60_000);
  expect(second.refusedFiles).toEqual(["file"]);
  expect(second.texts()).toEqual([NOT_ATTACHED]);
  expect(second.writer.toJSON()).toEqual({ entries: [], writes: [] });
});

test("a caption over the server's limit goes on in further posts, the files in the first", async () => {
  const { server, writer, texts } = writerWorld();
  server.limit = 1500;
  writer.put("file", "word ".repeat(500), { fileIds, isFinal: true });
  await writer.idle();
  const made = server.calls.filter((call) => call.endsWith("+fa +fb"));
  expect(made.length).toBeGreaterThan(0);
  expect(texts().length).toBeGreaterThan(1);
  expect(texts().join(" ").match(/word/g)).toHaveLength(500);
  expect([...server.attached]).toEqual(fileIds);
});
