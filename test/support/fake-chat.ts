// A chat as the REST api shows it to the bot: teams, channels, who is in them, posts, files. Refuses as the server does
// (10.11): 404 for what does not exist, 403 for what the bot may not see; open channels of its team show to it unjoined.

import type { Access } from "../../src/chat-tools/access.ts";
import { createAccess } from "../../src/chat-tools/access.ts";
import { createChatTools, type SharedToolsOptions, sharedTools } from "../../src/chat-tools/tools.ts";
import type { ChatCall, ChatOutcome, ChatToolImplementation } from "../../src/chat-tools/types.ts";
import { type MattermostErrorCode, refusal } from "../../src/mattermost/error.ts";
import type {
  Channel,
  ChannelId,
  FileId,
  FileInfo,
  Post,
  PostId,
  User,
  UserId,
} from "../../src/mattermost/types.ts";
import { createFakeClock } from "./fake-clock.ts";

export const idOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "0")
    .padEnd(26, "x");
export const postId = (name: string): PostId => idOf(`post${name}`) as PostId;
export const channelId = (name: string): ChannelId => idOf(`channel${name}`) as ChannelId;
export const userId = (name: string): UserId => idOf(`user${name}`) as UserId;

const START = Date.UTC(2026, 10, 27, 14, 3);
const STATUS: Partial<Record<MattermostErrorCode, number>> = {
  "not-found": 404,
  forbidden: 403,
  "too-large": 413,
  server: 500,
};
const errorOf = (code: MattermostErrorCode) =>
  refusal("do it", STATUS[code] ?? 400, { serverId: "app.some.app_error" });

export type FakeChat = ReturnType<typeof fakeChat>;

