// What a writer has to read before it writes on: whether a post is gone, and which posts were made unheard of. Only
// Mattermost itself can say that something is gone.

import { isGone, MattermostError } from "../mattermost/error.ts";
import type { ChannelId, MattermostApi, Post, PostId, ThreadId, UserId } from "../mattermost/types.ts";
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

/**
 * Throws what passes when a refusal means only that the account was taken out of the channel: whoever did it may add it
 * again, and the thread is still there.
 */
export async function throwIfAway(
  api: Pick<MattermostApi, "isMember">,
  { channelId, botId }: { readonly channelId: ChannelId; readonly botId: UserId },
  error: MattermostError,
): Promise<void> {
  if (error.code === "forbidden" && !(await api.isMember(channelId, botId))) {
    throw awayFor(error);
  }
}

/** Somebody may add the account again, or unarchive the channel. */
export function awayFor(
  error: MattermostError,
  message = "The bot account is not in its channel.",
): MattermostError {
  return new MattermostError("away", message, { cause: error });
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
