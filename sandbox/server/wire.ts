// The JSON shapes of Mattermost 7.10 and 10.11: how a record looks on the wire, key for key. Keys that the server leaves
// out are left out here. Decides nothing.
import type { FileRecord } from "./files.ts";
import type { MemberRecord } from "./members.ts";
import type { UserRecord } from "./people.ts";
import type { ChannelRecord, TeamRecord } from "./places.ts";
import type { PostRecord, ReactionRecord } from "./posts.ts";
import type { Store } from "./store.ts";

const NOTIFY_PROPS = {
  channel: "true",
  comments: "never",
  desktop: "mention",
  desktop_sound: "true",
  desktop_threads: "all",
  email: "true",
  email_threads: "all",
  first_name: "false",
  mention_keys: "",
  push: "mention",
  push_status: "away",
  push_threads: "all",
};

/** `self`: as the account sees itself, with its notification settings. */
export function wireUser(user: UserRecord, self = false): object {
  return {
    id: user.id,
    create_at: user.createAt,
    update_at: user.updateAt,
    delete_at: user.deleteAt,
    username: user.username,
    auth_data: "",
    auth_service: "",
    email: user.isBot ? `${user.username}@localhost` : `${user.username}@example.com`,
    nickname: "",
    first_name: user.displayName,
    last_name: "",
    position: "",
    roles: user.isAdmin ? "system_admin system_user" : "system_user",
    ...(self && { notify_props: NOTIFY_PROPS, last_password_update: user.createAt }),
    locale: "en",
    timezone: { automaticTimezone: "", manualTimezone: "", useAutomaticTimezone: "true" },
    ...(user.isBot && { is_bot: true }),
    disable_welcome_email: false,
  };
}

export function wireTeam(team: TeamRecord): object {
  return {
    id: team.id,
    create_at: team.createAt,
    update_at: team.createAt,
    delete_at: 0,
    display_name: team.displayName,
    name: team.name,
    description: "",
    email: "",
    type: "O",
    company_name: "",
    allowed_domains: "",
    invite_id: team.inviteId,
    allow_open_invite: false,
    scheme_id: null,
    group_constrained: null,
    policy_id: null,
    cloud_limits_archived: false,
  };
}

type Speaks = Pick<Store, "version">;

export function wireChannel({ version }: Speaks, channel: ChannelRecord): object {
  return {
    id: channel.id,
    create_at: channel.createAt,
    update_at: channel.updateAt,
    delete_at: channel.deleteAt,
    team_id: channel.teamId,
    type: channel.type,
    display_name: channel.displayName,
    name: channel.name,
    header: "",
    purpose: "",
    last_post_at: channel.lastPostAt,
    total_msg_count: channel.messageCount,
    extra_update_at: 0,
    creator_id: channel.creatorId,
    scheme_id: null,
    props: null,
    group_constrained: null,
    // A group's was recorded of no server; read in the source of both.
    shared: channel.type === "D" || (channel.type === "G" && version !== "7.10") ? false : null,
    total_msg_count_root: channel.rootMessageCount,
    policy_id: null,
    last_root_post_at: channel.lastRootPostAt,
    ...(version === "10.11" && { banner_info: null, policy_enforced: false, default_category_name: "" }),
  };
}

const MEMBER_NOTIFY_PROPS = {
  desktop: "default",
  email: "default",
  ignore_channel_mentions: "default",
  mark_unread: "all",
  push: "default",
};

export function wireMember(
  { version }: Speaks,
  channel: ChannelRecord,
  member: MemberRecord,
  askerId: string,
): object {
  return {
    channel_id: channel.id,
    user_id: member.userId,
    roles: "channel_user",
    last_viewed_at: member.lastViewedAt,
    msg_count: member.messageCount,
    mention_count: member.mentionCount,
    mention_count_root: member.rootMentionCount,
    ...(version === "10.11" && { urgent_mention_count: 0 }),
    msg_count_root: member.rootMessageCount,
    // 10.11 shows other people's settings to nobody.
    ...((version === "7.10" || member.userId === askerId) && { notify_props: MEMBER_NOTIFY_PROPS }),
    last_update_at: member.lastUpdateAt,
    scheme_guest: false,
    scheme_user: true,
    scheme_admin: false,
    explicit_roles: "",
  };
}

