// The WebSocket events of Mattermost, as values: what each says and whom it is for. Sends nothing.
import type { UserRecord } from "./people.ts";
import type { ChannelRecord } from "./places.ts";
import type { Following, PostRecord } from "./posts.ts";
import type { ServerVersion, Store } from "./store.ts";
import { type PostView, wirePost, wireUser } from "./wire.ts";

/** Who hears of an event: one account, else the members of a channel, else everybody, less `omit_users`. */
export interface Broadcast {
  readonly omit_users: Readonly<Record<string, true>> | null;
  readonly user_id: string;
  readonly channel_id: string;
  readonly team_id: string;
  readonly connection_id: string;
  readonly omit_connection_id: string;
  readonly contains_sanitized_data?: true;
}

export interface SandboxEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly broadcast: Broadcast;
}

const TO_ALL: Broadcast = {
  omit_users: null,
  user_id: "",
  channel_id: "",
  team_id: "",
  connection_id: "",
  omit_connection_id: "",
};
const toUser = (userId: string): Broadcast => ({ ...TO_ALL, user_id: userId });
const toChannel = (channelId: string): Broadcast => ({ ...TO_ALL, channel_id: channelId });

export const hello = (version: ServerVersion, userId: string, connectionId: string): SandboxEvent => ({
  event: "hello",
  data: {
    connection_id: connectionId,
    ...(version === "10.11" && { server_hostname: "sandbox" }),
    server_version: `${version}.0...sandbox.false`,
  },
  broadcast: toUser(userId),
});

/** The server tells everybody its settings anew. */
export const configChanged = (config: Readonly<Record<string, string>>): SandboxEvent => ({
  event: "config_changed",
  data: { config },
  broadcast: TO_ALL,
});

export const directAdded = (channelId: string, creatorId: string, teammateId: string): SandboxEvent => ({
  event: "direct_added",
  data: { creator_id: creatorId, teammate_id: teammateId },
  broadcast: toChannel(channelId),
});

export const statusChange = (userId: string, status: string): SandboxEvent => ({
  event: "status_change",
  data: { status, user_id: userId },
  broadcast: toUser(userId),
});

export interface PostedDetails {
  readonly channel: ChannelRecord;
  readonly senderName: string;
  readonly mentions: readonly string[];
  readonly setOnline: boolean;
  readonly view: PostView;
}

export function posted(store: Store, post: PostRecord, details: PostedDetails): SandboxEvent {
  const { channel, senderName, mentions, setOnline, view } = details;
  const hasImage = post.fileIds.some((id) => store.files.get(id)?.mimeType.startsWith("image/"));
  return {
    event: "posted",
    data: {
      channel_display_name: channel.type === "D" ? senderName : channel.displayName,
      channel_name: channel.name,
      channel_type: channel.type,
      ...(hasImage && { image: "true" }),
      ...(mentions.length > 0 && { mentions: JSON.stringify(mentions) }),
      ...(post.fileIds.length > 0 && { otherFile: "true" }),
      post: JSON.stringify(wirePost(store, post, view)),
      sender_name: senderName,
      set_online: setOnline,
      team_id: channel.teamId,
    },
    broadcast: toChannel(post.channelId),
  };
}

export const postEdited = (store: Store, post: PostRecord, embeds: readonly object[] = []): SandboxEvent => ({
  event: "post_edited",
  data: { post: JSON.stringify(wirePost(store, post, { embeds })) },
  broadcast: toChannel(post.channelId),
});

/** To be made before the post is deleted: it shows the post as it was. */
export const postDeleted = (store: Store, post: PostRecord): SandboxEvent => ({
  event: "post_deleted",
  data: { post: JSON.stringify(wirePost(store, post, { metadata: false })) },
  broadcast: { ...toChannel(post.channelId), contains_sanitized_data: true },
});

export const reactionAdded = (channelId: string, reaction: object): SandboxEvent => ({
  event: "reaction_added",
  data: { reaction: JSON.stringify(reaction) },
  broadcast: toChannel(channelId),
});

export const reactionRemoved = (channelId: string, reaction: object): SandboxEvent => ({
  event: "reaction_removed",
  data: { reaction: JSON.stringify(reaction) },
  broadcast: toChannel(channelId),
});

export function threadUpdated(
  store: Store,
  root: PostRecord,
  details: {
    readonly userId: string;
    readonly teamId: string;
    readonly lastReplyAt: number;
    readonly before: Following;
    readonly now: Following;
  },
): SandboxEvent {
  const { userId, teamId, lastReplyAt, before, now } = details;
  const participants = [...root.participants].map((id) => store.people.get(id));
  return {
    event: "thread_updated",
    data: {
      previous_unread_mentions: before.unreadMentions,
      previous_unread_replies: before.unreadReplies,
      thread: JSON.stringify({
        id: root.id,
        reply_count: store.posts.replyCount(root),
        last_reply_at: lastReplyAt,
        last_viewed_at: now.lastViewedAt,
        participants: participants.filter((user) => user !== undefined).map((user) => wireUser(user)),
        post: wirePost(store, root, { metadata: false, replyCount: 0 }),
        unread_replies: now.unreadReplies,
        unread_mentions: now.unreadMentions,
        is_urgent: false,
        delete_at: 0,
      }),
    },
    broadcast: { ...toUser(userId), team_id: teamId },
  };
}

export const userAdded = (channel: ChannelRecord, userId: string): SandboxEvent => ({
  event: "user_added",
  data: { team_id: channel.teamId, user_id: userId },
  broadcast: toChannel(channel.id),
});

/** One event for those who stay, one for the person who is gone. */
export const userRemoved = (channelId: string, userId: string, removerId: string): SandboxEvent[] => [
  {
    event: "user_removed",
    data: { remover_id: removerId, user_id: userId },
    broadcast: toChannel(channelId),
  },
  {
    event: "user_removed",
    data: { channel_id: channelId, remover_id: removerId },
    broadcast: toUser(userId),
  },
];

export const channelDeleted = (channel: ChannelRecord): SandboxEvent => ({
  event: "channel_deleted",
  data: { channel_id: channel.id, delete_at: channel.deleteAt },
  broadcast: channel.type === "O" ? { ...TO_ALL, team_id: channel.teamId } : toChannel(channel.id),
});

export const typing = (userId: string, channelId: string, parentId: string): SandboxEvent => ({
  event: "typing",
  data: { parent_id: parentId, user_id: userId },
  broadcast: { ...toChannel(channelId), omit_users: { [userId]: true } },
});

/** The account hears of itself in full, the others without its settings. */
export const userUpdated = (user: UserRecord): SandboxEvent[] => [
  {
    event: "user_updated",
    data: { user: wireUser(user) },
    broadcast: { ...TO_ALL, omit_users: { [user.id]: true } },
  },
  { event: "user_updated", data: { user: wireUser(user, true) }, broadcast: toUser(user.id) },
];
