// What becomes of `!remember`, `!memory` and `!forget`: who may, what is kept over restarts and failing disks, what is told.

import * as nodeFs from "node:fs";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { projectCommands } from "../../../src/app/project-commands.ts";
import { memoryCommands, ProjectMemory } from "../../../src/app/project-memory.ts";
import type { AuditEntry } from "../../../src/audit/record.ts";
import type { ChannelId, PostId, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import type { ProjectCommandName } from "../../../src/session/project-commands.ts";
import { DocumentFolder } from "../../../src/store/document-store.ts";
import { createRedact } from "../../../src/util/redact.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const CHANNEL = "c".repeat(26) as ChannelId;
const THREAD = "t".repeat(26) as ThreadId;
const TOKEN = "abcdefghijklmnopqrstuvwxyz";
const ALICE = { id: "alice" as UserId, name: "alice" };
const BOB = { id: "bob" as UserId, name: "bob" };
const DOCUMENT = `notes-${CHANNEL}-shop.json`;

function setUp(path = temporaryDirectory()) {
  const clock = createFakeClock(Date.UTC(2026, 10, 28, 12));
  const listed = new Set<string>([ALICE.id, BOB.id]);
  const told: string[] = [];
  const warnings: string[] = [];
  const audited: AuditEntry[] = [];
  /** What is on the disk when somebody is told something. */
  const onDisk: string[] = [];
  const log = { debug() {}, info() {}, warn: (line: string) => void warnings.push(line), error() {} };
  const disk = { isFull: false };
  const open: typeof nodeFs.promises.open = (...given) =>
    disk.isFull ? Promise.reject(new Error("ENOSPC")) : nodeFs.promises.open(...given);
  const files = { ...nodeFs, promises: { ...nodeFs.promises, open } };
  const redact = createRedact([TOKEN]);
  const folder = DocumentFolder.open({ path, clock, log, redact, files });
  onTestFinished(() => folder.close());
  const memory = new ProjectMemory(folder, CHANNEL, { name: "shop", origin: "file" });
  const world = {
    rightsOf: (id: UserId) => ({ isListed: listed.has(id), isApprover: true }),
    clock,
    reply: (
      _thread: ThreadId,
      { markdown, attachment }: { markdown: string; attachment: { text: string } },
    ) => {
      told.push([markdown, attachment.text].filter(Boolean).join("\n"));
      onDisk.push(readdirSync(path).includes(DOCUMENT) ? readFileSync(join(path, DOCUMENT), "utf8") : "");
    },
    audit: (entry: AuditEntry) => void audited.push(entry),
    redact,
    timeZone: "Europe/Amsterdam",
  };
  const run = projectCommands(memoryCommands(memory, world), world);
  let posts = 0;
  return {
    path,
    folder,
    memory,
    listed,
    told,
    warnings,
    audited,
    onDisk,
    disk,
    clock,
    run: (name: ProjectCommandName, argument = "", by = ALICE, post = `p${++posts}`) =>
      run({ name, argument, by, threadId: THREAD, postId: post as PostId }),
    /** Until so much was told. */
    tells: async (count: number): Promise<void> => {
      await expect.poll(() => told.length).toBe(count);
    },
  };
}

test("a note is on the disk before it is confirmed, and on record with who and what", async () => {
  const world = setUp();
  world.run("remember", "the staging server is blue");
  expect(world.told).toEqual([]);
  await world.tells(1);
  expect(world.told[0]).toContain("**Note 1** is kept: `the staging server is blue`");
  expect(world.onDisk[0]).toContain('"text":"the staging server is blue"');
  expect(world.audited).toEqual([
    {
      action: "remembered",
      by: ALICE,
      threadId: THREAD,
      what: { number: 1, text: "the staging server is blue" },
    },
  ]);
  expect(readdirSync(world.path)).toEqual([DOCUMENT]);
});

test("of two at once both are kept, and all of it is there after a restart", async () => {
  const world = setUp();
  world.run("remember", "one", ALICE);
  world.run("remember", "two", BOB);
  world.run("forget", "1", BOB);
  await world.tells(3);
  const again = setUp(world.path);
  expect(again.memory.all()).toEqual({
    list: [{ number: 2, text: "two", by: BOB, day: "2026-11-28", postId: "p2" }],
    next: 3,
  });
  expect(world.audited.map(({ action, by }) => [action, by?.name])).toEqual([
    ["remembered", "alice"],
    ["remembered", "bob"],
    ["forgotten", "bob"],
  ]);
  expect(world.audited[2]?.what).toEqual({ number: 1, text: "one", author: ALICE });
});

test("a post that is heard again after a crash is confirmed again, and kept and recorded once", async () => {
  const world = setUp();
  world.run("remember", "one", ALICE, "post");
  await world.tells(1);
  const again = setUp(world.path);
  again.run("remember", "one", ALICE, "post");
  await again.tells(1);
  expect(again.told).toEqual(world.told);
  expect(again.memory.all().list).toHaveLength(1);
  expect(again.audited).toEqual([]);
});

test("who is not listed can neither add, see nor take out, however the name is; once in a while they are told", async () => {
  const world = setUp();
  world.run("remember", "one");
  await world.tells(1);
  world.listed.delete(BOB.id);
  for (const name of ["remember", "memory", "forget"] as const) {
    world.run(name, "1", BOB);
  }
  expect(world.told.slice(1)).toEqual(["⚠️ Only allowed users can do that, `@bob`"]);
  world.clock.jump(61_000);
  world.run("memory", "", BOB);
  expect(world.told).toHaveLength(3);
  expect(world.memory.all().list.map(({ text }) => text)).toEqual(["one"]);
});

test("a note stays when its writer is no longer listed, and anybody who is can take it out", async () => {
  const world = setUp();
  world.run("remember", "one", BOB);
  await world.tells(1);
  world.listed.delete(BOB.id);
  expect(world.memory.given()).toMatchObject({ count: 1 });
  world.run("forget", "#1", ALICE);
  await world.tells(2);
  expect(world.told[1]).toContain("**Note 1** is forgotten: `one`");
  expect(world.memory.given()).toBeUndefined();
});

test("the bot's token is in nothing that is kept, told or given", async () => {
  const world = setUp();
  world.run("remember", `the token is ${TOKEN}`);
  await world.tells(1);
  world.run("memory");
  const all = JSON.stringify([world.told, world.audited, world.onDisk, world.memory.given()]);
  expect(all).not.toContain(TOKEN);
  expect(all).toContain("the token is");
});

test("while the disk is full, a note is confirmed with what may become of it", async () => {
  const world = setUp();
  world.disk.isFull = true;
  world.run("remember", "one");
  await world.tells(1);
  expect(world.told[0]).toContain("⚠️ It could not be saved yet, and would be lost if mm-claude ended now");
  world.disk.isFull = false;
  world.run("remember", "two");
  await world.tells(2);
  expect(world.told[1]).not.toContain("⚠️");
  expect(
    setUp(world.path)
      .memory.all()
      .list.map(({ text }) => text),
  ).toEqual(["one", "two"]);
});

test.each(["not JSON", '{"version":7}'])(
  "a document that can't be used (%s) is set aside and told",
  (content) => {
    const path = temporaryDirectory();
    writeFileSync(join(path, DOCUMENT), content);
    const world = setUp(path);
    expect(world.memory.given()).toBeUndefined();
    expect(world.warnings.join()).toMatch(/can't be used \(.*\), so its project's notes are forgotten/);
    expect(readdirSync(path)).toEqual([`${DOCUMENT}.unreadable`]);
  },
);
