// Several channels served by one bot, with real sessions in them, over a server and Claudes that are only in memory. All
// that happens is an event, and has happened completely once `settle` resolves.

import type { Connection } from "../../src/app/bridge.ts";
import { Channels } from "../../src/app/channels.ts";
import { CostBook } from "../../src/app/cost-book.ts";
import { linksAt } from "../../src/app/links.ts";
import { savedConversations } from "../../src/app/saved-conversations.ts";
import type { AuditEntry } from "../../src/audit/record.ts";
import { createAccess } from "../../src/chat-tools/access.ts";
import { createChatTools } from "../../src/chat-tools/tools.ts";
import type { ClaudeClient, ClaudeEvent, ClaudeStart, PermissionAnswer } from "../../src/claude/types.ts";
import type { Project } from "../../src/config/project.ts";
import { MattermostError } from "../../src/mattermost/error.ts";
import { newInstance } from "../../src/mattermost/instance.ts";
import { Standings } from "../../src/mattermost/standings.ts";
import type {
  Channel,
  ChannelId,
  MattermostApi,
  NewPost,
  Post,
  PostId,
  SocketEvent,
  User,
  UserId,
} from "../../src/mattermost/types.ts";
import { Users } from "../../src/mattermost/users.ts";
import { Machines } from "../../src/remote/machines.ts";
import { createCalling } from "../../src/session/calling.ts";
import { SessionListeners } from "../../src/session/listeners.ts";
import type { ReadyProject } from "../../src/setup/project-checks.ts";
import type { DocumentStore } from "../../src/store/document-store.ts";
import { createRedact } from "../../src/util/redact.ts";
import { createFakeClock, settle } from "./fake-clock.ts";
import { memoryDocuments } from "./memory-documents.ts";
import { turnEnded, user } from "./session-script.ts";

const BOT = user("claude-code", { isBot: true });

/** One Claude: what it was given, and what it has heard since it was started. */
export interface HeardClaude {
  readonly start: ClaudeStart;
  readonly tell: (event: ClaudeEvent) => void;
  readonly heard: string[];
  readonly answers: { readonly requestId: string; readonly answer: PermissionAnswer }[];
  isClosed: boolean;
}

