// One try of one write: what is sent, and what an answer means for the post. A failure that may be temporary is thrown,
// so that the caller can try again.

import { MattermostError } from "../mattermost/error.ts";
import type { MattermostApi, PostId } from "../mattermost/types.ts";
import { codePoints } from "../render/markdown.ts";
import { isRecent } from "../util/clock.ts";
import {
  forgetPost,
  freezePost,
  isEmptyContent,
  isMarker,
  isSaid,
  isSameContent,
  isWritten,
  needsFiles,
  noteMissingFiles,
  noteSaid,
  pageOf,
} from "./entry.ts";
import type { WriterContext } from "./outbox.ts";
import { createIn, editTo, upload } from "./posting.ts";
import { quarantine, refuseFile } from "./quarantine.ts";
import { awayFor, isDeleted, postIfAny, postsByPendingId, throwIfAway } from "./reading.ts";
import { isRetryable } from "./retry-policy.ts";
import type { Content, Entry, PostKey, Write } from "./writes.ts";

/** No server's limit is smaller, in code points. */
const MIN_POST = 1000;
/** As long as most servers that have a limit at all let posts be edited: a whole list again and again would be noise. */
const REPEAT_AFTER_MS = 300_000;

export async function perform(context: WriterContext, write: Write, api: MattermostApi): Promise<void> {
  switch (write.kind) {
    case "findLost":
      return findLostPosts(context, api);
    case "put":
      return performPut(context, write.key, api);
    default:
      return react(context, write, api);
  }
}

export async function performPut(context: WriterContext, key: PostKey, api: MattermostApi): Promise<void> {
  const { outbox, options } = context;
  const entry = outbox.entries.get(key);
  if (!entry) {
    return;
  }
  entry.isQueued = false;
  const { id } = entry;
  const content = entry.creating ?? entry.wanted;
  const { head, rest } = pageOf(entry, content, outbox.limit);
  if (isSameContent(entry.written, content)) {
    return;
  }
  if (isEmptyContent(head) && !needsFiles(entry)) {
    // Whatever is new of it is no words, when some of it stands elsewhere.
    return entry.frozen && noteWritten(context, key, entry, content, rest);
  }
  if (id === undefined && isTooSoon(entry, options.clock.now())) {
    return;
  }
  if (id === undefined && entry.file && entry.fileId === undefined && !entry.frozen) {
    entry.fileId = await upload(api, options, entry.file);
    if (entry.fileId === undefined) {
      return refuseFile(context, key);
    }
  }
  let isOther = false;
  try {
    if (id === undefined) {
      isOther = await create(context, key, entry, { content, head }, api);
    } else if (!isOnServer(entry, head, outbox.limit)) {
      await editTo(api, options, id, entry, head);
    }
  } catch (error) {
    return recover(context, key, entry, { id, content, head, rest }, error, api);
  }
  if (id !== undefined && entry.id !== id) {
    // It was posted again while the edit was under way.
    return;
  }
  if (isOther) {
    outbox.queuePut(key);
    return;
  }
  noteWritten(context, key, entry, content, rest);
}

/** Of a post in pieces the first may say already what it is to say: another edit could only be refused. */
function isOnServer(entry: Entry, head: Content, limit: number): boolean {
  return entry.written !== undefined && isSameContent(pageOf(entry, entry.written, limit).head, head);
}

function isTooSoon({ ifFrozen, frozen, postedAt }: Entry, now: number): boolean {
  return ifFrozen === "repeat" && frozen !== undefined && isRecent(postedAt ?? 0, REPEAT_AFTER_MS, now);
}

/** True when the post has still to be edited: an earlier attempt, not heard of, has made it, and it says something else. */
async function create(
  { outbox, options }: WriterContext,
  key: PostKey,
  entry: Entry,
  { content, head }: { readonly content: Content; readonly head: Content },
  api: MattermostApi,
): Promise<boolean> {
  // An attempt whose answer is lost may have succeeded: the next one must say the same.
  entry.creating = content;
  const post = await createIn(api, options, entry, head);
  entry.creating = undefined;
  entry.isRefused = undefined;
  entry.id = post.id;
  entry.postedAt = options.clock.now();
  if (isMarker(post.message)) {
    entry.quarantined = { content, marker: post.message, isHeld: false };
    return true;
  }
  const isOther = outbox.takeUnheard(key) && !isSaid(entry, post, { head, attachment: content.attachment });
  if (isOther) {
    noteSaid(entry, post);
  }
  if (entry.fileIds && noteMissingFiles(entry, post)) {
    options.onFileRefused(key);
  }
  if (!entry.frozen) {
    options.onPosted(key, post.id, post.createdAt);
  }
  return isOther;
}

/** The post says `content`, except for the pieces that follow. */
export function noteWritten(
  { outbox, options }: WriterContext,
  key: PostKey,
  entry: Entry,
  content: Content,
  rest: readonly string[],
): void {
  entry.written = content;
  const { quarantined, id, frozen } = entry;
  if (quarantined && !quarantined.isHeld) {
    entry.quarantined = undefined;
    if (!frozen && id !== undefined) {
      options.onPosted(key, id);
    }
  }
  if (outbox.putPieces(key, rest)) {
    options.onReplaced?.(key);
  }
  if (!isWritten(entry)) {
    outbox.queuePut(key);
  }
  outbox.dropIfDone(key, entry);
}

