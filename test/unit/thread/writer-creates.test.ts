// A new post is made once, whatever becomes of the answer, of the account, and of mm-claude itself: the server knows a
// post again by its mark for half a minute only, and after that the thread tells.

import { expect, test } from "vitest";
import type { PostId } from "../../../src/mattermost/types.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { createFakeThreadApi } from "../../support/fake-thread-api.ts";
import { type WriterWorld, writerWorld } from "../../support/writer-world.ts";

const ASK = { color: "#e8a33d", text: "yes or no" };
const YES = { color: "#3db887", text: "Allowed by @alice" };
const LONG_MS = 60_000;
interface Case {
  /** What stands there before. */
  readonly before?: string;
  make(world: WriterWorld): void;
}

/** What makes posts. */
const CREATES: Readonly<Record<string, Case>> = {
  "a first post": {
    make: ({ writer }) => writer.put("page", "one"),
  },
  "a card with a file": {
    make: ({ writer }) =>
      writer.put("page", "see file", { attachment: ASK, file: { name: "a.sh", text: "rm x" } }),
  },
  "the post that goes on for one that can't be edited": {
    before: "one",
    make({ writer, server }) {
      server.failAlways(/^edit p1 /, "frozen");
      writer.put("page", "one two", { isProgress: true });
    },
  },
  "the verdict on a card that can't be edited": {
    before: "rm x",
    make({ writer, server }) {
      server.failAlways(/^edit p1 /, "frozen");
      writer.put("page", "rm x", { attachment: YES, isFinal: true });
    },
  },
  "a post that stands for one somebody has deleted": {
    before: "one",
    make({ writer, server }) {
      server.delete("p1" as PostId);
      writer.put("page", "two");
    },
  },
  "a further piece of a long post": {
    before: "word ".repeat(200),
    make: ({ writer }) => writer.put("page", `${"word ".repeat(1500)}end`),
  },
};

async function begin({ before }: Case): Promise<WriterWorld> {
  const clock = createFakeClock();
  const world = writerWorld(
    createFakeThreadApi(() => clock.now()),
    clock,
    // How long a thread that can't be read is waited for hangs on the pauses between the tries.
    () => 0.5,
  );
  world.server.limit = 2500;
  if (before !== undefined) {
    world.writer.put("page", before, { isProgress: true });
    await world.writer.idle();
  }
  return world;
}

/** What happens from the moment in which the post was made and nobody heard of it. Gives the world that goes on. */
const ENDS: Readonly<Record<string, (world: WriterWorld) => Promise<WriterWorld>>> = {
  async "its answer is lost for long"(world) {
    world.server.failBy((line) => (line === "thread" ? "unreachable" : undefined));
    await world.clock.advance(LONG_MS);
    world.server.failBy(() => undefined);
    return world;
  },
  async "the server is out of reach for long, and its thread a little longer"(world) {
    world.server.failBy(() => "unreachable");
    await world.clock.advance(LONG_MS);
    world.server.failBy((line) => (line === "thread" ? "unreachable" : undefined));
    await world.clock.advance(20_000);
    world.server.failBy(() => undefined);
    return world;
  },
  async "the account is taken out of the channel for long"(world) {
    world.server.isAway = true;
    await world.clock.advance(LONG_MS);
    world.server.isAway = false;
    return world;
  },
  async "mm-claude is stopped for long"(world) {
    const next = world.restart();
    await next.clock.advance(LONG_MS);
    return next;
  },
  async "mm-claude is killed"(world) {
    return world.crash();
  },
  async "mm-claude is killed, and starts while the account is out of the channel"(world) {
    world.server.isAway = true;
    await world.clock.advance(LONG_MS);
    const next = world.crash();
    await next.clock.advance(5_000);
    next.server.isAway = false;
    return next;
  },
};

for (const [what, play] of Object.entries(CREATES)) {
  test.each(Object.entries(ENDS))(`${what} is made once when it was made and %s`, async (_title, end) => {
    const { texts, creates } = await playedWell(play);
    for (const line of creates) {
      for (const fault of ["lost", "failed-late"] as const) {
        const world = await begin(play);
        const { server, clock } = world;
        let isMade = false;
        server.failBy((call) => {
          isMade ||= call === line;
          return isMade && call.startsWith("create") ? fault : undefined;
        });
        play.make(world);
        world.keep();
        await clock.advance(0);
        expect(isMade).toBe(true);
        server.failBy(() => undefined);
        const next = await end(world);
        await clock.advance(LONG_MS);
        await next.writer.idle();
        expect(next.texts(), line.slice(0, 40)).toEqual(texts);
      }
    }
  });
}

