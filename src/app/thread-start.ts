// A session that begins without anybody's message: mm-claude makes the thread, and says at its top for whom and why.

import type { ChannelId, FileId, MattermostApi, Post, ThreadId } from "../mattermost/types.ts";
import type { Person } from "../session/authorization.ts";
import { tooBusy } from "../session/lifecycle.ts";
import type { SessionManager } from "../session/manager.ts";
import type { Message } from "../session/signals.ts";

export interface ThreadStart {
  /** With the same key within half a minute the same post is made (`pending_post_id`), however often it is asked for. */
  readonly key: string;
  /** Whose session it is, with their rights. */
  readonly by: Person;
  /** What the thread's first post says, or that post where it is there already. */
  readonly root: string | Post;
  /** Uploaded to the channel, and in no post yet. */
  readonly fileIds?: readonly FileId[];
  /** What Claude is told. */
  readonly text: string;
  readonly branch?: string | undefined;
  /** Called before the session has it. */
  readonly onPosted?: ((message: Message, thread: ThreadId) => void) | undefined;
}

/** `thread`: it is there, also where no session could begin in it. */
export type ThreadStarted =
  | { readonly thread: ThreadId; readonly problem?: undefined }
  | { readonly thread?: ThreadId; readonly problem: string };

export interface ThreadStartOptions {
  readonly api: Pick<MattermostApi, "createPost">;
  readonly channelId: ChannelId;
  readonly newUuid: () => string;
  readonly mayStart: (by: Person) => boolean;
  readonly maxSessions: number;
  readonly sessions: Pick<SessionManager, "open" | "find">;
}

/** Rejects when the server can't be asked to make the thread. */
export async function startThread(start: ThreadStart, options: ThreadStartOptions): Promise<ThreadStarted> {
  const { by, text, branch } = start;
  const { api, channelId, maxSessions, mayStart, newUuid, sessions } = options;
  const notAllowed = { problem: `@${by.name} is not among those who may start a session here` };
  if (!mayStart(by)) {
    return notAllowed;
  }
  const { fileIds, key, root } = start;
  const post =
    typeof root === "string"
      ? await api.createPost({ channelId, rootId: undefined, message: root, pendingPostId: key, fileIds })
      : root;
  // The right may have gone while the server was asked.
  if (!mayStart(by)) {
    return { ...notAllowed, thread: post.threadId };
  }
  const message: Message = {
    uuid: newUuid(),
    postId: post.id,
    by,
    text,
    files: post.files,
    isSlashCommand: false,
    withThread: false,
    at: post.createdAt,
  };
  start.onPosted?.(message, post.threadId);
  if (!sessions.find(post.threadId) && !sessions.open(post.threadId, by, message, branch)) {
    return { thread: post.threadId, problem: tooBusy(maxSessions) };
  }
  return { thread: post.threadId };
}
