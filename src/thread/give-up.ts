// For a write that fails again and again while everything else works: finds out whether the server answers and whether
// the write was done after all, and does something else instead.

import { MattermostError } from "../mattermost/error.ts";
import type { MattermostApi } from "../mattermost/types.ts";
import {
  freezePost,
  isMarkerAlone,
  isSaid,
  isWritten,
  keepMarker,
  needsFiles,
  noteSaid,
  pageOf,
} from "./entry.ts";
import type { WriterContext } from "./outbox.ts";
import { findLostPosts, noteWritten, performPut } from "./perform.ts";
import { quarantine, refuseFile } from "./quarantine.ts";
import { postIfAny } from "./reading.ts";
import { isRetryable } from "./retry-policy.ts";
import type { Entry, PostKey, Write } from "./writes.ts";

/** Whether the server answers everything else, and the write is not done after all. Throws when it does not. */
export async function probeServer(
  context: WriterContext,
  write: Write,
  api: MattermostApi,
): Promise<boolean> {
  const { outbox, options } = context;
  const entry = write.kind === "put" ? outbox.entries.get(write.key) : undefined;
  if (write.kind === "put" && entry?.id !== undefined) {
    await probePost(context, write.key, entry, api);
    return true;
  }
  if (entry) {
    try {
      await findLostPosts(context, api);
      return entry.id === undefined;
    } catch (error) {
      // Perhaps it is the reading of this very thread that fails.
      if (!(error instanceof MattermostError) || error.answeredBy !== "mattermost") {
        throw error;
      }
    }
  }
  await postIfAny(api, options.threadId);
  return true;
}

/** An edit whose answer is a failure may be done all the same. */
async function probePost(
  context: WriterContext,
  key: PostKey,
  entry: Entry,
  api: MattermostApi,
): Promise<void> {
  const { id, wanted } = entry;
  const post = id && (await postIfAny(api, id));
  if (!post || entry.id !== id) {
    return;
  }
  const { head, rest } = pageOf(entry, wanted, context.outbox.limit);
  if (isSaid(entry, post, { head, attachment: wanted.attachment })) {
    noteWritten(context, key, entry, wanted, rest);
  } else if (!context.outbox.hasPieces(key)) {
    noteSaid(entry, post);
  }
}

/** Throws when the server takes nothing else instead: then it is not the write's fault. */
export async function giveUp(
  context: WriterContext,
  write: Write,
  error: unknown,
  api: MattermostApi,
): Promise<void> {
  const { outbox, options } = context;
  if (write.kind !== "put") {
    options.log.debug(`Given up in thread ${options.threadId}: ${write.kind}`, error);
    return;
  }
  const entry = outbox.entries.get(write.key);
  if (!entry || isWritten(entry)) {
    return;
  }
  const content = entry.creating ?? entry.wanted;
  if (entry.id === undefined) {
    return needsFiles(entry)
      ? refuseFile(context, write.key)
      : quarantine(context, write.key, entry, content, error, api);
  }
  if (entry.ifFrozen === "drop") {
    return noteWritten(context, write.key, entry, content, []);
  }
  if (entry.quarantined && isMarkerAlone(entry)) {
    // The marker stands for this as well.
    return keepMarker(entry, entry.quarantined, content);
  }
  await goOnElsewhere(context, write.key, entry, error, api);
}

/** The earlier words stay as they are; what is new goes into a new post, or a marker instead of it. */
async function goOnElsewhere(
  context: WriterContext,
  key: PostKey,
  entry: Entry,
  error: unknown,
  api: MattermostApi,
): Promise<void> {
  context.outbox.takePieces(key);
  freezePost(entry, context.outbox.newPendingPostId());
  context.options.onReplaced?.(key);
  try {
    await performPut(context, key, api);
  } catch (again) {
    if (!isRetryable(again)) {
      throw again;
    }
    // It is a new post that fails from now on, also when not even the marker is taken.
    await findLostPosts(context, api);
    if (entry.id === undefined) {
      await quarantine(context, key, entry, entry.creating ?? entry.wanted, error, api);
    } else {
      context.outbox.queuePut(key);
    }
  }
}
