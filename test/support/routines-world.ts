// Routines over a server, a disk and sessions that outlive the mm-claude that runs them, which can be killed before and
// after anything that it does.

import { keptBook, Routines } from "../../src/app/routines.ts";
import { startThread, type ThreadStart } from "../../src/app/thread-start.ts";
import { MattermostError } from "../../src/mattermost/error.ts";
import type { ChannelId, NewPost, Post, PostId, ThreadId, User, UserId } from "../../src/mattermost/types.ts";
import { type Book, EMPTY } from "../../src/routines/book.ts";
import type { SessionManager } from "../../src/session/manager.ts";
import type { DocumentStore } from "../../src/store/document-store.ts";
import type { Clock } from "../../src/util/clock.ts";
import { createFakeClock } from "./fake-clock.ts";
import { quietLog } from "./logs.ts";
import { user } from "./session-script.ts";

const BOT = "claude-code" as UserId;
const CHANNEL = "lab" as ChannelId;
const DOCUMENT = "routines-lab-lab";
const REMEMBERED_MS = 30_000;

export interface Opened {
  readonly thread: ThreadId;
  readonly by: UserId;
  readonly text: string;
  readonly at: number;
  readonly mayStart: boolean;
  /** Until then it works. */
  until: number;
}

export interface RoutinesWorldOptions {
  readonly startMs?: number;
  /** A number below 1, for the chance of each fault; 1 means none. */
  readonly chance?: () => number;
  readonly book: Book;
  readonly worksFor?: (text: string) => number;
}

type Kill = "before" | "after" | "no";

