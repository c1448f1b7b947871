// Owns the posts of every channel, with their reactions, thread state and edit history, and answers the ways of
// reading them. Knows no permissions, sends no events.
import { isDeepStrictEqual } from "node:util";
import { newId } from "./ids.ts";
import type { Stamp } from "./stamp.ts";

const MAX_POSTS = 20_000;
const MAX_CHARACTERS = 64 * 1024 * 1024;
const MAX_REVISIONS = 20_000;
/** The most posts one `since` answers with, as in 7.10. */
const SINCE_LIMIT = 1000;

export interface ReactionRecord {
  readonly userId: string;
  readonly emojiName: string;
  /** When that person put that emoji there for the first time, though they took it off in between. */
  readonly createAt: number;
  /** When they put it there. */
  readonly updateAt: number;
}

export interface Following {
  lastViewedAt: number;
  unreadReplies: number;
  unreadMentions: number;
}

export interface PostRecord {
  readonly id: string;
  readonly createAt: number;
  updateAt: number;
  editAt: number;
  deleteAt: number;
  readonly userId: string;
  readonly channelId: string;
  /** Empty for a root post. */
  readonly rootId: string;
  /** The post this is an old revision of; empty for a post. */
  readonly originalId: string;
  message: string;
  readonly type: string;
  props: Readonly<Record<string, unknown>>;
  fileIds: readonly string[];
  hasReactions: boolean;
  reactions: readonly ReactionRecord[];
  /** Those that were taken off again. */
  takenOff: readonly ReactionRecord[];
  /** A root's living replies, oldest first. */
  replies: readonly string[];
  /** Who has replied, in the order of their first reply; a root's. */
  readonly participants: Set<string>;
  /** Who hears of new replies; a root's. */
  readonly followers: Map<string, Following>;
}

export interface NewPostRecord {
  readonly userId: string;
  readonly channelId: string;
  readonly rootId?: string;
  readonly message: string;
  readonly type?: string;
  readonly props?: Readonly<Record<string, unknown>>;
  readonly fileIds?: readonly string[];
  /** Dated so far ahead. */
  readonly aheadMs?: number;
}

export interface PostChanges {
  readonly message?: string;
  readonly props?: Readonly<Record<string, unknown>>;
  readonly fileIds?: readonly string[];
}

export interface Posts {
  create(post: NewPostRecord): PostRecord;
  /** A post that is not deleted. */
  get(id: string): PostRecord | undefined;
  /** When it was made, also of one that was deleted. */
  createdAt(id: string): number | undefined;
  edit(post: PostRecord, changes: PostChanges): void;
  /** A root takes its replies with it. */
  remove(post: PostRecord, byUserId: string): void;
  /** Something about it that is no edit has changed. */
  touch(post: PostRecord): void;
  react(post: PostRecord, reaction: Pick<ReactionRecord, "userId" | "emojiName">): ReactionRecord;
  unreact(post: PostRecord, reaction: Pick<ReactionRecord, "userId" | "emojiName">): void;
  replyCount(post: PostRecord): number;
  /** The root and its living replies, oldest first. */
  thread(post: PostRecord): PostRecord[];
  /** Living posts of a channel, oldest first. */
  inChannel(channelId: string): PostRecord[];
  /** What changed after `since`, newest first: deleted posts and old revisions as well. */
  since(channelId: string, since: number): PostRecord[];
}

