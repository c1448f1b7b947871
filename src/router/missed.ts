// What may have become of what was there before a gap: threads that are gone, messages that wait and were deleted or
// edited, cards that were deleted or decided about. Each is read again; what it means is others' to say.

import { canonicalEmoji } from "../mattermost/emoji.ts";
import { isPassing, MattermostError } from "../mattermost/error.ts";
import type {
  ChannelId,
  MattermostApi,
  Post,
  PostId,
  Reaction,
  ThreadId,
  UserId,
} from "../mattermost/types.ts";
import type { SessionManager } from "../session/manager.ts";
import type { Log } from "../util/log.ts";

export interface MissedOptions {
  readonly api: Pick<MattermostApi, "isMember" | "post" | "reactions">;
  readonly sessions: Pick<SessionManager, "find" | "openCards" | "waitingPosts" | "liveThreads">;
  readonly log: Log;
  readonly botId: UserId;
  readonly channelId: ChannelId;
  readonly cardSeen: (postId: PostId, threadId: ThreadId) => void;
  /** What a person's post says now, whether that is news or not. */
  readonly edited: (post: Post) => Promise<void>;
  readonly threadGone: (threadId: ThreadId) => void;
}

/** Asked once of each person, however much they react. */
type Members = Map<UserId, Promise<boolean>>;
export type OpenCard = ReturnType<SessionManager["openCards"]>[number];

/** As many as wait for Claude in one session at most. */
const MAX_WAITING = 50;

/** What was decided on open cards. Rejects when the server can't tell just now. */
export async function readMissed(options: MissedOptions): Promise<Reaction[]> {
  await readThreads(options);
  await readWaiting(options);
  return readCards(options);
}

/** Of the sessions that Claude runs for, or somebody is asked in. */
async function readThreads({ api, log, sessions, threadGone }: MissedOptions): Promise<void> {
  const asked = [...sessions.openCards(), ...sessions.waitingPosts()].map(({ threadId }) => threadId);
  for (const threadId of new Set([...sessions.liveThreads(), ...asked])) {
    if ((await found(api, threadId, log)) === "deleted") {
      threadGone(threadId);
    }
  }
}

async function readWaiting({ api, edited, log, sessions }: MissedOptions): Promise<void> {
  const counts = new Map<ThreadId, number>();
  for (const { threadId, postId } of sessions.waitingPosts()) {
    const count = (counts.get(threadId) ?? 0) + 1;
    counts.set(threadId, count);
    if (count > MAX_WAITING) {
      continue;
    }
    const post = await found(api, postId, log);
    if (post === "deleted") {
      sessions.find(threadId)?.deliver({ type: "postDeleted", postId });
    } else if (post) {
      await edited(post);
    }
  }
}

async function readCards(options: MissedOptions): Promise<Reaction[]> {
  const decided: Reaction[] = [];
  const members: Members = new Map();
  for (const card of options.sessions.openCards()) {
    decided.push(...(await readCard(card, options, members)));
  }
  return decided;
}

/** What was decided on that card. Rejects when the server can't tell just now. */
export async function readCard(
  { threadId, postId }: OpenCard,
  options: MissedOptions,
  members: Members = new Map(),
): Promise<readonly Reaction[]> {
  const { api, cardSeen, log, sessions } = options;
  cardSeen(postId, threadId);
  const card = await found(api, postId, log);
  if (card === "deleted") {
    sessions.find(threadId)?.deliver({ type: "postDeleted", postId });
  }
  return card === undefined || card === "deleted" ? [] : reactionsOn(postId, options, members);
}

async function reactionsOn(
  postId: PostId,
  { api, botId, channelId, log }: MissedOptions,
  members: Members,
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
    if (userId === botId || !canonicalEmoji(emojiName)) {
      continue;
    }
    const isMember = members.get(userId) ?? api.isMember(channelId, userId);
    members.set(userId, isMember);
    // The server keeps the reactions of people who have left the channel since.
    if (await isMember) {
      found.push(reaction);
    }
  }
  return found;
}

/** A refusal says nothing about whether it is there: undefined. */
async function found(
  api: Pick<MattermostApi, "post">,
  postId: PostId,
  log: Log,
): Promise<Post | "deleted" | undefined> {
  try {
    return await api.post(postId);
  } catch (error) {
    if (isPassing(error)) {
      throw error;
    }
    if (error instanceof MattermostError && error.code === "not-found") {
      return "deleted";
    }
    log.debug(`Could not look at post ${postId} again`, error);
    return undefined;
  }
}
