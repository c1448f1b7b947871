// Finds what has changed in a gap about what was there before it: threads that were deleted or got reactions, waiting
// messages that were deleted or edited, cards that were deleted or decided. Reads each of them again; others know what
// a change means.

import { canonicalEmoji } from "../mattermost/emoji.ts";
import { isTransient, MattermostError } from "../mattermost/error.ts";
import type { MattermostApi, Post, Reaction, ThreadId } from "../mattermost/types.ts";
import type { SessionsHeard } from "../session/channel-sessions.ts";
import type { Log } from "../util/log.ts";
import type { IsMember } from "./people.ts";
import type { PostChanges } from "./post-changes.ts";
import { completesChoices, isStop, type StopsOptions } from "./stops.ts";

export interface ReconcileOptions extends StopsOptions {
  readonly api: Pick<MattermostApi, "post" | "reactions" | "thread">;
  readonly sessions: SessionsHeard;
  readonly log: Log;
  /** Told of what is found, whether that is news or not. */
  readonly changes: Pick<PostChanges, "noteThread" | "edited" | "threadGone">;
}

export interface Missed {
  /** On open cards. */
  readonly decided: readonly Reacted[];
  /** Of the threads that Claude runs for, or somebody is asked in: those that somebody has reacted to. */
  readonly posts: readonly Post[];
}

export interface Reacted {
  readonly reaction: Reaction;
  readonly isRemoval: boolean;
  /** When, on the server's clock; Infinity when it does not say. */
  readonly at: number;
}

export type OpenCard = ReturnType<SessionsHeard["openCards"]>[number];

/** As many as wait for Claude in one session at most. */
const MAX_WAITING = 50;

/** Rejects when the server can't tell just now. */
export async function reconcile(options: ReconcileOptions, isMember: IsMember): Promise<Missed> {
  const posts = await readThreads(options);
  await readWaiting(options);
  const decided: Reacted[] = [];
  for (const card of options.sessions.openCards()) {
    decided.push(...(await readCard(card, options, isMember)));
  }
  return { decided, posts };
}

async function readThreads({ api, changes, log, sessions }: ReconcileOptions): Promise<Post[]> {
  const posts: Post[] = [];
  const asked = [...sessions.openCards(), ...sessions.waitingPosts()].map(({ threadId }) => threadId);
  for (const threadId of new Set([...sessions.liveThreads(), ...sessions.threadsAwaitingCards(), ...asked])) {
    const thread = await found(`thread ${threadId}`, api.thread(threadId), log);
    if (thread === "deleted") {
      changes.threadGone(threadId);
    } else {
      posts.push(...(thread ?? []).filter(({ reactions }) => reactions !== undefined));
    }
  }
  return posts;
}

async function readWaiting({ api, changes, log, sessions }: ReconcileOptions): Promise<void> {
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
      await changes.edited(post);
    }
  }
}

/** What was decided on that card. Rejects when the server can't tell just now. */
export async function readCard(
  card: OpenCard,
  options: ReconcileOptions,
  isMember: IsMember,
): Promise<readonly Reacted[]> {
  const { threadId, postId } = card;
  const { api, changes, log, sessions } = options;
  changes.noteThread(threadId, postId);
  const post = await found(`post ${postId}`, api.post(postId), log);
  if (post === "deleted") {
    sessions.find(threadId)?.deliver({ type: "postDeleted", postId });
  }
  if (post === undefined || post === "deleted") {
    return [];
  }
  // Deleted since it was looked at, perhaps: no reason to hear nothing else.
  const stand = await found(`the reactions on ${postId}`, api.reactions(postId), log);
  return stand === undefined || stand === "deleted"
    ? []
    : [...takenOff(card, stand), ...(await decisions(card, stand, options, isMember))];
}

/** Nobody can say when: before all else, so that it counts in what was decided then. */
function takenOff({ postId, choices = [] }: OpenCard, stand: readonly Reaction[]): Reacted[] {
  const names = new Set(stand.map(({ userId, emojiName }) => `${userId} ${canonicalEmoji(emojiName)}`));
  return choices
    .filter(({ userId, emojiName }) => !names.has(`${userId} ${emojiName}`))
    .map((choice) => ({ reaction: { ...choice, postId }, isRemoval: true, at: -Infinity }));
}

async function decisions(
  { choices }: OpenCard,
  stand: readonly Reaction[],
  { botId, seenPosts }: ReconcileOptions,
  isMember: IsMember,
): Promise<Reacted[]> {
  const read: Reacted[] = [];
  for (const reaction of stand) {
    const { userId, emojiName, createdAt } = reaction;
    // What ends or interrupts is found on all the posts of its thread.
    const isDecision = canonicalEmoji(emojiName) !== undefined && !isStop(reaction) && userId !== botId;
    // This ✅ was heard when nothing, or less, was chosen, so it does not confirm what was chosen since then.
    const isSpent = choices !== undefined && completesChoices(reaction) && seenPosts.hasReaction(reaction);
    // The server keeps the reactions of people who have left the channel since.
    if (isDecision && !isSpent && (await isMember(userId))) {
      read.push({ reaction, isRemoval: false, at: createdAt ?? Infinity });
    }
  }
  return read;
}

/** A refusal says nothing about whether it is there: undefined. */
async function found<T>(what: string, read: Promise<T>, log: Log): Promise<T | "deleted" | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isTransient(error)) {
      throw error;
    }
    if (error instanceof MattermostError && error.code === "not-found") {
      return "deleted";
    }
    log.debug(`Could not look at ${what} again`, error);
    return undefined;
  }
}