export function createPosts(stamp: Stamp): Posts {
  const posts = new Map<string, PostRecord>();
  const byChannel = new Map<string, PostRecord[]>();
  let revisions: PostRecord[] = [];
  let characters = 0;

  function forgetOldest(): void {
    while (posts.size > MAX_POSTS || characters > MAX_CHARACTERS) {
      const [oldest] = posts.values();
      if (!oldest) return;
      posts.delete(oldest.id);
      characters -= oldest.message.length;
      byChannel.set(
        oldest.channelId,
        (byChannel.get(oldest.channelId) ?? []).filter((post) => post !== oldest),
      );
    }
  }

  function get(id: string): PostRecord | undefined {
    const post = posts.get(id);
    return post?.deleteAt === 0 ? post : undefined;
  }

  return {
    create(input) {
      const { userId, channelId, rootId = "", message, type = "", props = {}, fileIds = [] } = input;
      const at = stamp() + (input.aheadMs ?? 0);
      const post: PostRecord = {
        id: newId(),
        createAt: at,
        updateAt: at,
        editAt: 0,
        deleteAt: 0,
        userId,
        channelId,
        rootId,
        originalId: "",
        message,
        type,
        props,
        fileIds,
        hasReactions: false,
        reactions: [],
        takenOff: [],
        replies: [],
        participants: new Set(),
        followers: new Map(),
      };
      posts.set(post.id, post);
      characters += message.length;
      const channelPosts = byChannel.get(channelId) ?? [];
      insertByTime(channelPosts, post);
      byChannel.set(channelId, channelPosts);
      const root = get(rootId);
      if (root) {
        const replies = root.replies.map((id) => posts.get(id)).filter((reply) => reply !== undefined);
        root.replies = insertByTime(replies, post).map(({ id }) => id);
        // Seen on 7.10: a reply moves its root's update_at.
        root.updateAt = at;
      }
      forgetOldest();
      return post;
    },
    get,
    createdAt: (id) => posts.get(id)?.createAt,
    edit(post, changes) {
      const at = stamp();
      revisions.push({
        ...post,
        id: newId(),
        updateAt: at,
        deleteAt: at,
        originalId: post.id,
        // Never shown again: a deleted post is answered without its text.
        message: "",
        reactions: [],
        takenOff: [],
      });
      if (revisions.length >= MAX_REVISIONS * 2) revisions = revisions.slice(-MAX_REVISIONS);
      const { message = post.message, props = post.props, fileIds = post.fileIds } = changes;
      // As on 7.10: of the props only the attachments make it an edit that people are told of.
      const isEdit =
        message !== post.message ||
        !isDeepStrictEqual(fileIds, post.fileIds) ||
        !isDeepStrictEqual(props["attachments"], post.props["attachments"]);
      if (isEdit) post.editAt = at;
      characters += message.length - post.message.length;
      post.message = message;
      post.props = props;
      post.fileIds = fileIds;
      post.updateAt = at;
      forgetOldest();
    },
    remove(post, byUserId) {
      const at = stamp();
      for (const gone of [post, ...post.replies.map((id) => posts.get(id))]) {
        if (!gone) continue;
        gone.deleteAt = at;
        gone.updateAt = at;
        gone.props = { ...gone.props, deleteBy: byUserId };
      }
      const root = get(post.rootId);
      if (root) root.replies = root.replies.filter((id) => id !== post.id);
    },
    touch(post) {
      post.updateAt = stamp();
    },
    react(post, { userId, emojiName }) {
      const at = stamp();
      const isSame = isBy(userId, emojiName);
      const known = [...post.reactions, ...post.takenOff].find(isSame);
      const reaction = { userId, emojiName, createAt: known?.createAt ?? at, updateAt: at };
      post.takenOff = post.takenOff.filter((one) => !isSame(one));
      post.reactions = [...post.reactions.filter((one) => !isSame(one)), reaction].sort(
        (one, other) => one.createAt - other.createAt,
      );
      post.hasReactions = true;
      post.updateAt = at;
      return reaction;
    },
    unreact(post, { userId, emojiName }) {
      const isSame = isBy(userId, emojiName);
      post.takenOff = [...post.takenOff, ...post.reactions.filter(isSame)];
      post.reactions = post.reactions.filter((one) => !isSame(one));
      post.hasReactions = post.reactions.length > 0;
      post.updateAt = stamp();
    },
    replyCount: (post) => (post.rootId === "" ? post : posts.get(post.rootId))?.replies.length ?? 0,
    thread(post) {
      const root = get(post.rootId === "" ? post.id : post.rootId);
      if (!root) return [];
      return [root, ...root.replies.map((id) => get(id)).filter((reply) => reply !== undefined)];
    },
    inChannel: (channelId) => (byChannel.get(channelId) ?? []).filter((post) => post.deleteAt === 0),
    since(channelId, since) {
      const changed = (post: PostRecord) => post.channelId === channelId && post.updateAt > since;
      return [...(byChannel.get(channelId) ?? []).filter(changed), ...revisions.filter(changed)]
        .sort((a, b) => b.createAt - a.createAt)
        .slice(0, SINCE_LIMIT);
    },
  };
}

function isBy(userId: string, emojiName: string): (reaction: ReactionRecord) => boolean {
  return (reaction) => reaction.userId === userId && reaction.emojiName === emojiName;
}

/** Among those dated earlier and later; nearly always at the end. */
function insertByTime(list: PostRecord[], post: PostRecord): PostRecord[] {
  let at = list.length;
  while (at > 0 && (list[at - 1]?.createAt ?? 0) > post.createAt) at -= 1;
  list.splice(at, 0, post);
  return list;
}
