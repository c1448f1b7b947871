// `read_thread` and `read_channel`: posts of the chat, quoted, as far as both the bot and the person who asked may read them.

import type { Channel, ChannelId, MattermostApi, Post, PostId, UserId } from "../mattermost/types.ts";
import type { Users } from "../mattermost/users.ts";
import type { Access } from "./access.ts";
import { A_CHANNEL, A_POST, channelIn, countIn, type NamedChannel, postIdIn, textOf } from "./arguments.ts";
import { ifAny, notReadable, wrongArgument } from "./outcomes.ts";
import { fitting, quotePost, WHAT_IS_QUOTED } from "./quoting.ts";
import type { ChatCall, ChatOutcome, ChatTool, ChatToolImplementation } from "./types.ts";

export interface ReadingOptions {
  readonly api: Pick<
    MattermostApi,
    "post" | "thread" | "channel" | "channelByName" | "teamName" | "postsBefore"
  >;
  readonly users: Pick<Users, "byId">;
  readonly access: Access;
  readonly botId: UserId;
}

/** A read's limit. */
const MAX_POSTS = 40;
const USUAL_POSTS = 20;

const READ_THREAD: ChatTool = {
  name: "read_thread",
  isReadOnly: true,
  description:
    "Reads a thread of the Mattermost chat: who wrote what and when, and the names of attached files. Without `link` it is " +
    "the thread of this conversation, with what people said to each other in it; with the permalink or id of a post, the " +
    `thread of that post. ${MAX_POSTS} posts at most; of a longer thread the first and the newest ones, or those around the linked post.`,
  inputSchema: {
    type: "object",
    properties: { link: { type: "string", description: `Of another thread: ${A_POST}.` } },
  },
};

export function readThread(options: ReadingOptions): ChatToolImplementation {
  return {
    tool: READ_THREAD,
    call: (call, signal) => performReadThread(call, signal, options),
  };
}

async function performReadThread(
  call: ChatCall,
  signal: AbortSignal,
  { api, access, ...options }: ReadingOptions,
): Promise<ChatOutcome> {
  const link = textOf(call.input["link"]);
  const linked = link === undefined ? call.threadId : postIdIn(link);
  if (linked === undefined) {
    return wrongArgument(`\`link\` should be ${A_POST}; without it, this thread is read.`);
  }
  const threadId = linked === call.threadId ? linked : (await ifAny(api.post(linked)))?.threadId;
  signal.throwIfAborted();
  const posts = threadId && (await ifAny(api.thread(threadId)));
  const root = posts?.find(({ id }) => id === threadId);
  // After they were read, and by what the answer itself says of where they are: posts can be moved.
  if (root === undefined || !posts || !(await access.mayReadThread(root, call))) {
    return notReadable({ post: linked });
  }
  const thread = posts.filter((post) => post.threadId === root.id && post.channelId === root.channelId);
  const isOwn = root.id === call.threadId;
  const place = isOwn ? "this thread" : `a thread in ${placeOf(await ifAny(api.channel(root.channelId)))}`;
  return {
    ...(await shownPosts(thread, byWorth(thread, linked), place, options)),
    target: { thread: root.id, channel: root.channelId },
  };
}

const READ_CHANNEL: ChatTool = {
  name: "read_channel",
  isReadOnly: true,
  description:
    "Reads the newest messages of a Mattermost channel, replies included, oldest first. Without `channel` it is the channel of " +
    "this conversation. To go further back, call it again with `before`: the id of the oldest post that you have.",
  inputSchema: {
    type: "object",
    properties: {
      channel: { type: "string", description: `Another channel: ${A_CHANNEL}.` },
      limit: {
        type: "integer",
        minimum: 1,
        maximum: MAX_POSTS,
        description: `How many; ${USUAL_POSTS} unless told.`,
      },
      before: {
        type: "string",
        description: "Only what was posted before this post: its permalink or id.",
      },
    },
  },
};

export function readChannel(options: ReadingOptions): ChatToolImplementation {
  return {
    tool: READ_CHANNEL,
    call: (call, signal) => performReadChannel(call, signal, options),
  };
}