/** With `~here`, in team `lab`, where the thread `root` of alice's is; she and the bot are in it. */
export function fakeChat(more: readonly ChatToolImplementation[] = []) {
  const clock = createFakeClock(START);
  const channels = new Map<ChannelId, Channel>();
  const members = new Set<string>();
  const teams = new Map<string, Set<UserId>>();
  const users = new Map<UserId, User>();
  const posts = new Map<PostId, Post>();
  const files = new Map<FileId, Uint8Array>();
  const calls: string[] = [];
  const reactions: string[] = [];
  /** By a call's name. */
  const faults = new Map<string, MattermostErrorCode>();
  const gates = new Map<string, Promise<void>>();
  const bot = userId("bot");

  const chat = {
    clock,
    calls,
    reactions,
    faults,
    gates,
    posts,
    addUser(name: string, how: Partial<User> = {}): UserId {
      const user = { id: userId(name), username: name, isBot: false, isActive: true, ...how };
      users.set(user.id, user);
      return user.id;
    },
    addChannel(name: string, type = "O", team = "lab"): ChannelId {
      const id = channelId(name);
      const teamId = type === "D" || type === "G" ? "" : idOf(`team${team}`);
      channels.set(id, { id, teamId, name, displayName: name, isArchived: false, type });
      return id;
    },
    join(channel: ChannelId, ...names: readonly string[]): void {
      for (const name of names) {
        members.add(`${channel} ${userId(name)}`);
        const teamId = channels.get(channel)?.teamId ?? "";
        teams.set(teamId, (teams.get(teamId) ?? new Set()).add(userId(name)));
      }
    },
    leave: (channel: ChannelId, name: string): void => void members.delete(`${channel} ${userId(name)}`),
    addPost(name: string, message: string, how: Partial<Post> = {}): Post {
      const id = postId(name);
      const post: Post = {
        id,
        channelId: channelId("here"),
        threadId: id,
        userId: userId("alice"),
        message,
        createdAt: START + posts.size * 1000,
        isFromPerson: true,
        pendingPostId: undefined,
        files: [],
        ...how,
      };
      posts.set(id, post);
      return post;
    },
    addFile(name: string, bytes: Uint8Array | string, size?: number): FileInfo {
      const id = idOf(`file${files.size}${name}`.slice(0, 26)) as FileId;
      const content = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
      files.set(id, content);
      return { id, name, size: size ?? content.length, mimeType: "text/plain" };
    },
    access: undefined as unknown as Access,
    run: (
      name: string,
      input: Record<string, unknown> = {},
      how: Partial<ChatCall> = {},
      signal = new AbortController().signal,
    ): Promise<ChatOutcome> =>
      tools.call(
        {
          name,
          input,
          asker: userId("alice"),
          channelId: channelId("here"),
          threadId: postId("root"),
          directory: "/project",
          deniedPaths: [],
          filesDirectory: undefined,
          callsBefore: 0,
          isAllowed: false,
          ...how,
        },
        signal,
      ),
  };

  const sees = (id: ChannelId): boolean => {
    const channel = channels.get(id);
    return (
      channel !== undefined &&
      (members.has(`${id} ${bot}`) || (channel.type === "O" && teams.get(channel.teamId)?.has(bot) === true))
    );
  };
  async function called<T>(name: string, what: string, answer: () => T): Promise<T> {
    calls.push(`${name} ${what}`.trim());
    await gates.get(name);
    const fault = faults.get(name);
    if (fault !== undefined) throw errorOf(fault);
    return answer();
  }
  const readable = (id: PostId): Post => {
    const post = posts.get(id);
    if (!post) throw errorOf("not-found");
    if (!sees(post.channelId)) throw errorOf("forbidden");
    return post;
  };
  const oldestFirst = (list: readonly Post[]): Post[] =>
    [...list].sort((one, other) => one.createdAt - other.createdAt);

  const api: SharedToolsOptions["api"] & { isMember(c: ChannelId, u: UserId): Promise<boolean> } = {
    isMember: (channel, user) =>
      called("isMember", `${channel} ${user}`, () => sees(channel) && members.has(`${channel} ${user}`)),
    post: (id) => called("post", id, () => readable(id)),
    thread: (id) =>
      called("thread", id, () => {
        readable(id);
        return oldestFirst([...posts.values()].filter((post) => post.threadId === id));
      }),
    channel: (id) =>
      called("channel", id, () => {
        const channel = channels.get(id);
        if (!channel) throw errorOf("not-found");
        if (!sees(id)) throw errorOf("forbidden");
        return channel;
      }),
    channelByName: (team, name) =>
      called("channelByName", `${team}/${name}`, () =>
        [...channels.values()].find(
          (one) => one.name === name && one.teamId === idOf(`team${team}`) && sees(one.id),
        ),
      ),
    teamName: (id) =>
      called("teamName", id, () =>
        teams.get(id)?.has(bot) ? id.replace(/^team/, "").replace(/x+$/, "") : undefined,
      ),
    myChannels: () =>
      called("myChannels", "", () =>
        [...channels.values()].filter(({ id, type }) => members.has(`${id} ${bot}`) && "OP".includes(type)),
      ),
    postsBefore: (channel, before, limit) =>
      called("postsBefore", `${channel} ${before ?? ""} ${limit}`, () => {
        if (!sees(channel)) throw errorOf("forbidden");
        const until = before === undefined ? Infinity : (posts.get(before)?.createdAt ?? Number.NaN);
        const all = oldestFirst([...posts.values()].filter((post) => post.channelId === channel));
        const earlier = all.filter((post) => post.createdAt < until);
        return { posts: earlier.slice(-limit), hasOlder: earlier.length > limit };
      }),
    searchPosts: (team, terms) =>
      called("search", `${team} ${terms}`, () => {
        const isIn = (id: ChannelId) =>
          members.has(`${id} ${bot}`) && ["", team].includes(channels.get(id)?.teamId ?? "?");
        const all = [...posts.values()].filter(
          (post) => isIn(post.channelId) && terms.split(" ").every((word) => post.message.includes(word)),
        );
        return oldestFirst(all).reverse().slice(0, 100);
      }),
    file: (id, maxBytes) =>
      called("file", id, () => {
        const bytes = files.get(id);
        if (!bytes) throw errorOf("not-found");
        if (bytes.length > maxBytes) throw errorOf("too-large");
        return bytes;
      }),
    addReaction: ({ userId: by, postId: on, emojiName }) =>
      called("react", `${on} ${emojiName}`, () => {
        readable(on);
        reactions.push(`${by === bot ? "bot" : by} ${on} ${emojiName}`);
      }),
  };
  const knownUsers = { byId: async (id: UserId) => users.get(id) };
  chat.access = createAccess({ api, users: knownUsers, botId: bot, clock });
  const tools = createChatTools([
    ...more,
    ...sharedTools({ api, users: knownUsers, botId: bot, access: chat.access }),
  ]);

  for (const name of ["bot", "alice", "bob"]) chat.addUser(name, name === "bot" ? { isBot: true } : {});
  chat.join(chat.addChannel("here"), "bot", "alice");
  chat.addPost("root", "hello");
  return { ...chat, tools, api };
}
