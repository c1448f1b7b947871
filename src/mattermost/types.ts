// The part of Mattermost's data that mm-claude uses, with names of its own. Branded ids are made only in decode.ts, so
// that text which a person wrote can never be used as an id.

import type { SlotRequest } from "./request-queues.ts";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type UserId = Branded<"UserId">;
export type PostId = Branded<"PostId">;
export type ChannelId = Branded<"ChannelId">;
export type FileId = Branded<"FileId">;
/** The id of a thread's root post. */
export type ThreadId = PostId;

export interface User {
  readonly id: UserId;
  readonly username: string;
  readonly isBot: boolean;
  /** False when an administrator has deactivated the account. */
  readonly isActive: boolean;
  /** A guest sees no channel but those they were put into, open ones either. */
  readonly isGuest?: true;
}

export interface UserStatus {
  readonly userId: UserId;
  /** On "do not disturb", or out of office. */
  readonly isBusy: boolean;
  /** In milliseconds since the epoch; undefined where no end is set. */
  readonly busyUntil: number | undefined;
}

/** A file that goes with a post. */
export interface FileInfo {
  readonly id: FileId;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly mimeType: string;
}

export interface Post {
  readonly id: PostId;
  readonly channelId: ChannelId;
  /** The thread this post belongs to: its root's id, or its own id when it is a root. */
  readonly threadId: ThreadId;
  readonly userId: UserId;
  readonly message: string;
  /** Milliseconds since the epoch, the server's clock. */
  readonly createdAt: number;
  /** Written by a person: not a system post (`type`), a bot's (`from_bot`) or a webhook's (`from_webhook`). */
  readonly isFromPerson: boolean;
  /** Written by a bot account with its own token, and by nothing else that the post tells of. */
  readonly isFromBot?: true;
  /**
   * The `pendingPostId` it was created with, when mm-claude created it; anybody could write this, so look at `userId`.
   */
  readonly pendingPostId: string | undefined;
  /** The mark of the mm-claude that created it; earlier versions left none. */
  readonly instance?: string;
  readonly files: readonly FileInfo[];
  /** The coloured bar below it, if it has one that can be read. */
  readonly attachment?: Attachment;
  /** What all its attachments say, one after the other; integrations say most of what they say in them. */
  readonly attachmentTexts?: readonly string[];
  /** Those on it when it was read; undefined when there were none, or when the server sent no list of them. */
  readonly reactions?: readonly Reaction[];
}

export interface Reaction {
  readonly userId: UserId;
  readonly postId: PostId;
  /** As the server names it, skin tones included: `+1_light_skin_tone`. */
  readonly emojiName: string;
  /** When it was added, the last time if more than once; milliseconds since the epoch, the server's clock. */
  readonly createdAt?: number;
}

export interface Channel {
  readonly id: ChannelId;
  readonly teamId: string;
  /** As it stands in addresses; of a direct message the ids of both accounts, with `__` between them. */
  readonly name?: string;
  readonly displayName: string;
  readonly isArchived: boolean;
  /** When its newest post was made, on the server's clock; undefined when it has none. */
  readonly lastPostAt?: number;
  /** `O` open, `P` private, `D` direct, `G` group. */
  readonly type: string;
}

/** A channel that the account is in, as the account stands there. */
export interface ChannelMember {
  readonly channel: Channel;
  /** The name of the channel's team, as it stands in addresses; undefined for a direct message. */
  readonly team?: string;
  /** How often it was mentioned there since it last looked, which a bot never does; in a direct message: how many posts. */
  readonly mentions: number;
}

export type SocketEvent =
  /** First frame of a new connection. `resumed` is false when events since the last connection may be missing. */
  | { readonly type: "hello"; readonly connectionId: string; readonly resumed: boolean }
  /** `mentions`: the accounts the server takes as mentioned; undefined when it did not say (7.10, catch-up). */
  | {
      readonly type: "posted";
      readonly post: Post;
      readonly mentions?: readonly UserId[];
      /** As a channel's `type`. */
      readonly channelType?: string;
    }
  | { readonly type: "postEdited"; readonly post: Post }
  | { readonly type: "postDeleted"; readonly post: Post }
  /** `channelId`: undefined when the server did not say. */
  | { readonly type: "reactionAdded"; readonly reaction: Reaction; readonly channelId?: ChannelId }
  | { readonly type: "reactionRemoved"; readonly reaction: Reaction; readonly channelId?: ChannelId }
  | { readonly type: "userUpdated"; readonly user: User }
  /** An account, perhaps the bot's own, joined a channel or left it. */
  | {
      readonly type: "memberAdded" | "memberRemoved";
      readonly channelId: ChannelId;
      readonly userId: UserId;
    }
  | { readonly type: "channelArchived" | "channelRestored"; readonly channelId: ChannelId }
  | { readonly type: "channelUpdated"; readonly channel: Channel }
  /** The server has answered what it was asked at `askedAt`, on our clock: what it had to tell before has been told. */
  | { readonly type: "alive"; readonly askedAt: number }
  /** The socket is gone; it is being reconnected. */
  | { readonly type: "disconnected"; readonly reason: string };

/**
 * A coloured bar with text below a message (a message attachment): no text that a person or Claude writes can look like
 * it.
 */
export interface Attachment {
  /** `#rrggbb`. */
  readonly color: string;
  readonly text: string;
}

