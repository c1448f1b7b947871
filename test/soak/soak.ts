// Many sessions for hours of fake time: people write, Claude answers with text, tools and asks, sessions sleep, are put
// away and wake. Everything of mm-claude runs but the wire: a server that remembers nothing, so that what grows is ours.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type {
  ChannelId,
  MattermostApi,
  Post,
  PostId,
  ThreadId,
  User,
  UserId,
} from "../../src/mattermost/types.ts";
import { Users } from "../../src/mattermost/users.ts";
import { Router } from "../../src/router/router.ts";
import { createAllowList } from "../../src/session/allow-list.ts";
import { sessionPrefix } from "../../src/session/dependencies.ts";
import { SessionManager } from "../../src/session/manager.ts";
import { decodeSnapshot } from "../../src/session/snapshot.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { inProcessClaude } from "../support/in-process-claude.ts";
import { CONTEXT } from "../support/session-script.ts";
import { grown, saveHeap } from "./heap-kinds.ts";

export interface SoakOptions {
  readonly sessions: number;
  readonly minutes: number;
  /** What is measured begins after these: caches are full then. */
  readonly warmUpMinutes: number;
  /** By what is on them, which takes seconds. */
  readonly comparesHeaps?: boolean;
}

export interface SoakReport {
  readonly turns: number;
  readonly calls: number;
  /** Growth of the heap in KiB a simulated minute, the line of best fit through all samples. */
  readonly slopeKiB: number;
  readonly heapMiB: { readonly first: number; readonly last: number };
  /** Timers, processes, handles and listeners at the first sample and at the last, when all is quiet. */
  readonly held: readonly [Held, Held];
  readonly largestDocumentKiB: number;
  /** What there is more of at the last sample than at the first. */
  readonly grown: readonly string[];
}

interface Held {
  readonly timers: number;
  readonly claudes: number;
  readonly handles: number;
  readonly listeners: number;
}

interface Sample {
  readonly minute: number;
  readonly heap: number;
  readonly held: Held;
  readonly isAfterPeriod: boolean;
  /** The path of a heap snapshot. */
  readonly snapshot: string | undefined;
}

