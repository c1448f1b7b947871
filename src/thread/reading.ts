// What a writer has to read before it writes on: whether a post is gone, and which posts were made unheard of.

import { isGone, isPassing } from "../mattermost/error.ts";
import type { MattermostApi, Post, PostId, ThreadId, UserId } from "../mattermost/types.ts";

/** Whether a refused edit means that the post is gone: the refusal alone does not say (403 on 7.10). */
export async function isDeleted(api: Pick<MattermostApi, "post">, id: PostId): Promise<boolean> {
  try {
    await api.post(id);
    return false;
  } catch (error) {
    if (isGone(error)) {
      return true;
    }
    throw error;
  }
}

/** The posts of `userId` in a thread, by the mark they were created with; none when the thread is gone. */
export async function postsByPendingId(
  api: Pick<MattermostApi, "thread">,
  threadId: ThreadId,
  userId: UserId,
): Promise<ReadonlyMap<string | undefined, Post>> {
  const posts = await api.thread(threadId).catch((error: unknown) => {
    if (isPassing(error)) {
      throw error;
    }
    // The next create will say so.
    return [];
  });
  return new Map(posts.filter((post) => post.userId === userId).map((post) => [post.pendingPostId, post]));
}
