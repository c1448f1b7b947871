// How far each channel was heard, kept over a folder in memory and, for what power leaves, over a disk that forgets.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Cursors } from "../../../src/app/cursors.ts";
import type { Channel, ChannelId, PostId } from "../../../src/mattermost/types.ts";
import { type Cursor, decodeCursor } from "../../../src/router/cursor.ts";
import { DocumentFolder, type DocumentStore } from "../../../src/store/document-store.ts";
import { createFakeClock, settle } from "../../support/fake-clock.ts";
import { memoryDocuments } from "../../support/memory-documents.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const CHANNEL = "channel" as ChannelId;

function setUp() {
  const documents = new Map<string, string>();
  const aside: string[] = [];
  /** In the order in which they were written. */
  const written: string[] = [];
  /** What the sessions made of it is on the disk when this resolves. */
  const sessions = { saved: async (): Promise<void> => {} };
  const memory = memoryDocuments(documents);
  const folder: DocumentStore = {
    path: "/state",
    names: () => [...documents.keys()],
    read: (name) => {
      const text = documents.get(name);
      return text === undefined ? undefined : JSON.parse(text);
    },
    ...memory,
    change: (name, json) => {
      written.push(name);
      memory.change(name, json);
    },
    remove: () => expect.unreachable(),
    allSaved: () => sessions.saved(),
    close: async () => {},
    quarantine: (name) => {
      aside.push(name);
      documents.delete(name);
    },
  };
  const clock = createFakeClock();
  const cursors = new Cursors(folder, clock);
  const at = (id: string): number | undefined => decodeCursor(folder.read(`cursor-${id}`, ""))?.at;
  return { documents, aside, folder, clock, cursors, sessions, written, at };
}

const channel = (lastPostAt?: number, id: string = CHANNEL): Channel => ({
  id: id as ChannelId,
  teamId: "team",
  displayName: "Claude",
  isArchived: false,
  type: "O",
  ...(lastPostAt === undefined ? {} : { lastPostAt }),
});

