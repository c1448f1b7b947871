// The server's JSON → our types, or undefined. The one place where branded ids are made, and the only one
// that knows the wire's field names of answers and frames. Seen on 7.10; unknown fields are ignored.
import { z } from "zod";
import type {
  Attachment,
  Channel,
  ChannelId,
  FileId,
  Post,
  PostId,
  Reaction,
  SocketEvent,
  User,
  UserId,
} from "./types.ts";

// The server makes ids of 26 lower-case letters and digits. Taken a little wider, but never so wide that an
// id could change the path of the URL it is put into.
const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const milliseconds = z.number().nonnegative();

const wireUser = z.object({
  id,
  username: z.string().min(1),
  is_bot: z.boolean().nullish(),
  delete_at: milliseconds.nullish(),
});

const wireFile = z.object({
  id,
  name: z.string().nullish(),
  size: z.number().nonnegative().nullish(),
  mime_type: z.string().nullish(),
});

const wirePost = z.object({
  id,
  channel_id: id,
  root_id: z.union([id, z.literal("")]).nullish(),
  user_id: id,
  message: z.string(),
  create_at: milliseconds,
  delete_at: milliseconds.nullish(),
  type: z.string().nullish(),
  props: z.record(z.string(), z.unknown()).nullish(),
  file_ids: z.array(id).nullish(),
  metadata: z.object({ files: z.array(wireFile).nullish() }).nullish(),
});

const wireReaction = z.object({
  user_id: id,
  post_id: id,
  emoji_name: z.string().regex(/^[A-Za-z0-9_+-]{1,64}$/),
  create_at: milliseconds.nullish(),
});

const wireChannel = z.object({
  id,
  team_id: z.string(),
  display_name: z.string(),
  type: z.string(),
  delete_at: milliseconds.nullish(),
  last_post_at: milliseconds.nullish(),
});

const wirePostList = z.object({
  // Go writes an empty list as null at times.
  order: z.array(z.string()).nullable(),
  posts: z.record(z.string(), z.unknown()).nullish(),
  prev_post_id: z.string().nullish(),
});

/** One file was sent, so one came in. */
const wireUpload = z.object({ file_infos: z.tuple([z.object({ id })]) });

const wireFrame = z.object({
  event: z.string().nullish(),
  seq: z.number().int().nonnegative().nullish(),
  data: z.record(z.string(), z.unknown()).nullish(),
  broadcast: z.unknown().optional(),
  error: z.object({ id: z.string().nullish() }).nullish(),
});

/** To whom an event goes; what does not apply is "". */
const wireBroadcast = z.object({
  channel_id: id.optional().catch(undefined),
  user_id: id.optional().catch(undefined),
});

const wireMentions = z.array(id);

const NOT_AUTHENTICATED = "api.web_socket_router.not_authenticated.app_error";

export function decodeUserId(value: unknown): UserId | undefined {
  return id.safeParse(value).data as UserId | undefined;
}

export function decodePostId(value: unknown): PostId | undefined {
  return id.safeParse(value).data as PostId | undefined;
}

export function decodeChannelId(value: unknown): ChannelId | undefined {
  return id.safeParse(value).data as ChannelId | undefined;
}

export function decodeUser(value: unknown): User | undefined {
  const { data } = wireUser.safeParse(value);
  if (data === undefined) return undefined;
  return {
    id: data.id as UserId,
    username: data.username,
    isBot: data.is_bot === true,
    isActive: !data.delete_at,
  };
}

export function decodeChannel(value: unknown): Channel | undefined {
  const { data } = wireChannel.safeParse(value);
  if (data === undefined) return undefined;
  return {
    id: data.id as ChannelId,
    teamId: data.team_id,
    displayName: data.display_name,
    isArchived: Boolean(data.delete_at),
    type: data.type,
    ...(data.last_post_at ? { lastPostAt: data.last_post_at } : {}),
  };
}

export function decodeReaction(value: unknown): Reaction | undefined {
  const { data } = wireReaction.safeParse(value);
  if (data === undefined) return undefined;
  return {
    userId: data.user_id as UserId,
    postId: data.post_id as PostId,
    emojiName: data.emoji_name,
    ...(data.create_at ? { createdAt: data.create_at } : {}),
  };
}

export function decodeUpload(value: unknown): FileId | undefined {
  return wireUpload.safeParse(value).data?.file_infos[0].id as FileId | undefined;
}

