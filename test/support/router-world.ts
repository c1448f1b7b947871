// A router over a fake server: people, posts and sessions that only note what they are told.

import type { AuditEntry } from "../../src/audit/record.ts";
import { MattermostError } from "../../src/mattermost/error.ts";
import { newInstance } from "../../src/mattermost/instance.ts";
import type {
  ChannelId,
  Post,
  PostId,
  Reaction,
  ThreadId,
  User,
  UserId,
} from "../../src/mattermost/types.ts";
import { Users } from "../../src/mattermost/users.ts";
import type { Cursor } from "../../src/router/cursor.ts";
import type { RouterDependencies } from "../../src/router/dependencies.ts";
import type { OpenCard } from "../../src/router/reconcile.ts";
import type { RoutedProject } from "../../src/router/routed-projects.ts";
import { Router } from "../../src/router/router.ts";
import { createAllowList } from "../../src/session/allow-list.ts";
import type { Session } from "../../src/session/session.ts";
import type { Signal } from "../../src/session/signals.ts";
import { createFakeClock } from "./fake-clock.ts";

const CHANNEL = "channel" as ChannelId;
/** The mark of this process. */
export const INSTANCE = newInstance(1_700_000_000_000, () => 0.5);

interface WorldProject {
  readonly name: string;
  /** Undefined: everyone. */
  readonly allowed: readonly string[] | undefined;
  readonly bots?: readonly string[];
}

const DEFAULT: WorldProject = { name: "lab", allowed: ["alice", "bob"] };

export interface RouterWorldOptions {
  readonly isOpenToAll?: boolean;
  readonly isFull?: boolean;
  readonly isDirect?: boolean;
  readonly projects?: readonly WorldProject[];
}

