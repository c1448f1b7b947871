import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeOldDocuments } from "../../../src/app/old-documents.ts";
import { takeLock } from "../../../src/store/lock.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const DAY_MS = 24 * 3_600_000;
const SERVED = "a".repeat(26);
const OTHER = "b".repeat(26);
const THREAD = "t".repeat(26);

function setUp() {
  const folder = temporaryDirectory();
  const lines: string[] = [];
  const note = (line: string): void => void lines.push(line);
  const log = { debug: () => {}, info: note, warn: note, error: note };
  return {
    folder,
    lines,
    write(name: string, changedAt = Date.now()) {
      writeFileSync(join(folder, name), "{}");
      utimesSync(join(folder, name), changedAt / 1000, changedAt / 1000);
    },
    names: () => readdirSync(folder).sort(),
    tidy: (now: number) => removeOldDocuments(folder, [SERVED], now, log),
  };
}

test("what could not be read is kept for thirty days from then on, however old it is, and told at each start", () => {
  const world = setUp();
  world.write("session-x.json.unreadable", Date.now() - 300 * DAY_MS);
  world.tidy(Date.now() + 29 * DAY_MS);
  expect(world.names()).toEqual(["session-x.json.unreadable"]);
  expect(world.lines).toEqual([expect.stringMatching(/could not be read .*: session-x\.json\.unreadable$/)]);
  world.tidy(Date.now() + 31 * DAY_MS);
  expect(world.names()).toEqual([]);
  expect(world.lines).toHaveLength(1);
});

test("a folder in the place of a document goes as well", () => {
  const world = setUp();
  mkdirSync(join(world.folder, "cursor-x.json.unreadable"));
  world.tidy(Date.now() + 31 * DAY_MS);
  expect(world.names()).toEqual([]);
});

test("documents of a channel that nobody has served for thirty days go, except for what names were given to", () => {
  const world = setUp();
  for (const channel of [SERVED, OTHER]) {
    world.write(`session-${channel}-${THREAD}.json`);
    world.write(`cursor-${channel}.json`);
    world.write(`rules-${channel}-shop.json`);
    world.write(`notes-${channel}-shop.json`);
    world.write(`names-allowed_users-${channel}.json`);
    world.write(`audit-${channel}.jsonl`);
  }
  const all = world.names();
  world.tidy(Date.now() + 29 * DAY_MS);
  expect(world.names()).toEqual(all);
  world.tidy(Date.now() + 31 * DAY_MS);
  expect(world.names()).toEqual(
    all.filter(
      (name) => !["session", "cursor", "rules", "notes"].some((kind) => name.startsWith(`${kind}-${OTHER}`)),
    ),
  );
});

test("nothing goes of a channel in which one thing has changed since, or that another mm-claude serves", () => {
  const world = setUp();
  world.write(`session-${OTHER}-${THREAD}.json`, Date.now() - 40 * DAY_MS);
  world.write(`cursor-${OTHER}.json`);
  world.tidy(Date.now() + 20 * DAY_MS);
  expect(world.names()).toHaveLength(2);
  const lock = takeLock(world.folder, OTHER);
  world.tidy(Date.now() + 40 * DAY_MS);
  expect(world.names()).toHaveLength(3);
  if ("release" in lock) {
    lock.release();
  }
  world.tidy(Date.now() + 40 * DAY_MS);
  expect(world.names()).toEqual([]);
});
