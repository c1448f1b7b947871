// The writer of a session's thread: what becomes of its writes comes back as signals.

import type { PostId, ThreadId } from "../mattermost/types.ts";
import { ThreadWriter } from "../thread/writer.ts";
import type { WriterSnapshot } from "../thread/writes.ts";
import type { SessionDependencies } from "./dependencies.ts";
import type { Signal } from "./signals.ts";

export interface WriterOwner {
  readonly deliver: (signal: Signal) => void;
  /** Saves the session; undefined when it is saved. */
  readonly saved: () => Promise<void> | undefined;
  /** Whether somebody is asked by that post. */
  readonly isOpenCard: (postId: PostId) => boolean;
}

/** `snapshot`: what an earlier run had left to do. */
export function writerFor(
  threadId: ThreadId,
  { api, channelId, botId, clock, log, onCardPosted, onWritten }: SessionDependencies,
  { deliver, saved, isOpenCard }: WriterOwner,
  snapshot: WriterSnapshot | undefined,
): ThreadWriter {
  const options = {
    api,
    channelId,
    threadId,
    botId,
    clock,
    log,
    saved,
    onWritten,
    onPosted(key: string, postId: PostId, at?: number) {
      deliver({ type: "posted", key, postId, ...(at === undefined ? {} : { at }) });
      if (isOpenCard(postId)) {
        onCardPosted(threadId, postId);
      }
    },
    onFileRefused: (key: string) => deliver({ type: "fileRefused", key }),
    onReplaced: (key: string) => deliver({ type: "replaced", key }),
    onQuarantined: (key: string) => deliver({ type: "quarantined", key }),
    onArchived: () => deliver({ type: "channelArchived" }),
    onLost(reason: string) {
      log.warn(`Session in thread ${threadId} ends: ${reason}`);
      deliver({ type: "threadLost", reason });
    },
  };
  return new ThreadWriter(options, snapshot);
}
