// The map of sessions and its slots, with real sessions over a fake server and a fake Claude.

import { expect, test } from "vitest";
import type { ClaudeClient, ClaudeEvent, ClaudeStart } from "../../../src/claude/types.ts";
import type { ChannelId, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { SessionManager } from "../../../src/session/manager.ts";
import { decodeSnapshot, type SessionSnapshot } from "../../../src/session/snapshot.ts";
import type { Message } from "../../../src/session/types.ts";
import { createFakeClock, settle } from "../../support/fake-clock.ts";
import { createFakeThreadApi } from "../../support/fake-thread-api.ts";
import { quietLog } from "../../support/logs.ts";
import { CONTEXT, messageOf, OWNER, turnEnded } from "../../support/session-script.ts";

interface Process {
  readonly start: ClaudeStart;
  readonly tell: (event: ClaudeEvent) => void;
  readonly sent: string[];
  isClosed: boolean;
}

const id = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

function setUp(maxSessions = 2) {
  const server = createFakeThreadApi();
  const clock = createFakeClock();
  const processes: Process[] = [];
  const documents = new Map<string, string>();
  let ids = 0;
  const warnings: string[] = [];
  const warn = (line: string): void => void warnings.push(line);
  const dependencies = {
    api: server.api,
    directory: { byId: async () => undefined },
    audit: { append: () => {} },
    deniedPaths: [],
    redact: (text: string) => text,
    warm: { take: () => undefined },
    clock,
    log: { ...quietLog, warn },
    startClaude: (start: ClaudeStart, tell: (event: ClaudeEvent) => void): ClaudeClient => {
      const process: Process = { start, tell, sent: [], isClosed: false };
      processes.push(process);
      return {
        pid: processes.length,
        send: (_uuid, blocks) => process.sent.push(blocks[0]?.type === "text" ? blocks[0].text : ""),
        answer: () => {},
        interrupt: () => {},
        close: async () => {
          process.isClosed = true;
        },
      };
    },
    newSessionId: () => id(++ids),
    sendTyping: () => {},
    context: { ...CONTEXT, directory: "/", maxSessions },
    claudePath: "claude",
    botId: "bot" as UserId,
    channelId: "channel" as ChannelId,
    documents: {
      write: (name: string, json: string) => void documents.set(name, json),
      remove: (name: string) => void documents.delete(name),
    },
    onCardPosted: () => {},
    readSaved: () => undefined,
  };
  const manager = new SessionManager(dependencies);
  let messages = 0;
  const message = (text: string): Message => messageOf(`m${++messages}`, text);
  const open = (thread: string): boolean => manager.open(thread as ThreadId, OWNER, message(thread));
  const live = (): string[] =>
    processes.filter((process) => !process.isClosed).map((process) => process.start.sessionId);
  return { manager, server, clock, processes, documents, warnings, open, message, live };
}

const find = ({ manager }: ReturnType<typeof setUp>, thread: string) => manager.find(thread as ThreadId);

test("five mentions at once do not beat a cap of two", async () => {
  const world = setUp(2);
  expect(["a", "b", "c", "d", "e"].map(world.open)).toEqual([true, true, false, false, false]);
  await settle();
  expect(world.processes).toHaveLength(2);
  expect(find(world, "c")).toBeUndefined();
  await world.manager.shutDown();
});

test("when every slot is taken, the session that has been idle for longest sleeps", async () => {
  const world = setUp(2);
  world.open("a");
  world.open("b");
  await world.clock.advance(1000);
  world.processes[1]?.tell(turnEnded());
  await world.clock.advance(1000);
  world.processes[0]?.tell(turnEnded());
  expect(world.open("c")).toBe(true);
  await settle();
  expect(world.live()).toEqual([id(1), id(3)]);
  expect([...world.server.posts.values()].some((text) => text.includes("asleep"))).toBe(true);
  expect(find(world, "b")).toBeDefined();
  await world.manager.shutDown();
});

test("a sleeping session wakes in a free slot and resumes its own conversation", async () => {
  const world = setUp(1);
  world.open("a");
  world.processes[0]?.tell({ type: "turnStarted", model: "m" });
  world.processes[0]?.tell(turnEnded());
  world.open("b");
  world.processes[1]?.tell(turnEnded());
  find(world, "a")?.deliver({ type: "message", message: world.message("again") });
  await settle();
  expect(world.processes.map(({ start }) => [start.sessionId, start.resume])).toEqual([
    [id(1), false],
    [id(2), false],
    [id(1), true],
  ]);
  expect(world.live()).toEqual([id(1)]);
  await world.manager.shutDown();
});

test("the last event of an old process does not touch its successor", async () => {
  const world = setUp(1);
  world.open("a");
  const [old] = world.processes;
  old?.tell({ type: "turnStarted", model: "m" });
  old?.tell({ type: "exited", code: 1, signal: null, stderr: "" });
  find(world, "a")?.deliver({ type: "message", message: world.message("again") });
  old?.tell({ type: "exited", code: 1, signal: null, stderr: "" });
  await settle();
  expect(world.processes).toHaveLength(2);
  expect([...world.server.posts.values()].filter((text) => text.includes("💥"))).toHaveLength(1);
  await world.manager.shutDown();
});

test("an ended session is found no more, its slot is free, and its thread may begin anew", async () => {
  const world = setUp(1);
  world.open("a");
  find(world, "a")?.deliver({ type: "threadLost", reason: "gone" });
  expect(find(world, "a")).toBeUndefined();
  expect(world.live()).toEqual([]);
  expect(world.open("a")).toBe(true);
  expect(world.live()).toEqual([id(2)]);
  await world.manager.shutDown();
});

test("after a shutdown no process is left and none begins, and every timer is off", async () => {
  const world = setUp(2);
  world.open("a");
  world.open("b");
  await world.manager.shutDown();
  world.open("c");
  expect(world.processes).toHaveLength(2);
  expect(world.live()).toEqual([]);
  expect(world.clock.pending()).toBe(0);
});

const DAY = 24 * 3_600_000;

test("a session that has slept for thirty days is forgotten, in memory and in the store, when another one starts", async () => {
  const world = setUp(2);
  world.open("a");
  world.processes[0]?.tell(turnEnded());
  await world.clock.advance(30 * DAY);
  world.open("b");
  world.processes[1]?.tell(turnEnded());
  await settle();
  expect([...world.documents.keys()]).toEqual(["session-channel-a", "session-channel-b"]);
  await world.clock.advance(DAY);
  world.open("c");
  await settle();
  expect(find(world, "a")).toBeUndefined();
  expect(find(world, "b")).toBeDefined();
  expect([...world.documents.keys()]).toEqual(["session-channel-b", "session-channel-c"]);
  await world.manager.shutDown();
});

test("of more than a thousand that sleep the longest asleep are forgotten, and one that works never is", async () => {
  const world = setUp(2);
  world.open("working");
  for (let index = 0; index < 1005; index++) {
    await world.clock.advance(1);
    world.open(`thread${index}`);
    world.processes.at(-1)?.tell(turnEnded());
  }
  await settle();
  expect(find(world, "thread0")).toBeUndefined();
  expect(find(world, "thread1000")).toBeDefined();
  expect(find(world, "working")).toBeDefined();
  expect(world.documents.size).toBeLessThanOrEqual(1003);
  await world.manager.shutDown();
});

test("one session that can't be taken up is a warning, and the others are taken up", async () => {
  const earlier = setUp(2);
  earlier.open("good");
  earlier.open("bad");
  await earlier.manager.shutDown();
  const read = (name: string): SessionSnapshot => {
    const document = JSON.parse(earlier.documents.get(`session-channel-${name}`) ?? "") as object;
    const snapshot = decodeSnapshot(document);
    if (!snapshot) throw new Error("not read");
    return snapshot;
  };
  const later = setUp(2);
  const bad = { ...read("bad"), writer: { entries: [null as never], writes: [] } };
  expect(later.manager.restore([bad, read("good")])).toEqual(["bad"]);
  expect(find(later, "bad")).toBeUndefined();
  expect(find(later, "good")).toBeDefined();
  expect(later.warnings).toEqual(["The session of thread bad can't be taken up"]);
  await later.manager.shutDown();
});

test("no word is shown that is not saved, also one that is worth showing as it comes", async () => {
  const world = setUp(1);
  world.open("a");
  await settle();
  const tell = world.processes[0]?.tell ?? (() => {});
  tell({ type: "turnStarted", model: "m" });
  tell({ type: "messageStarted", messageId: "m1" });
  let text = "";
  for (let at = 0; at < 5; at++) {
    const words = `word${at} and `;
    text += words;
    // A pause, after which what comes is shown at once.
    await world.clock.advance(2500);
    tell({ type: "textDelta", text: words, blockIndex: 0 });
    await settle();
    const shown = [...world.server.posts.values()].find((post) => post.startsWith("word0")) ?? "";
    expect(text.startsWith(shown)).toBe(true);
    expect([...world.documents.values()].join()).toContain(shown);
  }
  await world.manager.shutDown();
});

test("it tells the threads Claude runs for, and the posts that wait for it", async () => {
  const world = setUp(1);
  world.open("a");
  find(world, "a")?.deliver({ type: "message", message: world.message("waits") });
  expect(world.manager.liveThreads()).toEqual(["a"]);
  expect(world.manager.waitingPosts()).toEqual([{ threadId: "a", postId: "m2" }]);
  world.processes[0]?.tell(turnEnded());
  expect(world.manager.waitingPosts()).toEqual([]);
  world.processes[0]?.tell(turnEnded());
  world.open("b");
  expect(world.manager.liveThreads()).toEqual(["b"]);
  await world.manager.shutDown();
});