export function wireReaction(post: PostRecord, reaction: ReactionRecord): object {
  return {
    user_id: reaction.userId,
    post_id: post.id,
    emoji_name: reaction.emojiName,
    create_at: reaction.createAt,
    update_at: reaction.updateAt,
    delete_at: 0,
    remote_id: "",
    channel_id: post.channelId,
  };
}

export function wireFile({ version }: Speaks, file: FileRecord): object {
  return {
    id: file.id,
    user_id: file.userId,
    ...(file.postId !== "" && { post_id: file.postId }),
    // Empty in 7.10 even when the file is in a post.
    channel_id: version === "7.10" ? "" : file.channelId,
    create_at: file.createAt,
    update_at: file.createAt,
    delete_at: 0,
    name: file.name,
    extension: file.extension,
    size: file.bytes.length,
    mime_type: file.mimeType,
    mini_preview: null,
    remote_id: "",
    archived: false,
  };
}

export interface PostView {
  /** Lists of a channel, and the root inside a thread_updated, say 0. */
  readonly replyCount?: number;
  /** False where the server leaves `metadata` out: a repeated create, post_deleted, thread_updated. */
  readonly metadata?: boolean;
  /** What links in it show, where that is known. */
  readonly embeds?: readonly object[];
  /** Only the answer to a create and its event carry it. */
  readonly pendingPostId?: string;
}

export function wirePost(store: Store, post: PostRecord, view: PostView = {}): object {
  const { metadata = true, pendingPostId = "", replyCount = store.posts.replyCount(post) } = view;
  const isDeleted = post.deleteAt !== 0;
  const isOld = store.version === "7.10";
  return {
    id: post.id,
    create_at: post.createAt,
    update_at: post.updateAt,
    edit_at: post.editAt,
    delete_at: post.deleteAt,
    is_pinned: false,
    user_id: post.userId,
    channel_id: post.channelId,
    root_id: post.rootId,
    original_id: post.originalId,
    message: isDeleted ? "" : post.message,
    type: post.type,
    props: post.props,
    hashtags: "",
    ...((!isOld || post.fileIds.length > 0) && { file_ids: post.fileIds }),
    pending_post_id: pendingPostId,
    ...(!isOld && { remote_id: "" }),
    ...(post.hasReactions && { has_reactions: true }),
    reply_count: replyCount,
    last_reply_at: 0,
    participants: null,
    ...(metadata && { metadata: isDeleted ? {} : wireMetadata(store, post, view.embeds) }),
  };
}

function wireMetadata(store: Store, post: PostRecord, embeds: readonly object[] = []): object {
  const files = post.fileIds.map((id) => store.files.get(id)).filter((file) => file !== undefined);
  return {
    ...(embeds.length > 0 && { embeds }),
    ...(files.length > 0 && { files: files.map((file) => wireFile(store, file)) }),
    ...(post.reactions.length > 0 && { reactions: post.reactions.map((one) => wireReaction(post, one)) }),
  };
}

/** `order` as given; `extra` posts are in the map without a place in the order. */
export function wirePostList(
  store: Store,
  posts: readonly PostRecord[],
  more: {
    readonly view?: PostView;
    readonly extra?: readonly PostRecord[];
    readonly nextPostId?: string;
    readonly prevPostId?: string;
    readonly hasNext?: boolean;
  } = {},
): object {
  const { view = {}, extra = [], nextPostId = "", prevPostId = "", hasNext } = more;
  return {
    order: posts.map((post) => post.id),
    posts: Object.fromEntries([...posts, ...extra].map((post) => [post.id, wirePost(store, post, view)])),
    next_post_id: nextPostId,
    prev_post_id: prevPostId,
    // 10.11 says so of threads alone.
    ...((store.version === "7.10" || hasNext !== undefined) && { has_next: hasNext ?? false }),
    first_inaccessible_post_time: 0,
  };
}