/** A file that is read while it is sent, and never held whole. */
export interface StreamedFile {
  readonly name: string;
  /** Bytes: `open` has to give exactly as many. */
  readonly size: number;
  /** From the beginning, once for each try. A piece may be overwritten as soon as the next one is asked for. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/** What a new post needs. `pendingPostId` makes a retried create return the first post instead of a second one. */
export interface NewPost {
  readonly channelId: ChannelId;
  /** Undefined: it begins a thread. */
  readonly rootId: ThreadId | undefined;
  readonly message: string;
  readonly pendingPostId: string;
  readonly attachment?: Attachment | undefined;
  /** Files of the same account that were uploaded to the same channel and are in no post yet. */
  readonly fileIds?: readonly FileId[] | undefined;
}

/** What a post has after an edit. `attachment` needs the post's own `pendingPostId`: an edit replaces all props. */
export interface PostEdit {
  readonly message: string;
  readonly attachment?: Attachment | undefined;
  readonly pendingPostId: string;
}

/** A page of a channel's posts. */
export interface ChannelPage {
  /** Oldest first, without deleted ones. */
  readonly posts: readonly Post[];
  readonly hasOlder: boolean;
}

export interface PostsSince {
  /**
   * Those of a channel that were created then or later, oldest first, without deleted ones. The newest 10,000 at most.
   */
  readonly posts: readonly Post[];
  /** Earlier ones that somebody has reacted to then or later, as far as the server sent them with the others. */
  readonly reactedTo: readonly Post[];
  /** There are more posts, which were not read. */
  readonly isCut: boolean;
}

/**
 * The REST calls mm-claude makes. Every call retries network errors, 429 and 5xx a few times, then throws
 * MattermostError; no call throws anything else.
 */
export interface MattermostApi {
  /** The mark of the posts that are created here. */
  readonly instance: string;
  /**
   * Calls `perform` when the budget has a slot for it: at once where the server has no limit. The calls of the api that
   * `perform` gets are sent at once, and only once: whoever has the slot decides whether, and with what, to try again.
   */
  inSlot<T>(slotRequest: SlotRequest, perform: (api: MattermostApi) => Promise<T>): Promise<T>;
  me(): Promise<User>;
  /** Undefined when no such account exists. */
  userByName(username: string): Promise<User | undefined>;
  user(id: UserId): Promise<User>;
  /** Only the accounts that exist come back. */
  usersByNames(usernames: readonly string[]): Promise<User[]>;
  channel(id: ChannelId): Promise<Channel>;
  /** By the names that stand in addresses, archived ones too; undefined when there is none that the account may see. */
  channelByName(team: string, name: string): Promise<Channel | undefined>;
  /** As it stands in addresses; undefined for a team that the account may not see. */
  teamName(id: string): Promise<string | undefined>;
  /** Channels the account is a member of, over all its teams, without direct messages. */
  myChannels(): Promise<Channel[]>;
  /** All the channels the account is in, direct messages as well, without archived ones. */
  myMemberships(): Promise<ChannelMember[]>;
  isMember(channelId: ChannelId, userId: UserId): Promise<boolean>;
  /** Whom of them a mention would disturb now. */
  statuses(ids: readonly UserId[]): Promise<UserStatus[]>;
  /** The server's longest post in Unicode code points (`MaxPostSize`). */
  maxPostSize(): Promise<number>;
  /** The server's largest file in bytes (`MaxFileSize`); Infinity when it names none. */
  maxFileSize(): Promise<number>;
  createPost(post: NewPost): Promise<Post>;
  editPost(id: PostId, edit: PostEdit): Promise<void>;
  post(id: PostId): Promise<Post>;
  /** A thread's posts, oldest first. */
  thread(id: ThreadId): Promise<Post[]>;
  /**
   * What a `hello` with `resumed: false` may have missed. `sinceMs`: the server's clock. `isUrgent`: false when it shall
   * wait for what people wait for.
   */
  postsSince(channelId: ChannelId, sinceMs: number, isUrgent?: boolean): Promise<PostsSince>;
  /** The newest posts of a channel, or the newest of those made before that post; at most 200. */
  postsBefore(channelId: ChannelId, before: PostId | undefined, limit: number): Promise<ChannelPage>;
  /**
   * What the server finds in a team's channels, and in direct messages: in all that the account itself may read. Newest
   * first; the server says how many at most.
   */
  searchPosts(teamId: string, terms: string): Promise<Post[]>;
  addReaction(reaction: Reaction): Promise<void>;
  removeReaction(reaction: Reaction): Promise<void>;
  reactions(postId: PostId): Promise<Reaction[]>;
  /** A file's bytes; throws `too-large` when there are more than `maxBytes`, and then holds no more than that. */
  file(id: FileId, maxBytes: number): Promise<Uint8Array>;
  /** For a post in this channel. When the answer is lost, a file is left on the server that no post shows. */
  uploadFile(channelId: ChannelId, name: string, bytes: Uint8Array): Promise<FileId>;
  /**
   * As `uploadFile`, for a file of any size, as long as something of it is taken all the time. Nothing is removed from
   * it. Rejects also with what its pieces reject with, and with the reason of `signal`; the server keeps nothing then.
   */
  uploadStream(channelId: ChannelId, file: StreamedFile, signal?: AbortSignal): Promise<FileId>;
}
