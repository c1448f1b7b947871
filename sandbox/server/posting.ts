// What it means to post, edit and delete: the checks, the events in the server's order, and who is notified.
// Knows nothing of HTTP.

import { ApiError, noSuchPost, refused } from "./api-error.ts";
import { attachmentsIn } from "./attachments.ts";
import { BoundedMap } from "./bounded-map.ts";
import { type PostedDetails, postDeleted, postEdited, posted, threadUpdated } from "./events.ts";
import type { HookRecord } from "./hooks.ts";
import type { Hub } from "./hub.ts";
import { findMentions } from "./mentions.ts";
import type { UserRecord } from "./people.ts";
import type { ChannelRecord } from "./places.ts";
import type { PostFaultsCarriedOut } from "./post-faults.ts";
import type { Following, NewPostRecord, PostChanges, PostRecord } from "./posts.ts";
import type { Presence } from "./presence.ts";
import type { Ring } from "./ring.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store.ts";
import type { PostView } from "./wire.ts";

/** How long a repeated `pending_post_id` gives the first post again. */
const PENDING_MS = 30_000;

/** Whom a new post notifies: by a mention, and because they follow its thread. Never its author. */
export interface Notification {
  readonly postId: string;
  readonly channelId: string;
  readonly mentioned: readonly string[];
  readonly followers: readonly string[];
}

interface NewPost {
  readonly channelId: string;
  readonly message: string;
  readonly rootId: string;
  readonly pendingPostId: string;
  readonly fileIds: readonly string[];
  readonly props: Readonly<Record<string, unknown>>;
  readonly setOnline: boolean;
}

interface HookPayload {
  readonly text: string;
  readonly username: string;
  readonly iconUrl: string;
  readonly props: Readonly<Record<string, unknown>>;
}

export interface Posting {
  create(author: UserRecord, post: NewPost): { readonly post: PostRecord; readonly view: PostView };
  createFromHook(hook: HookRecord, payload: HookPayload): void;
  createSystem(post: NewPostRecord, mentioned: readonly string[]): void;
  edit(editor: UserRecord, postId: string, changes: PostChanges): PostRecord;
  /** The preview of a link is there, after its post. */
  preview(postId: string, url: string): void;
  remove(remover: UserRecord, postId: string): void;
}

export interface PostingOptions {
  readonly store: Store;
  readonly hub: Hub;
  readonly presence: Presence;
  readonly notifications: Ring<Notification>;
  readonly settings: Settings;
  readonly faults: PostFaultsCarriedOut;
  readonly maxPostSize: number;
  /** Whether webhooks may post under a name of their own (EnablePostUsernameOverride). */
  readonly usernameOverride: boolean;
  readonly now: () => number;
}

