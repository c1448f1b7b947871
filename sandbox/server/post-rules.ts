// What the server refuses of posts that are made and changed, in its order and its words. Changes nothing.
import { ApiError, refused } from "./api-error.ts";
import type { UserRecord } from "./people.ts";
import type { ChannelRecord } from "./places.ts";
import type { PostFaultsCarriedOut } from "./post-faults.ts";
import type { PostChanges, PostRecord } from "./posts.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store.ts";

/** As JSON, which leaves room for ten (read in the source). */
const MAX_FILE_IDS_LENGTH = 300;

export interface PostRulesOptions {
  readonly store: Store;
  readonly settings: Settings;
  readonly faults: Pick<PostFaultsCarriedOut, "isUnsavable">;
  /** Code points. */
  readonly maxPostSize: number;
  readonly now: () => number;
}

export class PostRules {
  readonly #options: PostRulesOptions;

  constructor(options: PostRulesOptions) {
    this.#options = options;
  }

  /** The channel, if it takes posts. */
  openChannel(channelId: string): ChannelRecord {
    const channel = this.#options.store.places.channel(channelId);
    if (!channel) throw refused();
    if (channel.deleteAt !== 0) {
      throw new ApiError(
        400,
        "api.post.create_post.can_not_post_to_deleted.error",
        "Can not post to deleted channel.",
      );
    }
    return channel;
  }

  /** The channel, if it takes posts of this account. */
  channelOf(author: UserRecord, channelId: string): ChannelRecord {
    if (!this.#options.store.places.isMember(channelId, author.id)) throw refused();
    return this.openChannel(channelId);
  }

  checkNew(post: Pick<PostRecord, "channelId" | "rootId" | "message" | "props" | "fileIds">): void {
    const { channelId, rootId, message, props, fileIds } = post;
    this.#checkRoot(rootId, channelId);
    this.checkLength(message);
    if (JSON.stringify(fileIds).length > MAX_FILE_IDS_LENGTH) {
      throw new ApiError(400, "model.post.is_valid.file_ids.app_error", "Invalid file ids.");
    }
    if (!this.#isStorable([message, props], message)) {
      throw new ApiError(500, "app.post.save.app_error", "Unable to save the Post.");
    }
  }

  /** The post, if this account may change it or take it away. */
  postOf(editor: UserRecord, postId: string): PostRecord {
    const { posts, places } = this.#options.store;
    const post = posts.get(postId);
    // Seen on 7.10: a deleted post can't be edited because of "permissions", it isn't "not found".
    if (!post || !places.isMember(post.channelId, editor.id)) throw refused();
    if (post.userId !== editor.id && !editor.isAdmin) throw refused();
    return post;
  }

  checkEdit(post: PostRecord, changes: PostChanges): void {
    if (!this.#options.settings.isEditingAllowed) throw refused();
    if (post.type.startsWith("system_")) {
      throw new ApiError(
        400,
        "api.post.update_post.system_message.app_error",
        "Unable to update system message.",
      );
    }
    this.openChannel(post.channelId);
    this.#checkTime(post, changes);
    if (changes.message !== undefined) this.checkLength(changes.message);
    if (!this.#isStorable(changes, changes.message ?? "")) {
      throw new ApiError(500, "app.post.update.app_error", "Unable to update the Post.");
    }
  }

  checkLength(message: string): void {
    const { maxPostSize } = this.#options;
    // Counted in code points; the quick test spares the walk through short messages.
    if (message.length > maxPostSize && [...message].length > maxPostSize) {
      throw new ApiError(400, "model.post.is_valid.msg.app_error", "Invalid message.");
    }
  }

  #checkRoot(rootId: string, channelId: string): void {
    if (rootId === "") return;
    const root = this.#options.store.posts.get(rootId);
    if (root?.rootId !== "") {
      throw new ApiError(400, "api.post.create_post.root_id.app_error", "Invalid RootId parameter.");
    }
    if (root.channelId !== channelId) {
      throw new ApiError(
        500,
        "api.post.create_post.channel_root_id.app_error",
        "Invalid ChannelId for RootId parameter.",
      );
    }
  }

  /** Only the message has its time: other changes, and reactions, go on (10.11). */
  #checkTime(post: PostRecord, { message = post.message }: PostChanges): void {
    const { settings, now } = this.#options;
    const seconds = settings.postEditTimeLimit;
    if (seconds < 0 || message === post.message || now() <= post.createAt + seconds * 1000) return;
    throw new ApiError(
      400,
      "api.post.update_post.permissions_time_limit.app_error",
      `Post edit is only allowed for ${seconds} seconds. Please ask your System Administrator for details.`,
    );
  }

  #isStorable(content: object, message: string): boolean {
    return !holdsNul(content) && !this.#options.faults.isUnsavable(message);
  }
}

/** A database keeps none, and the server fails over it: when a post is made (10.11), and when it is edited (read). */
function holdsNul(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\0");
  return typeof value === "object" && value !== null && Object.values(value).some(holdsNul);
}