export function decodePost(value: unknown): Post | undefined {
  const { data } = wirePost.safeParse(value);
  return data && toPost(data);
}

function toPost(data: z.infer<typeof wirePost>): Post {
  return {
    id: data.id as PostId,
    channelId: data.channel_id as ChannelId,
    threadId: (data.root_id || data.id) as PostId,
    userId: data.user_id as UserId,
    message: data.message,
    createdAt: data.create_at,
    isFromPerson: !data.type && !isMachineMade(data.props ?? {}),
    pendingPostId: textIn(data.props ?? {}, PENDING_POST_ID_PROP),
    ...instanceOf(data.props ?? {}),
    attachments: attachmentsOf(data),
  };
}

export interface PostList {
  /** Oldest first, without the deleted ones. */
  readonly posts: Post[];
  /** When the oldest post on it was made, a deleted one counted as well; Infinity for an empty list. */
  readonly oldestAt: number;
  /** How many posts the server counted for it: some may be deleted, or of no use. */
  readonly length: number;
  /** The server names a post before this page's (since 5.12, read); seen filled on 10.11. */
  readonly hasOlder: boolean;
  /** Before it is what has not been on this page: it is newer than the oldest, since others may be of that one's date. */
  readonly goOnBefore: PostId | undefined;
}

/**
 * What `order` names is the answer: `posts` holds the roots of replies as well, which may be much older and of another
 * page (7.10, 10.11). Undefined when it isn't a post list.
 */
export function decodePostList(value: unknown): PostList | undefined {
  const { data } = wirePostList.safeParse(value);
  if (data === undefined) return undefined;
  const order = data.order ?? [];
  const listed = order
    .filter((postId) => Object.hasOwn(data.posts ?? {}, postId))
    .map((postId) => wirePost.safeParse(data.posts?.[postId]).data)
    .filter((post) => post !== undefined);
  const oldestAt = listed.reduce(
    (oldest, post) => Math.min(oldest, post.create_at),
    Number.POSITIVE_INFINITY,
  );
  return {
    posts: listed
      .filter((post) => !post.delete_at)
      .map(toPost)
      .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)),
    oldestAt,
    length: order.length,
    hasOlder: Boolean(data.prev_post_id),
    goOnBefore: (listed.findLast((post) => post.create_at > oldestAt) ?? listed.at(-1))?.id as
      | PostId
      | undefined,
  };
}