export function createPosting(options: PostingOptions): Posting {
  const { store, hub, presence, notifications, settings, faults, maxPostSize, usernameOverride, now } =
    options;
  const pending = new BoundedMap<string, { readonly postId: string; readonly at: number }>(10_000);

  function checkLength(message: string): void {
    // Counted in code points; the quick test spares the walk through short messages.
    if (message.length > maxPostSize && [...message].length > maxPostSize) {
      throw new ApiError(400, "model.post.is_valid.msg.app_error", "Invalid message.");
    }
  }

  function checkStorable(what: object, message: string, id: string, words: string): void {
    if (holdsNul(what) || faults.isUnsavable(message)) throw new ApiError(500, id, words);
  }

  /** Only the message has its time: other changes, and reactions, go on (10.11). */
  function checkTime(post: PostRecord, { message = post.message }: PostChanges): void {
    const seconds = settings.postEditTimeLimit;
    if (seconds < 0 || message === post.message || now() <= post.createAt + seconds * 1000) return;
    throw new ApiError(
      400,
      "api.post.update_post.permissions_time_limit.app_error",
      `Post edit is only allowed for ${seconds} seconds. Please ask your System Administrator for details.`,
    );
  }

  function openChannel(channelId: string): ChannelRecord {
    const channel = store.places.channel(channelId);
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

  function checkRoot(rootId: string, channelId: string): void {
    if (rootId === "") return;
    const root = store.posts.get(rootId);
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

  function activeMembers(channelId: string): UserRecord[] {
    const members = store.places.members(channelId).map((id) => store.people.get(id));
    return members.filter((user) => user !== undefined && user.deleteAt === 0) as UserRecord[];
  }

  /** The members a post mentions, its author included: in its message, and above and in its attachments. */
  function mentionedIn(
    { message, props = {} }: Pick<NewPostRecord, "message" | "props">,
    members: readonly UserRecord[],
  ): Set<string> {
    const idsByName = new Map(members.map((user) => [user.username, user.id]));
    const texts = [message, ...attachmentsIn(props).flatMap(({ pretext, text }) => [pretext, text])];
    const found = texts.map((one) => findMentions(one, (name) => idsByName.has(name)));
    const isMentioned = (user: UserRecord) =>
      found.some(
        ({ names, everyone, online }) =>
          everyone || names.has(user.username) || (online && presence.status(user.id) === "online"),
      );
    return new Set(members.filter(isMentioned).map((user) => user.id));
  }

  /** Stores the post and tells everyone: `posted` first, then `thread_updated` to each follower. */
  function publish(
    record: NewPostRecord,
    details: Pick<PostedDetails, "senderName" | "setOnline"> & {
      readonly channel: ChannelRecord;
      readonly mentioned: readonly string[];
      readonly pendingPostId?: string;
    },
  ): { post: PostRecord; view: PostView } {
    const { channel, mentioned, pendingPostId = "", senderName, setOnline } = details;
    const post = store.posts.create(record);
    channel.lastPostAt = post.createAt;
    if (!post.type.startsWith("system_")) channel.messageCount += 1;
    if (post.rootId === "") {
      channel.lastRootPostAt = post.createAt;
      if (!post.type.startsWith("system_")) channel.rootMessageCount += 1;
    }
    const view = { pendingPostId };
    post.fileIds = store.files.attach(post.fileIds, post.userId, post.id);
    hub.publish(posted(store, post, { channel, senderName, mentions: mentioned, setOnline, view }));
    const followers = tellFollowers(post, channel, mentioned);
    if (mentioned.length + followers.length > 0) {
      notifications.push({ postId: post.id, channelId: channel.id, mentioned, followers });
    }
    return { post, view };
  }

  function tellFollowers(
    post: PostRecord,
    channel: ChannelRecord,
    mentioned: readonly string[],
  ): readonly string[] {
    const root = store.posts.get(post.rootId);
    if (!root) return [];
    const members = activeMembers(channel.id);
    const isMember = new Set(members.map((user) => user.id));
    root.participants.add(post.userId);
    // The first reply makes followers of the root's author and of those it mentions.
    const first = root.followers.size === 0 ? [root.userId, ...mentionedIn(root, members)] : [];
    for (const id of [post.userId, ...first, ...mentioned]) {
      if (isMember.has(id) && !root.followers.has(id)) {
        root.followers.set(id, { lastViewedAt: 0, unreadReplies: 0, unreadMentions: 0 });
      }
    }
    for (const [userId, following] of root.followers) {
      const before: Following = { ...following };
      if (userId !== post.userId) {
        following.unreadReplies += 1;
        if (mentioned.includes(userId)) following.unreadMentions += 1;
      }
      if (isMember.has(userId)) {
        const details = {
          userId,
          teamId: channel.teamId,
          lastReplyAt: post.createAt,
          before,
          now: following,
        };
        hub.publish(threadUpdated(store, root, details));
      }
      // To reply is to have read.
      if (userId === post.userId) Object.assign(following, { lastViewedAt: store.stamp(), unreadReplies: 0 });
    }
    return [...root.followers.keys()].filter((id) => id !== post.userId && isMember.has(id));
  }

  function editable(editor: UserRecord, postId: string): PostRecord {
    const post = store.posts.get(postId);
    // Seen on 7.10: a deleted post can't be edited because of "permissions", it isn't "not found".
    if (!post || !store.places.isMember(post.channelId, editor.id)) throw refused();
    if (post.userId !== editor.id && !editor.isAdmin) throw refused();
    return post;
  }

  return {
    create(author, input) {
      const { channelId, rootId, message, pendingPostId, fileIds, setOnline } = input;
      if (!store.places.isMember(channelId, author.id)) throw refused();
      const channel = openChannel(channelId);
      const key = `${author.id} ${pendingPostId}`;
      const earlier = pendingPostId === "" ? undefined : pending.get(key);
      if (earlier && now() - earlier.at < PENDING_MS) {
        const post = store.posts.get(earlier.postId);
        if (!post) throw noSuchPost(earlier.postId);
        // Seen on 7.10: the repeated answer has neither the pending id nor metadata.
        return { post, view: { metadata: false } };
      }
      checkRoot(rootId, channelId);
      checkLength(message);
      checkStorable([message, input.props], message, "app.post.save.app_error", "Unable to save the Post.");
      if (setOnline) presence.set(author.id, "online");
      const props = { ...input.props, ...(author.isBot && { from_bot: "true" }) };
      const mentions = mentionedIn({ message, props }, activeMembers(channelId));
      if (channel.type === "D") for (const id of store.places.members(channelId)) mentions.add(id);
      mentions.delete(author.id);
      const created = publish(
        {
          userId: author.id,
          channelId,
          rootId,
          message,
          props,
          fileIds,
          aheadMs: faults.takeAhead(author.id),
        },
        {
          channel,
          senderName: `@${author.username}`,
          setOnline,
          mentioned: [...mentions],
          pendingPostId,
        },
      );
      if (pendingPostId !== "") pending.set(key, { postId: created.post.id, at: now() });
      return created;
    },
    createFromHook(hook, { text, username, iconUrl, props }) {
      const channel = openChannel(hook.channelId);
      checkLength(text);
      const owner = store.people.get(hook.userId);
      const override = usernameOverride ? username : "";
      publish(
        {
          userId: hook.userId,
          channelId: hook.channelId,
          message: text,
          props: {
            ...props,
            from_webhook: "true",
            ...(override !== "" && { override_username: override }),
            ...(usernameOverride && iconUrl !== "" && { override_icon_url: iconUrl }),
            webhook_display_name: hook.displayName,
          },
        },
        {
          channel,
          senderName: override === "" ? `@${owner?.username ?? ""}` : override,
          setOnline: false,
          // A webhook may mention its own owner.
          mentioned: [...mentionedIn({ message: text, props }, activeMembers(hook.channelId))],
        },
      );
    },
    createSystem(record, mentioned) {
      const channel = store.places.channel(record.channelId);
      if (channel) publish(record, { channel, senderName: "System", setOnline: true, mentioned });
    },
    edit(editor, postId, changes) {
      const post = editable(editor, postId);
      if (!settings.isEditingAllowed) throw refused();
      if (post.type.startsWith("system_")) {
        throw new ApiError(
          400,
          "api.post.update_post.system_message.app_error",
          "Unable to update system message.",
        );
      }
      openChannel(post.channelId);
      checkTime(post, changes);
      if (changes.message !== undefined) checkLength(changes.message);
      checkStorable(
        changes,
        changes.message ?? "",
        "app.post.update.app_error",
        "Unable to update the Post.",
      );
      store.posts.edit(post, changes);
      hub.publish(postEdited(store, post));
      return post;
    },
    preview(postId, url) {
      const post = store.posts.get(postId);
      if (!post) throw new Error(`No post has the id ${postId}`);
      store.posts.touch(post);
      const embeds = [{ type: "opengraph", url, data: { type: "website", url, title: url } }];
      hub.publish(postEdited(store, post, embeds));
    },
    remove(remover, postId) {
      const post = editable(remover, postId);
      const event = postDeleted(store, post);
      store.posts.remove(post, remover.id);
      hub.publish(event);
    },
  };
}

/** A database keeps none, and the server fails over it: when a post is made (10.11), and when it is edited (read). */
function holdsNul(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\0");
  return typeof value === "object" && value !== null && Object.values(value).some(holdsNul);
}