/** `direct`: pairs of a channel's id and who is in it beside the bot. */
export function channelsWorld({
  people,
  channels,
  direct,
}: {
  readonly people: readonly User[];
  readonly channels: readonly string[];
  readonly direct: readonly (readonly [channel: string, person: string])[];
}) {
  const clock = createFakeClock();
  const posts = new Map<PostId, Post>();
  const documents = new Map<string, string>();
  const claudes: HeardClaude[] = [];
  const problems: string[] = [];
  const audited: AuditEntry[] = [];
  const accounts = new Map([...people, BOT].map((account) => [account.id, account]));
  let checked: readonly ReadyProject[] = [];
  let made = 0;

  const places = new Map<string, Channel>([
    ...channels.map((name) => [name, channelOf(name, "O", name)] as const),
    ...direct.map(([name, person]) => [name, channelOf(name, "D", `${BOT.id}__${person}`)] as const),
  ]);
  const given = <T>(value: T | undefined): T => {
    if (value === undefined) throw new MattermostError("not-found", "there is none");
    return value;
  };
  const store = (post: Omit<Post, "id" | "createdAt">): Post => {
    const stored = { ...post, id: `post${++made}` as PostId, createdAt: clock.now() };
    posts.set(stored.id, stored);
    return stored;
  };
  const newestIn = (channelId: ChannelId): Pick<Channel, "lastPostAt"> => {
    const newest = [...posts.values()].findLast((post) => post.channelId === channelId);
    return newest ? { lastPostAt: newest.createdAt } : {};
  };
  const ofBot = ({ channelId, rootId, message, pendingPostId, attachment }: NewPost): Post => ({
    ...store({
      channelId,
      // A root post is the thread that it begins: its id is the next one.
      threadId: rootId ?? (`post${made + 1}` as PostId),
      userId: BOT.id,
      message,
      isFromPerson: false,
      pendingPostId,
      files: [],
      ...(attachment ? { attachment } : {}),
    }),
  });
  const api: Partial<MattermostApi> = {
    instance: newInstance(clock.now(), () => 0.5),
    inSlot: (_slotRequest, perform) => perform(api as MattermostApi),
    user: async (userId) => given(accounts.get(userId)),
    userByName: async (name) => [...accounts.values()].find((one) => one.username === name),
    channel: async (channelId) => given(places.get(channelId)),
    myMemberships: async () =>
      [...places.values()].map((channel) => ({
        channel: { ...channel, ...newestIn(channel.id) },
        mentions: 0,
      })),
    isMember: async () => true,
    post: async (postId) => given(posts.get(postId)),
    thread: async (threadId) => [...posts.values()].filter((post) => post.threadId === threadId),
    postsSince: async (channelId, since) => ({
      posts: [...posts.values()].filter((post) => post.channelId === channelId && post.createdAt >= since),
      reactedTo: [],
      isCut: false,
    }),
    reactions: async () => [],
    addReaction: async () => {},
    removeReaction: async () => {},
    createPost: async (post) => ofBot(post),
    async editPost(postId, { message, attachment }) {
      const post = given(posts.get(postId));
      posts.set(postId, { ...post, message, ...(attachment ? { attachment } : {}) });
    },
  };

  const startClaude = (start: ClaudeStart, tell: (event: ClaudeEvent) => void): ClaudeClient => {
    const claude: HeardClaude = { start, tell, heard: [], answers: [], isClosed: false };
    claudes.push(claude);
    return {
      pid: undefined,
      send(uuid, content) {
        claude.heard.push(...content.map((block) => (block.type === "text" ? block.text : "")));
        queueMicrotask(() => {
          tell({ type: "turnStarted", model: "in-memory" });
          tell({ type: "replayed", uuid });
        });
      },
      answer(requestId, answer) {
        claude.answers.push({ requestId, answer });
      },
      answerCall: () => {},
      interrupt: () => queueMicrotask(() => tell(turnEnded(false, "", true))),
      request: (_request, reply) => reply({ type: "unknown" }),
      async close() {
        claude.isClosed = true;
      },
    };
  };

  const folder: DocumentStore = {
    ...memoryDocuments(documents),
    path: "/state",
    names: () => [...documents.keys()],
    read: (name) => {
      const text = documents.get(name);
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    },
    allSaved: async () => {},
    close: async () => {},
    quarantine: (name, why) => void problems.push(`${name}: ${why}`),
  };
  const log = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (line: string, cause?: unknown) => void problems.push(`${line} ${String(cause ?? "")}`),
  };
  const users = new Users({ api: api as MattermostApi, clock });
  users.userUpdated(BOT);
  const switches = { isNotified: () => true, setNotified: () => {} };
  const connection: Connection = {
    url: "https://chat.example.com",
    token: "the-token-of-the-bot",
    bot: BOT,
    botName: BOT.username,
    growthPace: { delay: (ms) => ms },
    postLimit: 16_383,
    api: api as MattermostApi,
    clock,
    log,
    startClaude,
    version: "0.1.0",
    home: "/home/dev",
    folder,
    auditOf: () => ({ append: (entry) => void audited.push(entry) }),
    lock: () => ({ release: () => {} }),
    deniedPathsIn: () => [],
    environment: {},
    users,
    access: createAccess({ api: api as MattermostApi, users, botId: BOT.id, clock }),
    timeZone: "UTC",
    costs: new CostBook({ folder, timeZone: "UTC" }),
    listeners: new SessionListeners(log),
    switches,
    calling: createCalling({ api: api as MattermostApi, users, switches, log }),
    isTold: () => false,
    links: linksAt("https://chat.example.com"),
    saved: savedConversations({}),
    sameNames: (named) => named,
    chatTools: createChatTools([]),
    redact: createRedact(["the-token-of-the-bot"]),
    isHeld: () => false,
    standings: new Standings({
      api: api as MattermostApi,
      botId: BOT.id,
      clock,
      count: () => 1,
      heard: new Map(),
      onHeard: () => {},
    }),
    machines: new Machines({}),
    sendTyping: () => {},
  };
  const readyOf = (project: Project): ReadyProject => ({
    project,
    channel: project.channel === undefined ? undefined : places.get(project.channel),
    allowedUsers: [...accounts.values()].filter(({ username }) => project.allowedUsers.includes(username)),
    approvers: [...accounts.values()].filter(({ username }) => project.approvers.includes(username)),
    bots: [...accounts.values()].filter(({ username }) => project.bots.includes(username)),
  });
  const open = (): Channels => new Channels({ connection, onOtherInstance: (why) => problems.push(why) });
  let served = open();

  return {
    clock,
    posts,
    documents,
    claudes,
    /** What was logged as an error: none is expected. */
    problems,
    audited,
    connection,
    channels: () => served.all,
    /** Of the server: what it answers may be changed. */
    api,
    settle: settled,
    take: (event: SocketEvent): void => served.take(event),
    /** The id of the post that is written next. */
    nextPost: () => `post${made + 1}` as PostId,
    /** What somebody writes; `rootId`: in that thread. */
    post: (by: string, channel: string, message: string, rootId?: PostId, more: Partial<Post> = {}): Post => {
      const post = store({
        channelId: channel as ChannelId,
        threadId: "" as PostId,
        userId: by as UserId,
        message,
        isFromPerson: true,
        pendingPostId: undefined,
        files: [],
        ...more,
      });
      const whole = { ...post, threadId: rootId ?? post.id };
      posts.set(whole.id, whole);
      if (posts.get(whole.threadId)?.channelId !== channel) {
        // It is told, and no server has it.
        posts.delete(whole.id);
      }
      const channelType = places.get(channel)?.type;
      served.take({ type: "posted", post: whole, ...(channelType ? { channelType } : {}) });
      return whole;
    },
    /** In their order. What was asked of the server about one that is served already is not asked again. */
    serve(projects: readonly Project[]) {
      checked = projects.map(
        (project) => checked.find((one) => isSame(one.project, project)) ?? readyOf(project),
      );
      return served.update(checked);
    },
    /** An account is another one from now on: it was renamed, or deactivated. */
    changed(account: User): void {
      accounts.set(account.id, account);
      served.take({ type: "userUpdated", user: account });
    },
    /** From now on what begins by itself does. */
    open: () => served.open(),
    close: () => served.close(),
    /** Another mm-claude over what was kept, which serves nothing yet. */
    async restart() {
      await served.close();
      served = open();
    },
  };
}

const isSame = (one: Project, other: Project): boolean => JSON.stringify(one) === JSON.stringify(other);

export type ChannelsWorld = ReturnType<typeof channelsWorld>;

const channelOf = (name: string, type: string, address: string): Channel => ({
  id: name as ChannelId,
  teamId: type === "D" ? "" : "team",
  name: address,
  displayName: name,
  isArchived: false,
  type,
});

/** Promises of one thing after the other. */
async function settled(): Promise<void> {
  for (let round = 0; round < 4; round++) await settle();
}
