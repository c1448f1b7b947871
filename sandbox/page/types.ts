// The part of Mattermost's JSON that the page reads, as the server spells it. What comes in is trusted to have these
// shapes and no more than that: every text in it is shown as text.

export interface User {
  readonly id: string;
  readonly username: string;
  readonly is_bot?: boolean;
}

export interface Channel {
  readonly id: string;
  readonly team_id: string;
  readonly name: string;
  readonly display_name: string;
  /** `O` open, `P` private, `D` direct, `G` of a group. */
  readonly type: string;
  readonly total_msg_count: number;
}

/** What one person has read of a channel. */
export interface Membership {
  readonly channel_id: string;
  readonly msg_count: number;
  readonly mention_count: number;
}

export interface FileInfo {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly mime_type: string;
}

export interface Reaction {
  readonly user_id: string;
  readonly post_id: string;
  readonly emoji_name: string;
}

export interface Post {
  readonly id: string;
  /** Empty for a root. */
  readonly root_id: string;
  readonly channel_id: string;
  readonly user_id: string;
  readonly message: string;
  readonly create_at: number;
  readonly update_at: number;
  readonly edit_at: number;
  readonly delete_at: number;
  /** Empty for what people and bots say; `system_…` for the server's own posts. */
  readonly type: string;
  readonly props: Readonly<Record<string, unknown>> | null;
  /** Of the whole thread. */
  readonly reply_count: number;
  readonly metadata?: {
    readonly files?: readonly FileInfo[];
    readonly reactions?: readonly Reaction[];
  };
}

export interface PostList {
  readonly order: readonly string[];
  readonly posts: Readonly<Record<string, Post>>;
  readonly prev_post_id: string;
}