/** What stands there when nothing fails, and the calls that made it. */
async function playedWell(
  play: Case,
): Promise<{ readonly texts: readonly string[]; readonly creates: readonly string[] }> {
  const { server, writer, texts, ...world } = await begin(play);
  const before = server.calls.length;
  play.make({ server, writer, texts, ...world });
  await writer.idle();
  const creates = server.calls.slice(before).filter((line) => line.startsWith("create"));
  return { texts: texts(), creates };
}

test("a post that grew before anybody heard that it was made grows on after a kill", async () => {
  const world = await begin({ make() {} });
  const { server, clock } = world;
  server.failBy((line) => (line.startsWith("create") ? "lost" : undefined));
  world.writer.put("page", "one", { isProgress: true });
  await clock.advance(0);
  world.writer.put("page", "one two", { isProgress: true });
  world.keep();
  // Found in the thread, which is told, and then killed before the rest is written.
  server.failBy((line) => (line === "thread" ? undefined : "unreachable"));
  await clock.advance(LONG_MS);
  server.failBy(() => undefined);
  const next = world.crash();
  await clock.advance(LONG_MS);
  expect(next.posted).toEqual([]);
  expect(next.texts()).toEqual(["one two"]);
});

test.each([
  ["a notice", "", ASK],
  ["a card", "rm x", ASK],
])(
  "%s that was made unheard before a kill stands once, though no post can be edited any more",
  async (_what, words, attachment) => {
    const world = await begin({ make: () => {} });
    const { server, clock } = world;
    server.failBy((call) => (call.startsWith("create") ? "lost" : undefined));
    world.writer.put("note", words, { attachment, isFinal: true });
    world.keep();
    await clock.advance(0);
    server.failBy((call) => (call.startsWith("edit") ? "frozen" : undefined));
    const next = world.crash();
    await clock.advance(LONG_MS);
    await next.writer.idle();
    expect(next.texts()).toEqual([`${words}▌yes or no`]);
  },
);

const VOID = { color: "#888888", text: "No longer open" };

/** mm-claude is killed while it makes a card with a choice; the card is void before it is made. */
async function voidBeforeItIsMade(): Promise<WriterWorld> {
  const world = await begin({ make: () => {} });
  world.server.failAlways(/^create /, "unreachable");
  world.writer.put("card", "may I", { attachment: ASK });
  world.writer.react({ key: "card" }, "+1");
  await world.clock.advance(100);
  world.keep();
  const next = world.crash();
  next.server.failAlways(/^create /, undefined);
  next.server.calls.length = 0;
  next.writer.put("card", "may I", { attachment: VOID, isFinal: true });
  return next;
}

test("a card that is void before it is made is not shown as open, nor with its choices", async () => {
  const world = await voidBeforeItIsMade();
  await world.clock.advance(LONG_MS);
  expect(world.server.calls).toEqual(["thread", "create may I▌No longer open"]);
  expect(world.texts()).toEqual(["may I▌No longer open"]);
});

test("what an earlier try had sent may arrive late: the post then says in the end what it is to say", async () => {
  const world = await voidBeforeItIsMade();
  const [[, { pendingPostId }] = ["", { pendingPostId: "" }]] = world.writer.toJSON().entries;
  let isLate = true;
  world.server.failBy((line) => {
    if (line === "thread" && isLate) {
      isLate = false;
      const { channelId, rootId } = { channelId: "channel" as never, rootId: "root" as never };
      void world.server.api.createPost({
        channelId,
        rootId,
        message: "may I",
        attachment: ASK,
        pendingPostId,
      });
    }
    return undefined;
  });
  await world.clock.advance(LONG_MS);
  expect(world.texts()).toEqual(["may I▌No longer open"]);
  expect(world.server.calls.filter((line) => line.startsWith("react"))).toEqual([]);
});

test("a choice that was to be offered is not, once its card is decided", async () => {
  const world = await begin({ make: () => {} });
  world.server.hold();
  world.writer.put("card", "may I", { attachment: ASK });
  world.writer.react({ key: "card" }, "+1");
  await world.clock.advance(1);
  world.writer.put("card", "may I", { attachment: YES, isFinal: true });
  world.server.release();
  await world.clock.advance(LONG_MS);
  expect(world.server.calls).toEqual(["create may I▌yes or no", "edit p1 may I▌Allowed by @alice"]);
});
