// The server's JSON → our types, or undefined. The one place where branded ids are made, and the only one that knows
// the field names of answers; those of frames are in frame.ts. Seen on 7.10; unknown fields are ignored.

import { z } from "zod";
import { attachmentTextsOf } from "./attachment-texts.ts";
import type {
  Attachment,
  Channel,
  ChannelId,
  FileId,
  FileInfo,
  Post,
  PostId,
  Reaction,
  User,
  UserId,
  UserStatus,
} from "./types.ts";

// The server makes ids of 26 lower-case letters and digits. A little more is accepted, but nothing with which an id
// could change the path of a URL that it is put into.
export const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const milliseconds = z.number().nonnegative();

const wireUser = z.object({
  id,
  username: z.string().min(1),
  is_bot: z.boolean().nullish(),
  roles: z.unknown().optional(),
  delete_at: milliseconds.nullish(),
});

// `dnd_end_time` in seconds, 0 or left out where there is no end (the server's documentation).
const wireStatus = z.object({
  user_id: id,
  status: z.string(),
  dnd_end_time: z.number().nonnegative().nullish(),
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
  metadata: z.object({ files: z.array(wireFile).nullish(), reactions: z.unknown().optional() }).nullish(),
});

const wireReaction = z.object({
  user_id: id,
  post_id: id,
  emoji_name: z.string().regex(/^[A-Za-z0-9_+-]{1,64}$/),
  create_at: milliseconds.nullish(),
  update_at: milliseconds.nullish(),
});

const wireChannel = z.object({
  id,
  team_id: z.string(),
  name: z.string().nullish(),
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

/** One file was sent, so the answer has one. */
const wireUpload = z.object({ file_infos: z.tuple([z.object({ id })]) });

export function decodeUserId(value: unknown): UserId | undefined {
  return id.safeParse(value).data as UserId | undefined;
}

export function decodePostId(value: unknown): PostId | undefined {
  return id.safeParse(value).data as PostId | undefined;
}

export function decodeChannelId(value: unknown): ChannelId | undefined {
  return id.safeParse(value).data as ChannelId | undefined;
}

/** The server itself makes no noise for accounts of these two kinds (read in its source). */
const BUSY = ["dnd", "ooo"];

export function decodeUserStatus(value: unknown): UserStatus | undefined {
  const { data } = wireStatus.safeParse(value);
  if (data === undefined) {
    return undefined;
  }
  const isBusy = BUSY.includes(data.status);
  const busyUntil = isBusy && data.dnd_end_time ? data.dnd_end_time * 1000 : undefined;
  return { userId: data.user_id as UserId, isBusy, busyUntil };
}

export function decodeUser(value: unknown): User | undefined {
  const { data } = wireUser.safeParse(value);
  if (data === undefined) {
    return undefined;
  }
  return {
    id: data.id as UserId,
    username: data.username,
    isBot: data.is_bot === true,
    isActive: !data.delete_at,
    ...(/\bsystem_guest\b/.test(String(data.roles)) ? { isGuest: true } : {}),
  };
}

export function decodeChannel(value: unknown): Channel | undefined {
  const { data } = wireChannel.safeParse(value);
  if (data === undefined) {
    return undefined;
  }
  return {
    id: data.id as ChannelId,
    teamId: data.team_id,
    ...(data.name ? { name: data.name } : {}),
    displayName: data.display_name,
    isArchived: Boolean(data.delete_at),
    type: data.type,
    ...(data.last_post_at ? { lastPostAt: data.last_post_at } : {}),
  };
}

export function decodeReaction(value: unknown): Reaction | undefined {
  const { data } = wireReaction.safeParse(value);
  if (data === undefined) {
    return undefined;
  }
  return {
    userId: data.user_id as UserId,
    postId: data.post_id as PostId,
    emojiName: data.emoji_name,
    // One that was removed and added again keeps its first date in the answers of REST (read in 7.10's source).
    ...(data.create_at ? { createdAt: Math.max(data.create_at, data.update_at ?? 0) } : {}),
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
    isFromPerson: !data.type && machineMarks(data.props ?? {}).length === 0,
    ...(isOfBotAlone(data) ? { isFromBot: true } : {}),
    pendingPostId: textIn(data.props ?? {}, PENDING_POST_ID_PROP),
    ...instanceOf(data.props ?? {}),
    ...attachmentOf(data.props ?? {}),
    ...attachmentTextsOf(data.props ?? {}),
    files: filesOf(data),
    ...reactionsOn(data),
  };
}

function reactionsOn({ metadata }: z.infer<typeof wirePost>): { readonly reactions?: readonly Reaction[] } {
  // The server leaves the list out where there are none. One that can't be used must not keep the others from being
  // read.
  const listed = Array.isArray(metadata?.reactions) ? metadata.reactions : [];
  const reactions = listed.map(decodeReaction).filter((reaction) => reaction !== undefined);
  return reactions.length > 0 ? { reactions } : {};
}

export interface PostList {
  /** Oldest first, without the deleted ones. */
  readonly posts: Post[];
  /** Posts that `order` doesn't name: the roots, or the whole threads, of replies that it does. */
  readonly alongside: Post[];
  /** When the oldest post of it was created, deleted ones included; Infinity for an empty list. */
  readonly oldestAt: number;
  /** How many posts the server counted for it, with deleted and unusable ones. */
  readonly length: number;
  /** The server names a post before this page (since 5.12, read; seen on 10.11). */
  readonly hasOlder: boolean;
  /**
   * The next page starts before this post. It is newer than the oldest post here, because posts that are missing here
   * may have the same date as the oldest one.
   */
  readonly goOnBefore: PostId | undefined;
}

/**
 * The page is what `order` names: `posts` also holds the roots of replies, which may be much older and belong to
 * another page (7.10, 10.11). Undefined when it isn't a post list.
 */
export function decodePostList(value: unknown): PostList | undefined {
  const { data } = wirePostList.safeParse(value);
  if (data === undefined) {
    return undefined;
  }
  const order = data.order ?? [];
  const posts = new Map(Object.entries(data.posts ?? {}));
  const listed = readable(order.map((postId) => posts.get(postId)));
  for (const postId of order) {
    posts.delete(postId);
  }
  const oldestAt = listed.reduce(
    (oldest, post) => Math.min(oldest, post.create_at),
    Number.POSITIVE_INFINITY,
  );
  return {
    posts: notDeleted(listed).sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)),
    alongside: notDeleted(readable([...posts.values()])),
    oldestAt,
    length: order.length,
    hasOlder: Boolean(data.prev_post_id),
    goOnBefore: (listed.findLast((post) => post.create_at > oldestAt) ?? listed.at(-1))?.id as
      | PostId
      | undefined,
  };
}