/** Posts of ours that exist although no answer told us so get their entries back. */
export async function findLostPosts({ outbox, options }: WriterContext, api: MattermostApi): Promise<void> {
  const lost = [...outbox.entries].filter(([, entry]) => entry.id === undefined);
  if (lost.length === 0) {
    return;
  }
  const mine = await postsByPendingId(api, options);
  for (const [key, entry] of lost) {
    const post = mine.get(entry.pendingPostId);
    if (entry.id !== undefined) {
      continue;
    }
    if (!post) {
      outbox.notFound(key, entry);
      continue;
    }
    const { creating } = entry;
    // Before anybody is told of it: what is kept then must not say that it is still being made.
    entry.creating = undefined;
    entry.id = post.id;
    if (isMarker(post.message)) {
      entry.quarantined = { content: creating ?? entry.wanted, marker: post.message, isHeld: false };
      continue;
    }
    noteSaid(entry, post);
    if (creating && isWhole(entry, creating, post.message, outbox.limit)) {
      entry.written = creating;
    }
    if (entry.fileIds && noteMissingFiles(entry, post)) {
      options.onFileRefused(key);
    }
    if (!entry.frozen) {
      options.onPosted(key, post.id, post.createdAt);
    }
  }
}

/** Whether a post that no answer told of is the whole of what it was made for, its attachment as well. */
function isWhole(entry: Entry, creating: Content, message: string, limit: number): boolean {
  const { head, rest } = pageOf(entry, creating, limit);
  return rest.length === 0 && head.markdown === message;
}

interface Tried {
  readonly id: PostId | undefined;
  readonly content: Content;
  readonly head: Content;
  readonly rest: readonly string[];
}

/** `tried`: what the failed write was about. */
async function recover(
  context: WriterContext,
  key: PostKey,
  entry: Entry,
  tried: Tried,
  error: unknown,
  api: MattermostApi,
): Promise<void> {
  const { id, content, head, rest } = tried;
  const { outbox, options, lose } = context;
  const isTooLong = error instanceof MattermostError && error.code === "too-long";
  // Whoever says so: the same words will meet the same limit again.
  if (isTooLong && writeShorter(context, key, entry, head.markdown)) {
    return;
  }
  if (!(error instanceof MattermostError) || isRetryable(error)) {
    throw error;
  }
  await throwIfAway(api, options, error);
  if (error.code === "forbidden" && id === undefined && !entry.isRefused) {
    // It may have been added again since: only what is refused twice is refused.
    entry.isRefused = true;
    throw awayFor(error);
  }
  if (error.code === "archived") {
    options.onArchived?.();
    throw awayFor(error, error.message);
  }
  if (id === undefined) {
    entry.creating = undefined;
    if ((isTooLong || error.code === "rejected") && !(await isDeleted(api, options.threadId))) {
      return needsFiles(entry)
        ? refuseFile(context, key)
        : quarantine(context, key, entry, content, error, api);
    }
    // A refused create means that the whole thread is out of reach.
    return lose(error.message);
  }
  if (entry.id !== id) {
    return;
  }
  const post = await postIfAny(api, id);
  if (!post) {
    return postAnew(context, key, entry);
  }
  if (isSaid(entry, post, { head, attachment: content.attachment })) {
    return noteWritten(context, key, entry, content, rest);
  }
  options.log.debug(`A post in thread ${options.threadId} can't be edited any more: ${error.message}`);
  if (entry.ifFrozen === "drop") {
    return noteWritten(context, key, entry, content, []);
  }
  if (outbox.takePieces(key).length === 0) {
    noteSaid(entry, post);
  }
  freezePost(entry, outbox.newPendingPostId());
  options.onReplaced?.(key);
  outbox.putFirst(key);
}

/** Somebody has deleted the post: it is posted again, without what earlier posts say. */
function postAnew({ outbox, options }: WriterContext, key: PostKey, entry: Entry): void {
  if (entry.quarantined) {
    // Nor is the marker.
    freezePost(entry, outbox.newPendingPostId());
  } else {
    forgetPost(entry, outbox.newPendingPostId());
  }
  options.onReplaced?.(key);
  outbox.putFirst(key);
}

/** The server's limit is smaller than it told us: the rest of a post goes into posts of its own. False for a short one. */
function writeShorter({ outbox }: WriterContext, key: PostKey, entry: Entry, refused: string): boolean {
  const shorter = Math.floor(codePoints(refused) / 2);
  if (shorter < MIN_POST) {
    return false;
  }
  outbox.limit = Math.min(outbox.limit, shorter);
  entry.creating = undefined;
  // A piece is not cut again by itself: the whole is, or what the piece is cut into would outlive its next cut.
  const whole = outbox.wholeOf(key);
  const wholeEntry = outbox.entries.get(whole) ?? entry;
  wholeEntry.written = undefined;
  outbox.putFirst(whole);
  return true;
}

async function react(
  { outbox, options }: WriterContext,
  { kind, target, emojiName }: Write & { readonly kind: "react" | "unreact" },
  api: MattermostApi,
): Promise<void> {
  const postId = outbox.postOf(target);
  if (postId === undefined) {
    return;
  }
  const reaction = { userId: options.botId, postId, emojiName };
  if (kind === "react") {
    // After a crash nobody would take it away.
    await options.saved?.();
  }
  try {
    await (kind === "react" ? api.addReaction(reaction) : api.removeReaction(reaction));
  } catch (error) {
    if (isRetryable(error)) {
      throw error;
    }
    if (error instanceof MattermostError) {
      await throwIfAway(api, options, error);
    }
    options.log.debug(`A reaction in thread ${options.threadId} is refused`, error);
  }
}