export function createRouterWorld({
  isOpenToAll = false,
  isFull = false,
  isDirect = false,
  projects = [isOpenToAll ? { ...DEFAULT, allowed: undefined } : DEFAULT],
}: RouterWorldOptions = {}) {
  const clock = createFakeClock();
  const people = ["alice", "bob", "carol", "claude-code", "types", "jane.doe"].map(
    (name): User => ({ id: name as UserId, username: name, isBot: name === "claude-code", isActive: true }),
  );
  people.push({ id: "robot" as UserId, username: "robot", isBot: true, isActive: true });
  people.push({ id: "builder" as UserId, username: "builder", isBot: true, isActive: true });
  people.push({ id: "gone" as UserId, username: "gone", isBot: false, isActive: false });
  const server = {
    posts: [] as Post[],
    reactions: [] as Reaction[],
    /** Who is not in the channel any more. */
    left: [] as UserId[],
    /** Threads whose first post is there no more. */
    goneThreads: [] as ThreadId[],
    /** Posts so old that no page which is read holds them. */
    offPages: [] as PostId[],
    openCards: [] as OpenCard[],
    awaitingCards: [] as ThreadId[],
    waitingPosts: [] as { threadId: ThreadId; postId: PostId }[],
    liveThreads: [] as ThreadId[],
    failures: [] as MattermostError[],
    /** What always fails, and nothing else. */
    failing: new Set<string>(),
    asked: [] as string[],
    isArchived: false,
    /** When something was last said; not told when undefined. */
    lastPostAt: undefined as number | undefined,
    isMentioned: false,
    /** Whether what was missed was last asked for at once. */
    isUrgent: undefined as boolean | undefined,
    /** Posts of one gap that are read. */
    mostRead: 10_000,
  };
  const cursor: { at: Cursor | undefined } = { at: undefined };
  const failuresOf = new Map<string, MattermostError>();
  const happening = new Map<string, () => void>();
  const answer = async <T>(line: string, value: () => T): Promise<T> => {
    server.asked.push(line);
    if (server.failing.has(line)) {
      throw new MattermostError("bad-answer", "a page");
    }
    const failure = server.failures.shift() ?? failuresOf.get(line);
    failuresOf.delete(line);
    if (failure) {
      throw failure;
    }
    const answered = value();
    happening.get(line)?.();
    happening.delete(line);
    return answered;
  };
  const users = new Users({
    clock,
    api: {
      user: (id) =>
        answer(`user ${id}`, () => {
          const user = people.find((one) => one.id === id);
          if (!user) {
            throw new MattermostError("not-found", "no such user");
          }
          return user;
        }),
      userByName: (name) => answer(`name ${name}`, () => people.find((one) => one.username === name)),
    },
  });
  const person = (name: string): User => people.find((one) => one.username === name) as User;
  const replies: string[] = [];
  const audited: string[] = [];
  const records: AuditEntry[] = [];
  const delivered: { thread: string; signal: Signal }[] = [];
  const opened: { thread: string; by: string; text: string; withThread: boolean; project?: string }[] = [];
  const sessions = new Map<ThreadId, Session>();
  const logged: string[] = [];
  const causes: unknown[] = [];
  const note = (line: string, cause?: unknown): void => {
    logged.push(line);
    causes.push(cause);
  };
  const told: string[] = [];
  const tell = (line: string): void => void told.push(line);
  const log = { debug: () => {}, info: tell, warn: tell, error: note };
  const begin = (threadId: ThreadId): void => {
    const session = { deliver: (signal: Signal) => delivered.push({ thread: threadId, signal }) };
    sessions.set(threadId, session as unknown as Session);
  };
  const rivals: string[] = [];
  const away: boolean[] = [];
  const withReactions = (post: Post): Post => {
    const reactions = server.reactions.filter(({ postId }) => postId === post.id);
    return reactions.length > 0 ? { ...post, reactions } : post;
  };
  const routed = ({ name, allowed, bots = [] }: WorldProject): RoutedProject => ({
    name,
    rightsOf: createAllowList({
      known: (id) => users.known(id),
      allowed: allowed?.map(person),
      approvers: undefined,
      bots: bots.map(person),
    }),
    maxSessions: 5,
    adopt: () => undefined,
    removeWorktree: async () => undefined,
    command: () => {},
    cards: { open: () => [], take: () => false },
    sessions: {
      find: (threadId) => sessions.get(threadId),
      open(threadId, by, message) {
        if (isFull) {
          return false;
        }
        const place = name === DEFAULT.name ? {} : { project: name };
        opened.push({
          thread: threadId,
          by: by.name,
          text: message.text,
          withThread: message.withThread,
          ...place,
        });
        begin(threadId);
        return true;
      },
    },
  });
  let uuids = 0;
  const dependencies: RouterDependencies = {
    api: {
      post: (id) =>
        answer(`post ${id}`, () => {
          const isRoot = sessions.has(id) && !server.goneThreads.includes(id);
          const post = server.posts.find((one) => one.id === id) ?? (isRoot ? rootOf(id) : undefined);
          if (!post) {
            throw new MattermostError("not-found", "no such post");
          }
          return post;
        }),
      channel: (id) =>
        answer(`channel ${id}`, () => ({
          id,
          teamId: "team",
          displayName: "Lab",
          isArchived: server.isArchived,
          type: "O",
        })),
      isMember: (_channel, user) => answer(`member ${user}`, () => !server.left.includes(user)),
      thread: (id) =>
        answer(`thread ${id}`, () => {
          const posts = server.posts.filter((one) => one.threadId === id);
          const isGone = !sessions.has(id) || server.goneThreads.includes(id);
          if (isGone && !posts.some((one) => one.id === id)) {
            throw new MattermostError("not-found", "no such post");
          }
          return posts.map(withReactions);
        }),
      postsSince: (_channel, since, isUrgent) =>
        answer("since", () => {
          server.isUrgent = isUrgent;
          const isSince = ({ createdAt = 0 }: { createdAt?: number }) => createdAt >= since;
          const read = server.posts.filter(({ id }) => !server.offPages.includes(id)).map(withReactions);
          const missed = read.filter(isSince);
          const earlier = read.filter((one) => !isSince(one));
          return {
            posts: missed.slice(-server.mostRead),
            reactedTo: earlier.filter(({ reactions }) => reactions?.some(isSince)),
            isCut: missed.length > server.mostRead,
          };
        }),
      reactions: (id) =>
        answer(`reactions of ${id}`, () => server.reactions.filter((one) => one.postId === id)),
    },
    cursor: {
      load: () => cursor.at,
      save(at) {
        cursor.at = at;
      },
      flush: async () => {},
    },
    users,
    sessions: {
      openCards: () => server.openCards,
      threadsAwaitingCards: () => server.awaitingCards,
      waitingPosts: () => server.waitingPosts,
      liveThreads: () => server.liveThreads,
      find: (threadId) => sessions.get(threadId),
    },
    projects: () => projects.map(routed),
    isDirect,
    standing: () =>
      answer("member claude-code", () => ({
        isMember: !server.left.includes("claude-code" as UserId),
        lastPostAt: server.lastPostAt,
        isMentioned: server.isMentioned,
      })),
    listSessions: () => ({ markdown: "the list", attachment: { color: "", text: "" } }),
    reply: (thread, { markdown, attachment }) =>
      replies.push(`${thread}: ${[attachment.text, markdown].filter((part) => part !== "").join("\n")}`),
    audit: {
      append(entry) {
        audited.push(`${entry.action} ${entry.by?.name}`);
        records.push(entry);
      },
    },
    clock,
    log,
    isTold: () => false,
    newUuid: () => `uuid${++uuids}`,
    botId: "claude-code" as UserId,
    botName: "claude-code",
    channelId: CHANNEL,
    channelName: "Lab",
    instance: INSTANCE,
    onOtherInstance: (why) => rivals.push(why),
    onAway: (why) => away.push(why !== undefined),
  };
  // As the start-up checks have found it.
  users.userUpdated(person("claude-code"));
  const router = new Router(dependencies);
  let made = 0;
  const post = (by: string, message: string, more: Partial<Post> = {}): Post => {
    const id = (more.id ?? `post${++made}`) as PostId;
    const made_: Post = {
      id,
      channelId: CHANNEL,
      threadId: "thread" as ThreadId,
      userId: by as UserId,
      message,
      createdAt: clock.now() + made,
      isFromPerson: true,
      pendingPostId: undefined,
      files: [],
      ...more,
    };
    server.posts.push(made_);
    return made_;
  };
  const says = async (
    by: string,
    message: string,
    more: Partial<Post> = {},
    mentions?: readonly string[],
  ): Promise<void> =>
    router.take({
      type: "posted",
      post: post(by, message, more),
      ...(mentions ? { mentions: mentions as readonly UserId[] } : {}),
    });
  const react = (
    by: string,
    postId: string,
    emojiName = "+1",
    type: "reactionAdded" | "reactionRemoved" = "reactionAdded",
    createdAt = clock.now(),
  ) =>
    router.take({
      type,
      reaction: { userId: by as UserId, postId: postId as PostId, emojiName, createdAt },
    });
  const texts = (): string[] =>
    delivered.map(({ signal }) => (signal.type === "message" ? signal.message.text : signal.type));
  return {
    clock,
    router,
    cursor,
    /** Another router over the same cursor. */
    restart: () => new Router(dependencies),
    /** The next call of that name fails. */
    fail: (line: string, failure: MattermostError) => failuresOf.set(line, failure),
    /** What happens while the next answer of that name is on its way. */
    meanwhile: (line: string, happens: () => void) => happening.set(line, happens),
    server,
    replies,
    audited,
    records,
    delivered,
    opened,
    begin,
    logged,
    told,
    causes,
    rivals,
    away,
    users,
    says,
    react,
    post,
    texts,
    sessions,
  };
}

/** Threads begin with somebody's post, which no test has to write. */
function rootOf(id: ThreadId): Post {
  return {
    id,
    channelId: CHANNEL,
    threadId: id,
    userId: "alice" as UserId,
    message: "",
    createdAt: 0,
    isFromPerson: true,
    pendingPostId: undefined,
    files: [],
  };
}
