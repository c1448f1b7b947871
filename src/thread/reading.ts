// What a writer has to read before it writes on: whether a post is gone, and which posts were made unheard of. Only
// Mattermost itself can say that something is gone.

import { isGone } from "../mattermost/error.ts";
import type { MattermostApi, Post, PostId, ThreadId, UserId } from "../mattermost/types.ts";
import { isTransient } from "./patience.ts";

/** Whether a refused edit means that the post is gone: the refusal alone does not say (403 on 7.10). */
export async function isDeleted(api: Pick<MattermostApi, "post">, id: PostId): Promise<boolean> {
  return (await postIfAny(api, id)) === undefined;
}

/** Undefined when it is deleted. */
export async function postIfAny(api: Pick<MattermostApi, "post">, id: PostId): Promise<Post | undefined> {
  try {
    return await api.post(id);
  } catch (error) {
    if (isGone(error) && !isTransient(error)) {
      return undefined;
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
    if (isTransient(error)) {
      throw error;
    }
    // The next create will say so.
    return [];
  });
  return new Map(posts.filter((post) => post.userId === userId).map((post) => [post.pendingPostId, post]));
}
