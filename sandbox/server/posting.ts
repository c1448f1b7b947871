// What it means to post, edit and delete: the change, the events in the server's order, and who is notified. Knows
// nothing of HTTP; what is refused is said by the rules.

import { noSuchPost } from "./api-error.ts";
import { BoundedMap } from "./bounded-map.ts";
import { type PostedDetails, postDeleted, postEdited, posted } from "./events.ts";
import { Followers, type FollowersOptions } from "./followers.ts";
import type { HookRecord } from "./hooks.ts";
import type { UserRecord } from "./people.ts";
import type { ChannelRecord } from "./places.ts";
import type { PostFaultsCarriedOut } from "./post-faults.ts";
import { PostRules, type PostRulesOptions } from "./post-rules.ts";
import type { NewPostRecord, PostChanges, PostRecord } from "./posts.ts";
import type { Reading } from "./reading.ts";
import type { Ring } from "./ring.ts";
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

/** A post as it was made, and how its maker is shown it. */
interface CreatedPost {
  readonly post: PostRecord;
  readonly view: PostView;
}

type PublishedDetails = Pick<PostedDetails, "senderName" | "setOnline"> & {
  readonly channel: ChannelRecord;
  readonly mentioned: readonly string[];
  readonly pendingPostId?: string;
};

export interface PostingOptions extends PostRulesOptions, FollowersOptions {
  readonly notifications: Ring<Notification>;
  readonly faults: PostFaultsCarriedOut;
  readonly reading: Reading;
  /** Whether webhooks may post under a name of their own (EnablePostUsernameOverride). */
  readonly usernameOverride: boolean;
}

export class Posting {
  readonly #options: PostingOptions;
  readonly #rules: PostRules;
  readonly #followers: Followers;
  readonly #pending = new BoundedMap<string, { readonly postId: string; readonly at: number }>(10_000);

  constructor(options: PostingOptions) {
    this.#options = options;
    this.#rules = new PostRules(options);
    this.#followers = new Followers(options);
  }

  create(author: UserRecord, input: NewPost): CreatedPost {
    const { presence, faults, reading, now } = this.#options;
    const { channelId, rootId, message, pendingPostId, fileIds, setOnline } = input;
    const channel = this.#rules.channelOf(author, channelId);
    const key = `${author.id} ${pendingPostId}`;
    const earlier = pendingPostId === "" ? undefined : this.#earlier(key);
    if (earlier) return earlier;
    this.#rules.checkNew(input);
    if (setOnline) presence.set(author.id, "online");
    const props = { ...input.props, ...(author.isBot && { from_bot: "true" }) };
    const mentions = this.#followers.mentionedIn({ message, props, channelId });
    for (const id of this.#followers.mentionedBy(channel)) mentions.add(id);
    mentions.delete(author.id);
    const aheadMs = faults.takeAhead(author.id);
    const created = this.#publish(
      { userId: author.id, channelId, rootId, message, props, fileIds, aheadMs },
      { channel, senderName: `@${author.username}`, setOnline, mentioned: [...mentions], pendingPostId },
    );
    if (pendingPostId !== "") this.#pending.set(key, { postId: created.post.id, at: now() });
    // Read in the source: who posts has read the channel, unless it is a bot, or a reply, which stands in its thread.
    if (!author.isBot && rootId === "") reading.view(author.id, [channel]);
    return created;
  }

  createFromHook(hook: HookRecord, { text, username, iconUrl, props }: HookPayload): void {
    const { store, usernameOverride } = this.#options;
    const { channelId, userId, displayName } = hook;
    const channel = this.#rules.openChannel(channelId);
    this.#rules.checkLength(text);
    const override = usernameOverride ? username : "";
    const hookProps = {
      ...props,
      from_webhook: "true",
      ...(override !== "" && { override_username: override }),
      ...(usernameOverride && iconUrl !== "" && { override_icon_url: iconUrl }),
      webhook_display_name: displayName,
    };
    const senderName = override === "" ? `@${store.people.get(userId)?.username ?? ""}` : override;
    // A webhook may mention its own owner.
    const mentioned = [...this.#followers.mentionedIn({ message: text, props, channelId })];
    this.#publish(
      { userId, channelId, message: text, props: hookProps },
      { channel, senderName, setOnline: false, mentioned },
    );
  }

  createSystem(record: NewPostRecord, mentioned: readonly string[]): void {
    const channel = this.#options.store.places.channel(record.channelId);
    if (channel) this.#publish(record, { channel, senderName: "System", setOnline: true, mentioned });
  }

  edit(editor: UserRecord, postId: string, changes: PostChanges): PostRecord {
    const { store, hub } = this.#options;
    const post = this.#rules.postOf(editor, postId);
    this.#rules.checkEdit(post, changes);
    store.posts.edit(post, changes);
    hub.publish(postEdited(store, post));
    return post;
  }

  /** The preview of a link is there, after its post. */
  preview(postId: string, url: string): void {
    const { store, hub } = this.#options;
    const post = store.posts.get(postId);
    if (!post) throw new Error(`No post has the id ${postId}`);
    store.posts.touch(post);
    const embeds = [{ type: "opengraph", url, data: { type: "website", url, title: url } }];
    hub.publish(postEdited(store, post, embeds));
  }

  remove(remover: UserRecord, postId: string): void {
    const { store, hub } = this.#options;
    const post = this.#rules.postOf(remover, postId);
    const event = postDeleted(store, post);
    store.posts.remove(post, remover.id);
    hub.publish(event);
  }

  /** The post that this pending id has made already. */
  #earlier(key: string): CreatedPost | undefined {
    const { store, now } = this.#options;
    const earlier = this.#pending.get(key);
    if (!earlier || now() - earlier.at >= PENDING_MS) return undefined;
    const post = store.posts.get(earlier.postId);
    if (!post) throw noSuchPost(earlier.postId);
    // Seen on 7.10: the repeated answer has neither the pending id nor metadata.
    return { post, view: { metadata: false } };
  }

  /** Stores the post and tells everyone: `posted` first, then `thread_updated` to each follower. */
  #publish(record: NewPostRecord, details: PublishedDetails): CreatedPost {
    const { store, hub, notifications } = this.#options;
    const { channel, mentioned, pendingPostId = "", senderName, setOnline } = details;
    const post = store.posts.create(record);
    count(channel, post);
    const view = { pendingPostId };
    post.fileIds = store.files.attach(post.fileIds, {
      userId: post.userId,
      channelId: post.channelId,
      postId: post.id,
    });
    store.places.countMention(channel.id, mentioned, post.rootId === "");
    hub.publish(posted(store, post, { channel, senderName, mentions: mentioned, setOnline, view }));
    const followers = this.#followers.tell(post, channel, mentioned);
    if (mentioned.length + followers.length > 0) {
      notifications.push({ postId: post.id, channelId: channel.id, mentioned, followers });
    }
    return { post, view };
  }
}

/** The system posts that are no messages; others, as on an archive, are (read in the source). */
const COMINGS_AND_GOINGS: ReadonlySet<string> = new Set([
  "system_join_channel",
  "system_leave_channel",
  "system_add_to_channel",
  "system_remove_from_channel",
]);

/** A channel carries how many messages it has, and when the last one came. */
function count(channel: ChannelRecord, { type, rootId, createAt }: PostRecord): void {
  const isMessage = !COMINGS_AND_GOINGS.has(type);
  channel.lastPostAt = createAt;
  if (isMessage) channel.messageCount += 1;
  if (rootId !== "") return;
  channel.lastRootPostAt = createAt;
  if (isMessage) channel.rootMessageCount += 1;
}
