// What a writer has to read before it writes on: whether a post is gone, and which posts were made although no answer
// said so. Only Mattermost itself can say that something is gone.

import { isGone, MattermostError } from "../mattermost/error.ts";
import type { ChannelId, MattermostApi, Post, PostId, ThreadId, UserId } from "../mattermost/types.ts";
import { isRetryable } from "./retry-policy.ts";

interface Place {
  readonly channelId: ChannelId;
  readonly threadId: ThreadId;
  readonly botId: UserId;
}

/** Whether a refused edit means that the post is gone: the refusal alone does not say (403 on 7.10). */
export async function isDeleted(api: Pick<MattermostApi, "post">, id: PostId): Promise<boolean> {
  return (await postIfAny(api, id)) === undefined;
}

/** Undefined when it is deleted. */
export async function postIfAny(api: Pick<MattermostApi, "post">, id: PostId): Promise<Post | undefined> {
  try {
    return await api.post(id);
  } catch (error) {
    if (isGone(error) && !isRetryable(error)) {
      return undefined;
    }
    throw error;
  }
}

/**
 * Throws a temporary error when a refusal means only that the bot was removed from the channel: it may be added again,
 * and the thread is still there.
 */
export async function throwIfAway(
  api: Pick<MattermostApi, "isMember">,
  { channelId, botId }: Pick<Place, "channelId" | "botId">,
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

/** Our own posts in a thread, by the mark they were created with; none when the thread is gone. */
export async function postsByPendingId(
  api: Pick<MattermostApi, "thread" | "isMember">,
  place: Place,
): Promise<ReadonlyMap<string | undefined, Post>> {
  const posts = await readThread(api, place);
  return new Map(
    posts.filter((post) => post.userId === place.botId).map((post) => [post.pendingPostId, post]),
  );
}

/** Of one that is gone the next create will say so; who is only away for now has to read it before. */
async function readThread(
  api: Pick<MattermostApi, "thread" | "isMember">,
  place: Place,
): Promise<readonly Post[]> {
  const unlessGone = (error: unknown): readonly Post[] => {
    if (isRetryable(error)) {
      throw error;
    }
    return [];
  };
  try {
    return await api.thread(place.threadId);
  } catch (error) {
    if (!(error instanceof MattermostError) || error.code !== "forbidden") {
      return unlessGone(error);
    }
    await throwIfAway(api, place, error);
    // It may have been added again since.
    return api.thread(place.threadId).catch(unlessGone);
  }
}
