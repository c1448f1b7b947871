// Reads a gap: the posts that were written in it, what was decided on cards, and the reactions on any post that end or
// interrupt.

import type { ChannelId, MattermostApi, Post, PostsSince } from "../mattermost/types.ts";
import { type IsMember, membershipIn } from "./people.ts";
import { type Missed, type Reacted, type ReconcileOptions, reconcile } from "./reconcile.ts";
import { type Stop, stopsOn } from "./stops.ts";

export interface GapOptions extends ReconcileOptions {
  readonly api: ReconcileOptions["api"] & Pick<MattermostApi, "isMember" | "postsSince">;
  readonly channelId: ChannelId;
}

export interface Gap {
  /** Since when posts may have been missed, on the server's clock; undefined when none were. */
  readonly from: number | undefined;
  /** Something may have been missed: decisions about cards, deletions and edits of what was there. */
  readonly hasUnseen: boolean;
  /** Reactions that were told and could not be dealt with. */
  readonly postponed: readonly Reacted[];
  /** Somebody waits for what was said in it. */
  readonly isUrgent: boolean;
}

export interface GapRead {
  /** Oldest first. */
  readonly posts: readonly Post[];
  /** Oldest first; the postponed among them. */
  readonly reacted: readonly Reacted[];
  /** It is longer than what is read of one. */
  readonly isCut: boolean;
}

const NO_POSTS: PostsSince = { posts: [], reactedTo: [], isCut: false };
const NOTHING_MISSED: Missed = { decided: [], posts: [] };

/**
 * Posts are read first and reactions second, so no reaction can be missing that is older than one of these posts. Then
 * posts are read again, up to the newest of the reactions, so no post can be missing that is older than one of the
 * reactions. Whatever comes later, the socket tells. Rejects when the server can't answer just now.
 */
export async function readGap(gap: Gap, options: GapOptions): Promise<GapRead> {
  const { from, hasUnseen, postponed, isUrgent } = gap;
  const { api, channelId } = options;
  const isMember = membershipIn(channelId, api);
  const readPosts = async (): Promise<PostsSince> =>
    from === undefined ? NO_POSTS : api.postsSince(channelId, from, isUrgent);
  const stopsAmong = (posts: readonly Post[], said: readonly Post[]): Stop[] =>
    inSessions(stopsOn(posts, from ?? Infinity, options), said, options);

  const first = await readPosts();
  const missed = hasUnseen ? await reconcile(options, isMember) : NOTHING_MISSED;
  const decided = [...postponed, ...missed.decided];
  const stops = stopsAmong([...first.posts, ...first.reactedTo, ...missed.posts], first.posts);
  const newest = Math.max(...[...decided, ...stops].map(({ at }) => at).filter((at) => at < Infinity));
  const isInTime = (at: number): boolean => at <= newest;
  const again = decided.length + stops.length > 0 ? await readPosts() : NO_POSTS;

  const known = new Set(first.posts.map(({ id }) => id));
  const meanwhile = again.posts.filter(({ id, createdAt }) => !known.has(id) && isInTime(createdAt));
  const posts = [...first.posts, ...meanwhile];
  const late = stopsAmong([...again.posts, ...again.reactedTo], posts).filter(({ at }) => isInTime(at));
  const own = await byMembers([...stops, ...late], isMember);
  for (const { threadId, reaction } of own) {
    options.changes.noteThread(threadId, reaction.postId);
  }
  const read = own.map(({ reaction, at }) => ({ reaction, isRemoval: false, at }));
  return { posts, reacted: inOrder([...decided, ...read]), isCut: first.isCut };
}

/** In threads that have a session, or may have one once what was said there is heard. */
function inSessions(
  stops: readonly Stop[],
  said: readonly Post[],
  { seenPosts, sessions }: GapOptions,
): Stop[] {
  const threads = new Set(said.filter(({ id }) => !seenPosts.has(id)).map(({ threadId }) => threadId));
  return stops.filter(({ threadId }) => threads.has(threadId) || sessions.find(threadId) !== undefined);
}

/** The server keeps the reactions of people who have left the channel since. */
async function byMembers(stops: readonly Stop[], isMember: IsMember): Promise<Stop[]> {
  const found: Stop[] = [];
  for (const stop of stops) {
    if (await isMember(stop.reaction.userId)) {
      found.push(stop);
    }
  }
  return found;
}

/** Each once: one that is read may have been postponed, or be read in two ways. */
function inOrder(all: readonly Reacted[]): Reacted[] {
  const names = new Set<string>();
  const once = all.filter(({ reaction: { postId, userId, emojiName }, isRemoval }) => {
    const name = `${postId} ${userId} ${emojiName}`;
    const isKnown = !isRemoval && names.has(name);
    if (!isRemoval) {
      names.add(name);
    }
    return !isKnown;
  });
  return once.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}