export function routinesWorld({ startMs, book, worksFor = () => 0, chance = () => 1 }: RoutinesWorldOptions) {
  const clock = createFakeClock(startMs);
  const posts: Post[] = [];
  const opened: Opened[] = [];
  const audited: string[] = [];
  const disk = new Map<string, string>([[DOCUMENT, JSON.stringify({ version: 1, ...book })]]);
  const unlisted = new Set<UserId>();
  const server = { isDown: false, isAway: false, slots: Infinity, killChance: 0, lostChance: 0 };
  let running: { readonly routines: Routines; isAlive: boolean } | undefined;
  let made = 0;

  const killed = (): Kill => {
    const drawn = server.killChance === 0 ? 1 : chance();
    return drawn < server.killChance / 2 ? "before" : drawn < server.killChance ? "after" : "no";
  };

  const createPost = (post: NewPost): Post => {
    const known = posts.find(
      ({ pendingPostId, createdAt }) =>
        pendingPostId === post.pendingPostId && clock.now() - createdAt < REMEMBERED_MS,
    );
    if (known) return known;
    const id = `post${++made}` as PostId;
    const stored = {
      ...{
        id,
        channelId: CHANNEL,
        threadId: post.rootId ?? id,
        userId: BOT,
        message: post.message,
        files: [],
      },
      ...{ createdAt: clock.now(), isFromPerson: false, pendingPostId: post.pendingPostId },
      ...(post.attachment ? { attachment: post.attachment } : {}),
    };
    posts.push(stored);
    return stored;
  };

  function start(): void {
    const life = { isAlive: true };
    const never = new Promise<never>(() => {});
    const die = (): Promise<never> => {
      life.isAlive = false;
      return never;
    };
    /** Something that is done outside of mm-claude. */
    const effect = async <T>(perform: () => T): Promise<T> => {
      await Promise.resolve();
      if (!life.isAlive) return never;
      const kill = killed();
      if (kill === "before") return die();
      const result = perform();
      return kill === "after" ? die() : result;
    };
    const call = <T>(perform: () => T): Promise<T> =>
      effect(() => {
        if (server.isDown) throw unreachable();
        const result = perform();
        if (server.lostChance > 0 && chance() < server.lostChance) throw unreachable();
        return result;
      });
    const unsaved = new Map<string, () => string>();
    let writing: Promise<void> | undefined;
    const ownClock: Clock = {
      now: () => clock.now(),
      setTimeout: (fn, ms) => clock.setTimeout(() => (life.isAlive ? fn() : undefined), ms),
      clearTimeout: (timer) => clock.clearTimeout(timer),
    };
    const sessions = {
      find: (thread: ThreadId) => {
        const session = opened.find((one) => one.thread === thread);
        const isIdle = session !== undefined && session.until <= clock.now();
        return session && { isIdle, view: { phase: isIdle ? "idle" : "working", queued: 0 } };
      },
      open(thread: ThreadId, by: { readonly id: UserId }, { text }: { readonly text: string }): boolean {
        if (!life.isAlive) return true;
        if (killed() === "before") {
          void die();
          return true;
        }
        if (opened.filter(({ until }) => until > clock.now()).length >= server.slots) return false;
        const at = clock.now();
        opened.push({ thread, by: by.id, text, at, mayStart: mayStart(by.id), until: at + worksFor(text) });
        if (killed() === "after") void die();
        return true;
      },
    } as unknown as SessionManager;
    const mayStart = (id: UserId): boolean => !unlisted.has(id);
    const api = {
      createPost: (post: NewPost) => call(() => createPost(post)),
      postsSince: (_channel: ChannelId, since: number) =>
        call(() => ({
          posts: posts.filter(({ createdAt }) => createdAt >= since),
          reactedTo: [],
          isCut: false,
        })),
      thread: (thread: ThreadId) => call(() => posts.filter(({ threadId }) => threadId === thread)),
    };
    const folder: Pick<DocumentStore, "read" | "change" | "saved" | "quarantine"> = {
      read: (name) => JSON.parse(disk.get(name) ?? "null") ?? undefined,
      change: (name, json) => void unsaved.set(name, json),
      saved: (name) => {
        const json = unsaved.get(name);
        if (!json) return writing;
        unsaved.delete(name);
        const before = writing ?? Promise.resolve();
        const written = before
          .then(slowly)
          .then(() => effect(() => void disk.set(name, json())))
          .finally(() => {
            if (writing === written) writing = undefined;
          });
        writing = written;
        return written;
      },
      quarantine: (name, why) => {
        throw new Error(`${name}: ${why}`);
      },
    };
    const routines = new Routines(
      {
        document: DOCUMENT,
        folder,
        clock: ownClock,
        log: quietLog,
        api,
        channelId: CHANNEL,
        botId: BOT,
        timeZone: "UTC",
        linkTo: (thread) => `https://chat.example.com/${thread}`,
        userById: (id) => call((): User => user(id)),
        mayStart,
        sessions,
        start: (asked: ThreadStart) =>
          startThread(asked, {
            api,
            channelId: CHANNEL,
            newUuid: () => "uuid",
            mayStart: ({ id }) => mayStart(id),
            maxSessions: server.slots,
            sessions,
          }),
        audit: ({ action }) => void audited.push(action),
        isServed: () => !server.isAway,
      },
      keptBook(DOCUMENT, folder) ?? EMPTY,
    );
    running = Object.assign(life, { routines });
    routines.open(() => {});
  }

  return {
    clock,
    posts,
    opened,
    unlisted,
    server,
    audited,
    start,
    get routines(): Routines {
      if (!running) throw new Error("mm-claude does not run");
      return running.routines;
    },
    isAlive: () => running?.isAlive === true,
    kill(): void {
      if (running) running.isAlive = false;
    },
    /** What stands in the first posts of threads. */
    roots: () => posts.filter(({ id, threadId }) => id === threadId).map(({ message }) => message),
    /** What stands below them. */
    replies: () =>
      posts
        .filter(({ id, threadId }) => id !== threadId)
        .map(({ attachment, message }) => attachment?.text ?? message),
  };
}

/** A disk takes longer than the server in the same room. */
async function slowly(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

const unreachable = (): MattermostError => new MattermostError("unreachable", "the server can't be reached");

export type RoutinesWorld = ReturnType<typeof routinesWorld>;