async function performReadChannel(
  call: ChatCall,
  signal: AbortSignal,
  options: ReadingOptions,
): Promise<ChatOutcome> {
  const { api, access } = options;
  const named = textOf(call.input["channel"]);
  const wanted = named === undefined ? call.channelId : channelIn(named);
  if (wanted === undefined) {
    return wrongArgument(`\`channel\` should be ${A_CHANNEL}; without it, this channel is read.`);
  }
  const limit = countIn(textOf(call.input["limit"]) ?? String(USUAL_POSTS), MAX_POSTS);
  if (limit === undefined) {
    return wrongArgument(`\`limit\` should be a whole number from 1 to ${MAX_POSTS}.`);
  }
  const beforeText = textOf(call.input["before"]);
  const before = beforeText === undefined ? undefined : postIdIn(beforeText);
  if (beforeText !== undefined && before === undefined) {
    return wrongArgument(`\`before\` should be ${A_POST}, of a post in that channel.`);
  }
  const target = { channel: typeof wanted === "string" ? wanted : (wanted.id ?? wanted.name) };
  const channel = await findChannel(wanted, call, options);
  signal.throwIfAborted();
  if (!channel || !(await access.mayReadChannel(channel.id, call))) {
    return notReadable(target);
  }
  // The server takes the date of any post there is, and would tell so when one of another channel was made.
  if (before !== undefined && (await ifAny(api.post(before)))?.channelId !== channel.id) {
    return notReadable({ ...target, post: before });
  }
  signal.throwIfAborted();
  const page = await ifAny(api.postsBefore(channel.id, before, limit));
  // Once more, as that has taken a while.
  if (!page || !(await access.mayReadChannel(channel.id, call))) {
    return notReadable(target);
  }
  const posts = page.posts.filter(({ channelId }) => channelId === channel.id).slice(-limit);
  const shown = await shownPosts(posts, [...posts].reverse(), placeOf(channel), options);
  const hint = page.hasOlder ? "\n\nThere are older ones: read_channel with `before`." : "";
  return { ...shown, text: `${shown.text}${hint}`, target: { channel: channel.id } };
}

/** Says nothing about who may read it. */
async function findChannel(
  wanted: ChannelId | NamedChannel,
  call: ChatCall,
  { api }: ReadingOptions,
): Promise<Channel | undefined> {
  if (typeof wanted === "string") {
    return ifAny(api.channel(wanted));
  }
  const byId = wanted.id && (await ifAny(api.channel(wanted.id)));
  if (byId) {
    return byId;
  }
  const { teamId } = wanted.team === undefined ? await api.channel(call.channelId) : { teamId: "" };
  // Direct messages are in no team.
  const team = wanted.team ?? (teamId === "" ? undefined : await api.teamName(teamId));
  return team === undefined ? undefined : api.channelByName(team, wanted.name);
}

/** For the tool's line. */
export function placeOf(channel: Channel | undefined): string {
  switch (channel?.type) {
    case "D":
      return "a direct message";
    case "G":
      return "a group message";
    default:
      return channel?.name === undefined ? "a channel" : `~${channel.name.replace(/[^\w.-]/g, "_")}`;
  }
}

/** The first post, the linked one, and then the newest of those around it; of the whole thread when it is the first. */
function byWorth(thread: readonly Post[], linked: PostId): readonly Post[] {
  const [root, ...replies] = thread;
  const at = replies.findIndex(({ id }) => id === linked);
  const most = MAX_POSTS - 1;
  const end = at < 0 ? replies.length : Math.min(replies.length, at + 1 + Math.floor(most / 2));
  const newestFirst = replies.slice(Math.max(0, end - most), end).reverse();
  return [...new Set([root, replies[at], ...newestFirst])].filter((post) => post !== undefined);
}

/**
 * `all`: oldest first. `wanted`: those of them that are, the most important first, as not all may fit. Wherever some are
 * left out it is said.
 */
async function shownPosts(
  all: readonly Post[],
  wanted: readonly Post[],
  place: string,
  { users, botId }: Pick<ReadingOptions, "users" | "botId">,
): Promise<Pick<ChatOutcome, "text" | "isError" | "summary">> {
  const names = await namesOf(wanted, users);
  const quoted = wanted.map((post) =>
    quotePost({ post, author: names.get(post.userId), isOwn: post.userId === botId }),
  );
  const shown = new Map(wanted.slice(0, fitting(quoted)).map(({ id }, at) => [id, quoted[at] ?? ""]));
  const parts: string[] = [];
  let leftOut = 0;
  for (const { id } of all) {
    const passage = shown.get(id);
    if (passage === undefined) {
      leftOut += 1;
    } else {
      parts.push(...left(leftOut), passage);
      leftOut = 0;
    }
  }
  const count = `${shown.size} ${shown.size === 1 ? "post" : "posts"} of ${place}`;
  return {
    text: [`${count}, oldest first. ${WHAT_IS_QUOTED}`, ...parts, ...left(leftOut)].join("\n\n"),
    isError: false,
    summary: count,
  };
}

function left(count: number): string[] {
  return count === 0 ? [] : [`(${count} ${count === 1 ? "post is" : "posts are"} left out here)`];
}

/** Who has written these; without those whom nobody knows. */
export async function namesOf(
  posts: readonly Post[],
  users: Pick<Users, "byId">,
): Promise<ReadonlyMap<UserId, string>> {
  const ids = [...new Set(posts.map(({ userId }) => userId))];
  const found = await Promise.all(ids.map((id) => users.byId(id).catch(() => undefined)));
  return new Map(found.filter((user) => user !== undefined).map(({ id, username }) => [id, username]));
}