const CHANNEL = "channel" as ChannelId;
const BOT = "bot" as UserId;
const ALICE = "alice" as UserId;
const MINUTE = 60_000;
const IDLE_MS = 5 * MINUTE;
/** In minutes. */
const PERIOD = 40;
/** Fewer than the times at which sessions fall asleep, and many fewer than the turns. */
const SPARE = 1000;

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const { sessions: count, minutes, warmUpMinutes, comparesHeaps = false } = options;
  const clock = createFakeClock();
  const quiet = {
    debug() {},
    info() {},
    warn() {},
    error: (line: string, cause: unknown) => fail(line, cause),
  };
  let ids = 0;
  let calls = 0;
  let turns = 0;
  const post = (more: Partial<Post>): Post => ({
    id: `post${++ids}` as PostId,
    channelId: CHANNEL,
    threadId: "none" as ThreadId,
    userId: ALICE,
    message: "",
    createdAt: clock.now(),
    isFromPerson: true,
    pendingPostId: undefined,
    files: [],
    ...more,
  });
  const answer = async <T>(value: T): Promise<T> => {
    calls++;
    return value;
  };
  const userOf = (id: UserId): User => ({ id, username: id, isBot: id === BOT, isActive: true });
  const parts: Partial<MattermostApi> = {
    inSlot: (_slotRequest, perform) => perform(api),
    createPost: ({ rootId, message }) =>
      answer(post({ ...(rootId ? { threadId: rootId } : {}), userId: BOT, message })),
    editPost: () => answer(undefined),
    addReaction: () => answer(undefined),
    removeReaction: () => answer(undefined),
    thread: () => answer([]),
    post: (id) => answer(post({ id })),
    postsSince: () => answer({ posts: [], reactedTo: [], isCut: false }),
    reactions: () => answer([]),
    user: (id) => answer(userOf(id)),
    userByName: () => answer(undefined),
  };
  const api = parts as MattermostApi;
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimeout(resolve, ms));
  const claude = inProcessClaude(async (turn) => {
    turns++;
    for (let step = 0; step < 5 && !turn.isOver; step++) {
      turn.say(`Step ${step} of what you asked for, ${"word ".repeat(20)}\n\n`);
      await sleep(500);
    }
    turn.tool("Bash", { command: "npm test" });
    if (turn.text.includes("ask")) turn.say(`You said ${await turn.ask("rm -rf build")}.`);
  });
  const documents = new Map<string, string>();
  const users = new Users({ api, clock });
  const rightsOf = createAllowList({
    known: (id) => users.known(id),
    allowed: undefined,
    approvers: undefined,
  });
  const audit = { append: () => {} };
  const manager = new SessionManager({
    api,
    users,
    clock,
    log: quiet,
    startClaude: claude.start,
    warm: { take: () => undefined },
    newConversationId: () => `3f0b1c1e-0000-4000-8000-${String(++ids).padStart(12, "0")}`,
    sendTyping: () => {},
    context: { ...CONTEXT, directory: "/", maxSessions: count, idleMs: IDLE_MS, rightsOf },
    claudePath: "claude",
    botId: BOT,
    channelId: CHANNEL,
    deniedPathsIn: () => [],
    redact: (text: string) => text,
    audit,
    documents: {
      change: (name, json) => void documents.set(name, json()),
      saved: () => undefined,
      remove: (name) => void documents.delete(name),
    },
    onCardPosted: () => {},
    readSnapshot: (threadId) =>
      decodeSnapshot(JSON.parse(documents.get(`${sessionPrefix(CHANNEL)}${threadId}`) ?? "null")),
    readSaved: () => undefined,
    readResults: async () => new Map(),
  });
  const router = new Router({
    api,
    users,
    sessions: manager,
    cursor: { load: () => undefined, save: () => {}, flush: async () => {} },
    listSessions: () => ({ markdown: "the list", attachment: { color: "", text: "" } }),
    reply: () => {},
    clock,
    log: quiet,
    isTold: () => false,
    newUuid: () => `uuid${++ids}`,
    botId: BOT,
    botName: "claude-code",
    channelId: CHANNEL,
    channelName: "lab",
    projects: () => [
      {
        name: "lab",
        rightsOf,
        maxSessions: count,
        sessions: manager,
        adopt: () => undefined,
        removeWorktree: async () => undefined,
        command: () => {},
        cards: { open: () => [], take: () => false },
      },
    ],
    isDirect: false,
    standing: async () => ({ isMember: true, lastPostAt: undefined, isMentioned: false }),
    audit,
    instance: "0-0",
    onOtherInstance: () => {},
    onAway: () => {},
  });
  const held = (): Held => ({
    timers: clock.pending(),
    claudes: claude.live(),
    handles: process.getActiveResourcesInfo().length,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  });

  const samples: Sample[] = [];
  const total = warmUpMinutes + minutes;
  for (let minute = 0; minute < total; minute++) {
    for (let index = 0; index < count; index++) {
      // Each is silent for a while now and then: it falls asleep, is put away, and is woken.
      if ((minute + index) % PERIOD >= 13) continue;
      const message = `@claude-code ${index % 5 === 0 ? "ask me" : "go"} ${minute}`;
      await router.take({ type: "posted", post: post({ threadId: `thread${index}` as ThreadId, message }) });
    }
    await clock.advance(MINUTE / 2);
    for (const { postId } of manager.openCards()) {
      const reaction = { userId: ALICE, postId, emojiName: "+1" };
      await router.take({ type: "reactionAdded", reaction });
    }
    await clock.advance(MINUTE / 2);
    // After each period the same sessions sleep and wake.
    if (minute >= warmUpMinutes && (minute - warmUpMinutes) % 5 === 0) {
      const isAfterPeriod = (minute - warmUpMinutes) % PERIOD === 0;
      const isFirstOrLast = minute === warmUpMinutes || minute + PERIOD >= total;
      const snapshot = comparesHeaps && isAfterPeriod && isFirstOrLast ? saveHeap() : undefined;
      samples.push({ minute, heap: usedHeap(), held: held(), isAfterPeriod, snapshot });
    }
  }
  const last = samples.findLast(({ isAfterPeriod }) => isAfterPeriod);
  const [first] = samples;
  if (!first || !last) throw new Error("no sample: give it more minutes");
  await manager.shutDown();
  return {
    turns,
    calls,
    slopeKiB: slope(samples.map(({ minute, heap }) => [minute, heap / 1024])),
    heapMiB: { first: first.heap / 1024 ** 2, last: last.heap / 1024 ** 2 },
    held: [first.held, last.held],
    largestDocumentKiB: Math.max(...[...documents.values()].map(({ length }) => length)) / 1024,
    grown: first.snapshot && last.snapshot ? grown(first.snapshot, last.snapshot, SPARE) : [],
  };
}

function fail(line: string, cause: unknown): never {
  throw new Error(line, { cause });
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function usedHeap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Of the line of best fit. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, one) => sum + one, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const over = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0);
  return over / points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
}
