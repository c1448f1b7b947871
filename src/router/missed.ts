// What may have become of what was there before a gap: threads that are gone or reacted to, messages that wait and were
// deleted or edited, cards that were deleted or decided about. Each is read again; what it means is others' to say.

import { canonicalEmoji } from "../mattermost/emoji.ts";
import { isPassing, MattermostError } from "../mattermost/error.ts";
import type { MattermostApi, Post, PostId, Reaction, ThreadId, UserId } from "../mattermost/types.ts";
import type { SessionManager } from "../session/manager.ts";
import type { Log } from "../util/log.ts";
import type { IsMember } from "./people.ts";
import { isStop } from "./stops.ts";

export interface MissedOptions {
  readonly api: Pick<MattermostApi, "post" | "reactions" | "thread">;
  readonly sessions: Pick<
    SessionManager,
    "find" | "openCards" | "waitingPosts" | "liveThreads" | "threadsAwaitingCards"
  >;
  readonly log: Log;
  readonly botId: UserId;
  /** Its reactions need not be looked up. */
  readonly isIn: (threadId: ThreadId, postId: PostId) => void;
  /** What a person's post says now, whether that is news or not. */
  readonly edited: (post: Post) => Promise<void>;
  readonly threadGone: (threadId: ThreadId) => void;
}

export interface Missed {
  /** What was decided on open cards. */
  readonly decided: readonly Reaction[];
  /** All posts of the threads that Claude runs for, or somebody is asked in. */
  readonly posts: readonly Post[];
}

export type OpenCard = ReturnType<SessionManager["openCards"]>[number];

/** As many as wait for Claude in one session at most. */
const MAX_WAITING = 50;

/** Rejects when the server can't tell just now. */
export async function readMissed(options: MissedOptions, isMember: IsMember): Promise<Missed> {
  const posts = await readThreads(options);
  await readWaiting(options);
  const decided: Reaction[] = [];
  for (const card of options.sessions.openCards()) {
    decided.push(...(await readCard(card, options, isMember)));
  }
  return { decided, posts };
}

async function readThreads({ api, log, sessions, threadGone }: MissedOptions): Promise<Post[]> {
  const posts: Post[] = [];
  const asked = [...sessions.openCards(), ...sessions.waitingPosts()].map(({ threadId }) => threadId);
  for (const threadId of new Set([...sessions.liveThreads(), ...sessions.threadsAwaitingCards(), ...asked])) {
    const thread = await found(`thread ${threadId}`, api.thread(threadId), log);
    if (thread === "deleted") {
      threadGone(threadId);
    } else {
      posts.push(...(thread ?? []));
    }
  }
  return posts;
}

async function readWaiting({ api, edited, log, sessions }: MissedOptions): Promise<void> {
  const counts = new Map<ThreadId, number>();
  for (const { threadId, postId } of sessions.waitingPosts()) {
    const count = (counts.get(threadId) ?? 0) + 1;
    counts.set(threadId, count);
    if (count > MAX_WAITING) {
      continue;
    }
    const post = await found(`post ${postId}`, api.post(postId), log);
    if (post === "deleted") {
      sessions.find(threadId)?.deliver({ type: "postDeleted", postId });
    } else if (post) {
      await edited(post);
    }
  }
}

/** What was decided on that card. Rejects when the server can't tell just now. */
export async function readCard(
  { threadId, postId }: OpenCard,
  options: MissedOptions,
  isMember: IsMember,
): Promise<readonly Reaction[]> {
  const { api, isIn, log, sessions } = options;
  isIn(threadId, postId);
  const card = await found(`post ${postId}`, api.post(postId), log);
  if (card === "deleted") {
    sessions.find(threadId)?.deliver({ type: "postDeleted", postId });
  }
  return card === undefined || card === "deleted" ? [] : reactionsOn(postId, options, isMember);
}

async function reactionsOn(
  postId: PostId,
  { api, botId, log }: MissedOptions,
  isMember: IsMember,
): Promise<readonly Reaction[]> {
  const all = await api.reactions(postId).catch((error: unknown) => {
    if (isPassing(error)) {
      throw error;
    }
    // Deleted since it was looked at, perhaps: no reason to hear nothing else.
    log.debug(`Could not read the reactions on ${postId}`, error);
    return [];
  });
  const found: Reaction[] = [];
  for (const reaction of all) {
    const { userId, emojiName } = reaction;
    // What ends or interrupts is found on all the posts of its thread.
    const isDecision = canonicalEmoji(emojiName) !== undefined && !isStop(reaction);
    // The server keeps the reactions of people who have left the channel since.
    if (isDecision && userId !== botId && (await isMember(userId))) {
      found.push(reaction);
    }
  }
  return found;
}

/** A refusal says nothing about whether it is there: undefined. */
async function found<T>(what: string, read: Promise<T>, log: Log): Promise<T | "deleted" | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isPassing(error)) {
      throw error;
    }
    if (error instanceof MattermostError && error.code === "not-found") {
      return "deleted";
    }
    log.debug(`Could not look at ${what} again`, error);
    return undefined;
  }
}
