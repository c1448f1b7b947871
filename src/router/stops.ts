// Finds reactions that end a session or interrupt its turn on the posts that are read of a gap. They count on any post
// of a thread, if they were put there in the gap.

import { canonicalEmoji } from "../mattermost/emoji.ts";
import type { Post, Reaction, ThreadId, UserId } from "../mattermost/types.ts";
import { STOPS } from "./limits.ts";
import type { SeenPosts } from "./seen-posts.ts";

export interface Stop {
  readonly reaction: Reaction;
  readonly threadId: ThreadId;
  /** When, on the server's clock: after its post, whatever the servers of a cluster say. */
  readonly at: number;
}

export interface StopsOptions {
  readonly botId: UserId;
  readonly seenPosts: Pick<SeenPosts, "has" | "hasReaction">;
}

export function isStop({ emojiName }: Reaction): boolean {
  return STOPS.has(canonicalEmoji(emojiName) ?? "");
}

/** Says of a question that takes several answers that those chosen by then are all. */
export function completesChoices({ emojiName }: Reaction): boolean {
  return canonicalEmoji(emojiName) === "white_check_mark";
}

/** Those that were put there at `since` or later, and are not heard yet. */
export function stopsOn(posts: readonly Post[], since: number, { botId, seenPosts }: StopsOptions): Stop[] {
  return posts.flatMap(({ threadId, createdAt: postedAt, reactions = [] }) =>
    reactions.flatMap((reaction) => {
      const { createdAt = -Infinity, userId } = reaction;
      const isNews = createdAt >= since && !seenPosts.hasReaction(reaction);
      const isOurs = isStop(reaction) && userId !== botId;
      return isNews && isOurs ? { reaction, threadId, at: Math.max(createdAt, postedAt + 1) } : [];
    }),
  );
}