/** A list whose every entry must be usable. The server writes an empty list as `null` at times. */
export function decodeList<T>(value: unknown, decodeOne: (entry: unknown) => T | undefined): T[] | undefined {
  if (value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const entries = value.map(decodeOne);
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

/** The server forgets `pending_post_id` (7.10 answers "" later), so each post of ours carries it as a prop as well. */
export const PENDING_POST_ID_PROP = "mm_claude_pending_post_id";

/** Which process created it. */
export const INSTANCE_PROP = "mm_claude_instance";

function instanceOf(props: Readonly<Record<string, unknown>>): { readonly instance?: string } {
  const instance = textIn(props, INSTANCE_PROP);
  return instance === undefined ? {} : { instance };
}

function textIn(props: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = props[name];
  return typeof value === "string" ? value : undefined;
}

// An incoming webhook's post carries its owner's user_id; only the props tell (7.10: `from_webhook: "true"`). Others are
// `from_bot`, `from_plugin`, `from_oauth_app`; whoever sets one on a post of theirs is not heard, and that is all. The
// server and its plugins spell truth in several ways, so all but the clear negatives count. What another mm-claude has
// written is no person's word either, whatever account it runs on: two of them would talk without end.
function isMachineMade(props: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(props).some(
    ([key, value]) =>
      /^(?:from_|override_|mm_claude_)/.test(key) &&
      !["", "0", "false", "undefined", "null"].includes(String(value).trim().toLowerCase()),
  );
}

function attachmentsOf(post: z.infer<typeof wirePost>): Attachment[] {
  const files = post.metadata?.files ?? [];
  const known = new Map(files.map((file) => [file.id, file]));
  // file_ids is the truth; metadata is a convenience that the server may leave out.
  const ids = post.file_ids ?? files.map((file) => file.id);
  return ids.map((fileId) => {
    const file = known.get(fileId);
    return {
      id: fileId as FileId,
      name: file?.name || fileId,
      size: file?.size ?? 0,
      mimeType: file?.mime_type || "application/octet-stream",
    };
  });
}

/** What one socket frame says. `seq` numbers a connection's events; replies to our own actions have none. */
export type Frame =
  | { readonly kind: "hello"; readonly seq: number; readonly connectionId: string }
  | { readonly kind: "event"; readonly seq: number; readonly event: SocketEvent }
  /** An event mm-claude has no use for, or one it can't read (`problem`): only its number counts. */
  | { readonly kind: "skipped"; readonly seq: number; readonly problem: string | undefined }
  /** A server that knows who we are answers even an action it has never heard of. */
  | { readonly kind: "reply"; readonly isAuthenticated: boolean };

/** Undefined for what isn't a frame of the protocol at all. */
export function decodeFrame(text: string): Frame | undefined {
  const { data: frame } = wireFrame.safeParse(parseJson(text));
  if (frame === undefined) return undefined;
  // A reply to one of our actions: `{"status":"OK","seq_reply":1}` (7.10).
  if (!frame.event) return { kind: "reply", isAuthenticated: frame.error?.id !== NOT_AUTHENTICATED };
  if (frame.seq === undefined || frame.seq === null) return undefined;
  const seq = frame.seq;
  const data = frame.data ?? {};
  if (frame.event === "hello") {
    const { data: connectionId } = id.safeParse(data["connection_id"]);
    return connectionId === undefined ? undefined : { kind: "hello", seq, connectionId };
  }
  const decode = Object.hasOwn(EVENTS, frame.event) ? EVENTS[frame.event] : undefined;
  if (decode === undefined) return { kind: "skipped", seq, problem: undefined };
  const event = decode(data, wireBroadcast.safeParse(frame.broadcast).data ?? {});
  if (event === undefined) return { kind: "skipped", seq, problem: `unusable ${frame.event}` };
  return { kind: "event", seq, event };
}

type EventData = Readonly<Record<string, unknown>>;

type Broadcast = Partial<z.infer<typeof wireBroadcast>>;

const EVENTS: Readonly<Record<string, (data: EventData, to: Broadcast) => SocketEvent | undefined>> = {
  posted: (data) => {
    const post = decodePost(embedded(data["post"]));
    const mentions = wireMentions.safeParse(embedded(data["mentions"])).data as UserId[] | undefined;
    return post && { type: "posted", post, ...(mentions && { mentions }) };
  },
  post_edited: (data) => withPost("postEdited", data),
  post_deleted: (data) => withPost("postDeleted", data),
  reaction_added: (data, to) => withReaction("reactionAdded", data, to),
  reaction_removed: (data, to) => withReaction("reactionRemoved", data, to),
  user_updated: (data) => {
    const user = decodeUser(embedded(data["user"]));
    return user && { type: "userUpdated", user };
  },
  // Who joins a team comes into its default channels with all of the account in the place of its id (read).
  user_added: (data, to) =>
    withMember("memberAdded", to.channel_id, data["user_id"] ?? decodeUser(data["user"])?.id),
  // The account that is gone from a channel hears of it on its own (read): then the data names the channel.
  user_removed: (data, to) =>
    withMember("memberRemoved", to.channel_id ?? data["channel_id"], data["user_id"] ?? to.user_id),
};

function withPost(type: "postEdited" | "postDeleted", data: EventData): SocketEvent | undefined {
  const post = decodePost(embedded(data["post"]));
  return post && { type, post };
}

function withMember(
  type: "memberAdded" | "memberRemoved",
  channel: unknown,
  user: unknown,
): SocketEvent | undefined {
  const channelId = decodeChannelId(channel);
  const userId = decodeUserId(user);
  return channelId && userId && { type, channelId, userId };
}

function withReaction(
  type: "reactionAdded" | "reactionRemoved",
  data: EventData,
  to: Broadcast,
): SocketEvent | undefined {
  const reaction = decodeReaction(embedded(data["reaction"]));
  const channelId = decodeChannelId(to.channel_id);
  return reaction && { type, reaction, ...(channelId && { channelId }) };
}

/** Posts, reactions and mentions come as JSON inside a JSON string, users as plain objects (7.10). */
function embedded(value: unknown): unknown {
  return typeof value === "string" ? parseJson(value) : value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
