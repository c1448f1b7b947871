// The WebSocket events of Mattermost, as values: what each says and whom it is for. Sends nothing.
import type { UserRecord } from "./people.ts";
import type { ChannelRecord } from "./places.ts";
import type { Following, PostRecord } from "./posts.ts";
import type { ServerVersion, Store } from "./store.ts";
import { type PostView, wireChannel, wirePost, wireUser } from "./wire.ts";

/** Who hears of an event: one account, else a channel's or a team's members, else everybody, less `omit_users`. */
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
  /** Those who are told, beside `data`, that they are mentioned: each of itself alone. Not on the wire. */
  readonly mentioned?: readonly string[];
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
/** The team of an open channel learns what becomes of it; of others 7.10 told the team as well (read). */
const toSeers = (version: ServerVersion, { type, id, teamId }: ChannelRecord): Broadcast =>
  type === "O" || version === "7.10" ? { ...TO_ALL, team_id: teamId } : toChannel(id);

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

/** Each of the group is told by itself; 7.10 told the channel (read). */
export function groupAdded(
  version: ServerVersion,
  channelId: string,
  userIds: readonly string[],
): SandboxEvent[] {
  const event = { event: "group_added", data: { teammate_ids: JSON.stringify(userIds) } };
  if (version === "7.10") return [{ ...event, broadcast: toChannel(channelId) }];
  return userIds.map((userId) => ({
    ...event,
    broadcast: { ...toChannel(channelId), user_id: userId },
  }));
}

/** The account's other clients learn what it has read, and when the last post there was; 7.10 said only where (read). */
export function channelsViewed(
  version: ServerVersion,
  userId: string,
  times: Readonly<Record<string, number>>,
): SandboxEvent[] {
  const broadcast = toUser(userId);
  if (version !== "7.10")
    return [{ event: "multiple_channels_viewed", data: { channel_times: times }, broadcast }];
  return Object.keys(times).map((id) => ({ event: "channel_viewed", data: { channel_id: id }, broadcast }));
}

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
  const tellsAll = store.version === "7.10";
  const hasImage = post.fileIds.some((id) => store.files.get(id)?.mimeType.startsWith("image/"));
  return {
    event: "posted",
    data: {
      channel_display_name: displayNameIn(store, channel, senderName),
      channel_name: channel.name,
      channel_type: channel.type,
      ...(hasImage && { image: "true" }),
      ...(tellsAll && mentions.length > 0 && { mentions: JSON.stringify(mentions) }),
      ...(post.fileIds.length > 0 && { otherFile: "true" }),
      post: JSON.stringify(wirePost(store, post, view)),
      sender_name: senderName,
      set_online: setOnline,
      team_id: channel.teamId,
    },
    broadcast: toChannel(post.channelId),
    // Read in the source of 10.x: who is mentioned is told so, and learns nothing of the others.
    ...(!tellsAll && { mentioned: mentions }),
  };
}

/** What has no name of its own is called after who is in it. */
function displayNameIn({ people, places }: Store, channel: ChannelRecord, senderName: string): string {
  if (channel.type === "D") return senderName;
  if (channel.type !== "G") return channel.displayName;
  const names = places.members(channel.id).map((id) => people.get(id)?.username ?? "");
  return names.sort().join(", ");
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

export const channelDeleted = ({ version }: Store, channel: ChannelRecord): SandboxEvent => ({
  event: "channel_deleted",
  data: { channel_id: channel.id, delete_at: channel.deleteAt },
  broadcast: toSeers(version, channel),
});

export const channelRestored = ({ version }: Store, channel: ChannelRecord): SandboxEvent => ({
  event: "channel_restored",
  data: { channel_id: channel.id },
  broadcast: toSeers(version, channel),
});

export const channelUpdated = (store: Store, channel: ChannelRecord): SandboxEvent => ({
  event: "channel_updated",
  data: { channel: JSON.stringify(wireChannel(store, channel)) },
  broadcast: toChannel(channel.id),
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