describe("how far the channel was heard", () => {
  const begin = (at: number): Cursor => ({ at, heard: [], isComplete: true, leadMs: 0 });

  test("begins after the newest post at the first start of all, and at none in an empty channel", () => {
    const { cursors } = setUp();
    expect(cursors.of(channel(5000)).load()).toEqual(begin(5001));
    expect(cursors.of(channel(undefined, "empty")).load()).toEqual(begin(0));
  });

  test("begins there also for the next start, though nothing could be heard before a crash", async () => {
    const { folder, cursors, clock } = setUp();
    cursors.of(channel(5000)).load();
    cursors.of(channel(undefined, "empty")).load();
    await cursors.begun();
    // Somebody spoke meanwhile.
    const next = new Cursors(folder, clock);
    expect(next.of(channel(9000)).load()).toEqual(begin(5001));
    expect(next.of(channel(9000, "empty")).load()).toEqual(begin(0));
  });

  test("keeps a start waiting until it is kept where it begins, and no longer", async () => {
    const { cursors, sessions, written } = setUp();
    let goOn = (): void => {};
    sessions.saved = () => new Promise((resolve) => (goOn = resolve));
    cursors.of(channel(5000)).load();
    let hasBegun = false;
    const begun = cursors.begun().then(() => (hasBegun = true));
    await settle();
    expect([hasBegun, written]).toEqual([false, []]);
    goOn();
    await begun;
    expect(written).toEqual([`cursor-${CHANNEL}`]);
    cursors.of(channel(5000)).load();
    await cursors.begun();
    expect(written).toHaveLength(1);
  });

  test("that says nothing of how far it was heard is quarantined, and doesn't pass for a first start unsaid", () => {
    const { aside, documents, folder } = setUp();
    documents.set("cursor-channel", "{}");
    new Cursors(folder, createFakeClock()).of(channel(5000)).load();
    expect(aside).toEqual(["cursor-channel"]);
  });

  test.each(["{", "{}"])(
    "of which only %j is left means that a gap is not heard, and the log says so",
    (text) => {
      const path = temporaryDirectory();
      writeFileSync(join(path, `cursor-${CHANNEL}.json`), text, { mode: 0o600 });
      const warnings: string[] = [];
      const log = {
        debug: () => {},
        info: () => expect.unreachable(),
        warn: (line: string) => void warnings.push(line),
        error: () => expect.unreachable(),
      };
      const clock = createFakeClock();
      const folder = DocumentFolder.open({ path, clock, log, redact: (text) => text });
      new Cursors(folder, clock).of(channel(5000)).load();
      expect(warnings).toEqual([
        expect.stringMatching(/cursor-channel\.json can't be used .* is not heard\. It is kept as/),
      ]);
    },
  );

  test("is what was kept, whatever has been posted since", async () => {
    const { folder, documents } = setUp();
    const clock = createFakeClock();
    const kept = { at: 1000, heard: ["p" as PostId] };
    const keeper = new Cursors(folder, clock).of(channel(5000));
    keeper.load();
    keeper.save({ ...kept, at: 500 });
    await settle();
    expect([...documents.keys()]).toEqual([`cursor-${CHANNEL}`]);
    keeper.save({ ...kept, at: 700 });
    keeper.save(kept);
    expect(keeper.load()?.at).toBe(500);
    await clock.advance(250);
    expect(new Cursors(folder, clock).of(channel(9000)).load()).toEqual(kept);
  });

  test("is kept at the end without another wait, and only if there is news", async () => {
    const { folder, documents, written } = setUp();
    documents.set(`cursor-${CHANNEL}`, JSON.stringify({ at: 1, heard: [] }));
    const keeper = new Cursors(folder, createFakeClock()).of(channel(5000));
    keeper.load();
    await keeper.flush();
    expect(written).toEqual([]);
    keeper.save({ at: 7, heard: [] });
    await keeper.flush();
    expect(keeper.load()).toEqual({ at: 7, heard: [] });
  });

  test.each(["{}", "[]", '{"at":"now","heard":[]}', '{"at":1}'])("begins anew when %s was kept", (text) => {
    const { folder, documents } = setUp();
    documents.set(`cursor-${CHANNEL}`, text);
    expect(new Cursors(folder, createFakeClock()).of(channel(5000)).load()).toEqual(begin(5001));
  });
});

describe("how far many channels were heard", () => {
  const heard = (at: number): Cursor => ({ at, heard: ["p" as PostId] });
  const quiet = (at: number): Cursor => ({ ...heard(at), isComplete: true });
  const many = (world: ReturnType<typeof setUp>, count: number) => {
    const ids = Array.from({ length: count }, (_, index) => `c${index}`);
    const keepers = ids.map((id) => world.cursors.of(channel(5000, id)));
    for (const keeper of keepers) keeper.load();
    return { ids, keepers };
  };
  /** All of them were kept before. */
  const known = (count: number) => {
    const world = setUp();
    for (let index = 0; index < count; index++)
      world.documents.set(`cursor-c${index}`, JSON.stringify(heard(1)));
    return { ...world, ...many(world, count) };
  };

  test("is written a few at a time, the longest waiting first, until all of it is kept", async () => {
    const { ids, keepers, clock, written, at } = known(10);
    for (const keeper of keepers) keeper.save(heard(2));
    await clock.advance(249);
    expect(written).toEqual([]);
    await clock.advance(1);
    expect(written).toEqual(["cursor-c0", "cursor-c1", "cursor-c2", "cursor-c3"]);
    await clock.advance(499);
    expect(written).toHaveLength(4);
    await clock.advance(501);
    expect(ids.map(at)).toEqual(ids.map(() => 2));
    expect(written).toHaveLength(10);
    await clock.advance(60_000);
    expect([written.length, clock.pending()]).toEqual([10, 0]);
  });

  test("is written with its newest state when its turn comes, and once", async () => {
    const { ids, keepers, clock, written, at } = known(6);
    for (const keeper of keepers) keeper.save(heard(2));
    await clock.advance(250);
    for (const keeper of keepers) keeper.save(heard(3));
    await clock.advance(2000);
    expect(ids.map(at)).toEqual(ids.map(() => 3));
    expect(written.slice(0, 10).toSorted()).toEqual(
      [0, 0, 1, 1, 2, 2, 3, 3, 4, 5].map((nth) => `cursor-c${nth}`),
    );
  });

  test("is written where somebody spoke before it is where only time has passed, and there one at a time", async () => {
    const { keepers, clock, written } = known(4);
    const [first, second, third, spoken] = keepers;
    for (const keeper of [first, second, third]) keeper?.save(quiet(2));
    spoken?.save(heard(2));
    spoken?.save(quiet(3));
    await clock.advance(250);
    expect(written).toEqual(["cursor-c3"]);
    await clock.advance(500);
    expect(written).toEqual(["cursor-c3", "cursor-c0"]);
    await clock.advance(1000);
    expect(written).toEqual(["cursor-c3", "cursor-c0", "cursor-c1", "cursor-c2"]);
  });

  test("is kept for the first time before all else where only time has passed", async () => {
    const world = setUp();
    world.documents.set("cursor-old", JSON.stringify(heard(1)));
    const old = world.cursors.of(channel(5000, "old"));
    old.load();
    old.save(quiet(2));
    const { keepers } = many(world, 5);
    for (const keeper of keepers) keeper.save(quiet(5001));
    await world.clock.advance(500);
    expect(world.written).toEqual(["cursor-c0", "cursor-c1", "cursor-c2", "cursor-c3", "cursor-c4"]);
    await world.clock.advance(500);
    expect(world.written.at(-1)).toBe("cursor-old");
  });

  test("is all kept at the end, in one go, however many wait", async () => {
    const { ids, keepers, clock, written, at } = known(50);
    for (const keeper of keepers) keeper.save(quiet(2));
    await Promise.all(keepers.map((keeper) => keeper.flush()));
    expect(ids.map(at)).toEqual(ids.map(() => 2));
    expect([written.length, clock.pending()]).toEqual([50, 0]);
  });

  test("is kept at the end with what was heard while it was being written", async () => {
    const { keepers, sessions, at } = known(1);
    let goOn = (): void => {};
    sessions.saved = () => new Promise((resolve) => (goOn = resolve));
    keepers[0]?.save(heard(2));
    const done = keepers[0]?.flush();
    await settle();
    keepers[0]?.save(heard(3));
    sessions.saved = async () => {};
    goOn();
    await done;
    expect(at("c0")).toBe(3);
  });

  test("never runs ahead of what the sessions have kept", async () => {
    const { keepers, clock, sessions, at } = known(2);
    let goOn = (): void => {};
    sessions.saved = () => new Promise((resolve) => (goOn = resolve));
    for (const keeper of keepers) keeper.save(heard(2));
    await clock.advance(250);
    // What is heard from here on need not be kept yet when the wait ends.
    for (const keeper of keepers) keeper.save(heard(3));
    await clock.advance(1000);
    expect([at("c0"), at("c1")]).toEqual([1, 1]);
    goOn();
    await settle();
    expect([at("c0"), at("c1")]).toEqual([2, 2]);
  });
});
