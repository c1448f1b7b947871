// The posts that routines make, each once: a post whose answer was lost, or that an earlier run of mm-claude has made, is
// found again by its key.

import type { ChannelId, MattermostApi, Post, ThreadId, UserId } from "../mattermost/types.ts";
import type { Notice } from "../render/attachments.ts";
import type { Pending, Routine } from "../routines/book.ts";

export interface RoutinePostsOptions {
  readonly api: Pick<MattermostApi, "createPost" | "postsSince" | "thread">;
  readonly channelId: ChannelId;
  readonly botId: UserId;
}

/** The server's clock and ours may differ. */
const MARGIN_MS = 3_600_000;

export class RoutinePosts {
  readonly #options: RoutinePostsOptions;
  /** Those that nobody has tried to make, this time or earlier. */
  readonly #untried = new Set<string>();

  constructor(options: RoutinePostsOptions) {
    this.#options = options;
  }

  key(routine: Pick<Routine, "id">, { what, window, isByHand }: Pending): string {
    return `${this.#options.botId}:routine-${routine.id}-${isByHand ? "asked-" : ""}${what}-${window}`;
  }

  /** Noted just now: there is no such post. */
  isNew(key: string): void {
    this.#untried.add(key);
  }

  /** Rejects when the server can't be asked. `isUncertain`: not all that it could be among was read. */
  async find(
    key: string,
    { notedAt }: Pending,
  ): Promise<{ readonly post?: Post; readonly isUncertain: boolean }> {
    if (this.#untried.delete(key)) {
      return { isUncertain: false };
    }
    const { api, botId, channelId } = this.#options;
    const { posts, isCut } = await api.postsSince(channelId, notedAt - MARGIN_MS, false);
    const post = posts.find((one) => one.userId === botId && one.pendingPostId === key);
    return post ? { post, isUncertain: false } : { isUncertain: isCut };
  }

  /** Whether anything of ours stands in the thread below its first post. */
  async isAnswered(threadId: ThreadId): Promise<boolean> {
    const { api, botId } = this.#options;
    const posts = await api.thread(threadId);
    return posts.some(({ id, userId }) => id !== threadId && userId === botId);
  }

  root(key: string, message: string): Promise<Post> {
    return this.#create(key, undefined, { markdown: message });
  }

  reply(key: string, threadId: ThreadId, notice: Notice): Promise<Post> {
    return this.#create(key, threadId, notice);
  }

  #create(
    pendingPostId: string,
    rootId: ThreadId | undefined,
    { markdown, attachment }: Pick<Notice, "markdown"> & Partial<Notice>,
  ): Promise<Post> {
    const { api, channelId } = this.#options;
    return api.createPost({
      channelId,
      rootId,
      message: markdown,
      pendingPostId,
      ...(attachment ? { attachment } : {}),
    });
  }
}
