// What a thread's writer needs, and its data: the posts it knows and the writes it has left to do. All of it is plain
// data, so that it can be kept.

import type {
  Attachment,
  ChannelId,
  FileId,
  MattermostApi,
  PostId,
  ThreadId,
  UserId,
} from "../mattermost/types.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";

/** Names a post before the server has given it an id. */
export type PostKey = string;

export type ReactionTarget = { readonly key: PostKey } | { readonly postId: PostId };

/** What a post says. */
export interface Content {
  readonly markdown: string;
  readonly attachment?: Attachment | undefined;
}

/** Goes along with a post when it is created. */
export interface PostFile {
  readonly name: string;
  readonly text: string;
}

/**
 * What is done with a change to a frozen post, which the server lets nobody edit any more: a new post says what is new
 * of it (`continue`) or all of it, once in a while (`repeat`), or nobody is told (`drop`).
 */
export type IfFrozen = "continue" | "repeat" | "drop";

export interface PutOptions {
  readonly attachment?: Attachment | undefined;
  /** Short words for what the attachment is about, where it has to stand in a post of its own. */
  readonly about?: string | undefined;
  readonly file?: PostFile | undefined;
  /** Files that are uploaded already, of this account and channel and in no post yet. The text may be empty then. */
  readonly fileIds?: readonly FileId[] | undefined;
  readonly isFinal?: boolean | undefined;
  /** The post is growing and will be written again: other threads' news may go first. */
  readonly isProgress?: boolean | undefined;
  /** `continue` unless told. */
  readonly ifFrozen?: IfFrozen | undefined;
}

export interface ThreadWriterOptions {
  readonly api: MattermostApi;
  readonly channelId: ChannelId;
  readonly threadId: ThreadId;
  readonly botId: UserId;
  readonly clock: Clock;
  readonly log: Log;
  /** `Math.random` unless told. */
  readonly random?: (() => number) | undefined;
  /**
   * Resolves when what was asked for so far is kept; undefined when it is already. The writer waits for it before it
   * makes or edits a post or adds a reaction. Otherwise, after a crash, a post would be made again, words that people
   * have read would be taken back, or the reaction would stay for ever.
   */
  readonly saved?: (() => Promise<void> | undefined) | undefined;
  /**
   * A post got its id, for the first time or again after it had been deleted. It is the first post of `key`, not a
   * later one that continues it. `at`: when it was made, on the server's clock, if that is known.
   */
  readonly onPosted: (key: PostKey, postId: PostId, at?: number) => void;
  /**
   * The server takes no such file, or does not attach one that was uploaded: there is no such post, and all that was
   * asked for it is forgotten; or there is one that says so.
   */
  readonly onFileRefused: (key: PostKey) => void;
  /** The server takes no such content: a marker stands in the place of what the post was to say. */
  readonly onQuarantined?: ((key: PostKey) => void) | undefined;
  /**
   * Another post continues one that is there, or further pieces follow it. This has to be kept before they are made:
   * otherwise the first post would be used again after a restart.
   */
  readonly onReplaced?: ((key: PostKey) => void) | undefined;
  /** Nothing can be written while the channel is archived: what is left to do waits. Told with each try. */
  readonly onArchived?: (() => void) | undefined;
  /** A post or a change to one is written; from when it was asked for, in milliseconds. */
  readonly onWritten?: ((ms: number) => void) | undefined;
  /** Nothing can be written to this thread any more: its root is deleted, its channel out of reach. */
  readonly onLost: (reason: string) => void;
}

/** What is known of a post, and what it is to say. */
export interface Entry {
  id: PostId | undefined;
  wanted: Content;
  /** What a create that is under way, or whose answer was lost, says. */
  creating: Content | undefined;
  /** How much of what was asked for is written, wherever it stands. */
  written: Content | undefined;
  readonly file: PostFile | undefined;
  /** Of the file once it is on the server, until the post is. */
  fileId: FileId | undefined;
  /** Those that were uploaded before, until the post is there. */
  fileIds?: readonly FileId[] | undefined;
  pendingPostId: string;
  isQueued: boolean;
  isFinal: boolean;
  isProgress: boolean;
  ifFrozen?: IfFrozen | undefined;
  about?: string | undefined;
  /** The server has refused to make it once. */
  isRefused?: boolean | undefined;
  /** The post that was there first and can't be edited any more, and how much of what was asked for has been said. */
  frozen?: { readonly id: PostId; readonly said: Content } | undefined;
  quarantined?: Quarantined | undefined;
  /** When the newest post of it was made. */
  postedAt?: number | undefined;
}

/** What the server does not accept; a marker stands for it. */
export interface Quarantined {
  readonly content: Content;
  /** Empty when it stands in an earlier post. */
  readonly marker: string;
  /** False while it is tried once more. */
  readonly isHeld: boolean;
}

export function newEntry(
  pendingPostId: string,
  file: PostFile | undefined,
  fileIds: readonly FileId[] | undefined,
): Entry {
  return {
    id: undefined,
    wanted: { markdown: "" },
    creating: undefined,
    written: undefined,
    file,
    fileId: undefined,
    ...(fileIds?.length ? { fileIds } : {}),
    pendingPostId,
    isQueued: false,
    isFinal: false,
    isProgress: false,
  };
}

/** All of a writer, as plain data. */
export interface WriterSnapshot {
  readonly entries: readonly (readonly [PostKey, Entry])[];
  readonly writes: readonly Write[];
}

/** One thing to do. */
export type Write =
  /** Look for posts that were created without our hearing of it. */
  | { readonly kind: "findLost" }
  | { readonly kind: "put"; readonly key: PostKey }
  | { readonly kind: "react" | "unreact"; readonly target: ReactionTarget; readonly emojiName: string };