function readable(posts: readonly unknown[]): z.infer<typeof wirePost>[] {
  return posts.map((post) => wirePost.safeParse(post).data).filter((post) => post !== undefined);
}

function notDeleted(posts: readonly z.infer<typeof wirePost>[]): Post[] {
  return posts.filter((post) => !post.delete_at).map(toPost);
}

/** A list whose every entry must be usable. The server writes an empty list as `null` at times. */
export function decodeList<T>(value: unknown, decodeOne: (entry: unknown) => T | undefined): T[] | undefined {
  if (value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    return undefined;
  }
  const entries = value.map(decodeOne);
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

/** The server doesn't keep `pending_post_id` (7.10 answers "" later), so each post of ours has it as a prop as well. */
export const PENDING_POST_ID_PROP = "mm_claude_pending_post_id";

/** Which process created the post. */
export const INSTANCE_PROP = "mm_claude_instance";

function instanceOf(props: Readonly<Record<string, unknown>>): { readonly instance?: string } {
  const instance = textIn(props, INSTANCE_PROP);
  return instance === undefined ? {} : { instance };
}

const wireAttachment = z.object({ color: z.string(), text: z.string() });

/** As it is in the post that was sent. No recording shows one yet: what can't be read counts as unknown. */
function attachmentOf(props: Readonly<Record<string, unknown>>): { readonly attachment?: Attachment } {
  const { attachments } = props;
  const attachment = wireAttachment.safeParse(Array.isArray(attachments) ? attachments[0] : undefined).data;
  return attachment === undefined ? {} : { attachment };
}

function textIn(props: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = props[name];
  return typeof value === "string" ? value : undefined;
}

// An incoming webhook's post has its owner's user_id; only the props show what it is (7.10: `from_webhook: "true"`).
// Others are `from_bot`, `from_plugin`, `from_oauth_app`. A person who sets one of them on their own post is not heard,
// which does no harm. The server and its plugins write true in several ways, so every value counts that isn't clearly
// false. Posts of another mm-claude are not from a person either, whatever account it uses: the two would answer each
// other for ever.
function machineMarks(props: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(props)
    .filter(
      ([key, value]) =>
        /^(?:from_|override_|mm_claude_)/.test(key) &&
        !["", "0", "false", "undefined", "null"].includes(String(value).trim().toLowerCase()),
    )
    .map(([key]) => key);
}

// A webhook that a bot account owns posts with that account's user_id, and the server adds `from_bot` there too (10.11,
// read): `from_webhook` is what tells. A payload can write every prop but that one.
function isOfBotAlone({ type, props }: z.infer<typeof wirePost>): boolean {
  const marks = machineMarks(props ?? {});
  return !type && marks.length === 1 && marks[0] === "from_bot";
}

function filesOf(post: z.infer<typeof wirePost>): FileInfo[] {
  const files = post.metadata?.files ?? [];
  const known = new Map(files.map((file) => [file.id, file]));
  // file_ids is always complete; the server may leave metadata out.
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
