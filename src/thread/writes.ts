// What a thread's writer needs, and its data: the posts it knows and the writes it has left to do; plain, so that it can
// be kept.

import type { Bar, ChannelId, FileId, MattermostApi, PostId, ThreadId, UserId } from "../mattermost/types.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";

/** Names a post before the server has given it an id. */
export type PostKey = string;

export type ReactionTarget = { readonly key: PostKey } | { readonly postId: PostId };

/** What a post says. */
export interface Content {
  readonly markdown: string;
  readonly bar?: Bar | undefined;
}

/** Goes along with a post when it is created. */
export interface PostFile {
  readonly name: string;
  readonly text: string;
}

export interface PutOptions {
  readonly bar?: Bar | undefined;
  readonly file?: PostFile | undefined;
  readonly isFinal?: boolean | undefined;
  /** The post is growing and will be written again: other threads' news may go first. */
  readonly isProgress?: boolean | undefined;
}

export interface ThreadWriterOptions {
  readonly api: MattermostApi;
  readonly channelId: ChannelId;
  readonly threadId: ThreadId;
  readonly botId: UserId;
  readonly clock: Clock;
  readonly log: Log;
  /** A post got its id, for the first time or again after it had been deleted. */
  readonly onPosted: (key: PostKey, postId: PostId) => void;
  /** Nothing can be written to this thread any more: its root is deleted, its channel archived or out of reach. */
  readonly onLost: (reason: string) => void;
}

/** What is known of a post, and what it is to say. */
export interface Entry {
  id: PostId | undefined;
  wanted: Content;
  /** What a create that is under way, or whose answer was lost, says. */
  creating: Content | undefined;
  written: Content | undefined;
  readonly file: PostFile | undefined;
  /** Of the file once it is on the server, until the post is. */
  fileId: FileId | undefined;
  uploadFailures: number;
  pendingPostId: string;
  isQueued: boolean;
  isFinal: boolean;
  isProgress: boolean;
}

export function newEntry(pendingPostId: string, file: PostFile | undefined): Entry {
  return {
    id: undefined,
    wanted: { markdown: "" },
    creating: undefined,
    written: undefined,
    file,
    fileId: undefined,
    uploadFailures: 0,
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
  | { readonly kind: "adopt" }
  | { readonly kind: "put"; readonly key: PostKey }
  | { readonly kind: "react" | "unreact"; readonly target: ReactionTarget; readonly emojiName: string };
