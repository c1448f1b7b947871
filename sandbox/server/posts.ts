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

type NewReaction = Pick<ReactionRecord, "userId" | "emojiName">;

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

export class Posts {
  readonly #stamp: Stamp;
  readonly #posts = new Map<string, PostRecord>();
  readonly #byChannel = new Map<string, PostRecord[]>();
  readonly #revisions = new Map<string, PostRecord[]>();
  #revisionCount = 0;
  #characters = 0;

  constructor(stamp: Stamp) {
    this.#stamp = stamp;
  }

  create(input: NewPostRecord): PostRecord {
    const post = newPost(input, this.#stamp() + (input.aheadMs ?? 0));
    this.#posts.set(post.id, post);
    this.#characters += post.message.length;
    this.#byChannel.set(post.channelId, insertByTime(this.#ofChannel(post.channelId), post));
    const root = this.get(post.rootId);
    if (root) {
      const replies = root.replies.map((id) => this.#posts.get(id)).filter((reply) => reply !== undefined);
      root.replies = insertByTime(replies, post).map(({ id }) => id);
      // Seen on 7.10: a reply moves its root's update_at.
      root.updateAt = post.createAt;
    }
    this.#forgetOldest();
    return post;
  }

  /** A post that is not deleted. */
  get(id: string): PostRecord | undefined {
    const post = this.#posts.get(id);
    return post?.deleteAt === 0 ? post : undefined;
  }

  /** When it was made, also of one that was deleted. */
  createdAt(id: string): number | undefined {
    return this.#posts.get(id)?.createAt;
  }

  edit(post: PostRecord, changes: PostChanges): void {
    const at = this.#stamp();
    this.#keepRevision(post, at);
    const { message = post.message, props = post.props, fileIds = post.fileIds } = changes;
    // As on 7.10: of the props only the attachments make it an edit that people are told of.
    const isEdit =
      message !== post.message ||
      !isDeepStrictEqual(fileIds, post.fileIds) ||
      !isDeepStrictEqual(props["attachments"], post.props["attachments"]);
    if (isEdit) post.editAt = at;
    this.#characters += message.length - post.message.length;
    post.message = message;
    post.props = props;
    post.fileIds = fileIds;
    post.updateAt = at;
    this.#forgetOldest();
  }

  /** A root takes its replies with it. */
  remove(post: PostRecord, byUserId: string): void {
    const at = this.#stamp();
    for (const gone of [post, ...post.replies.map((id) => this.#posts.get(id))]) {
      if (!gone) continue;
      gone.deleteAt = at;
      gone.updateAt = at;
      gone.props = { ...gone.props, deleteBy: byUserId };
    }
    const root = this.get(post.rootId);
    if (root) root.replies = root.replies.filter((id) => id !== post.id);
  }

  /** Something about it that is no edit has changed. */
  touch(post: PostRecord): void {
    post.updateAt = this.#stamp();
  }

  react(post: PostRecord, { userId, emojiName }: NewReaction): ReactionRecord {
    const at = this.#stamp();
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
  }

  unreact(post: PostRecord, { userId, emojiName }: NewReaction): void {
    const isSame = isBy(userId, emojiName);
    post.takenOff = [...post.takenOff, ...post.reactions.filter(isSame)];
    post.reactions = post.reactions.filter((one) => !isSame(one));
    post.hasReactions = post.reactions.length > 0;
    post.updateAt = this.#stamp();
  }

  replyCount(post: PostRecord): number {
    return (post.rootId === "" ? post : this.#posts.get(post.rootId))?.replies.length ?? 0;
  }

  /** The root and its living replies, oldest first. */
  thread(post: PostRecord): PostRecord[] {
    const root = this.get(post.rootId === "" ? post.id : post.rootId);
    if (!root) return [];
    return [root, ...root.replies.map((id) => this.get(id)).filter((reply) => reply !== undefined)];
  }

  /** Living posts of a channel, oldest first. */
  inChannel(channelId: string): PostRecord[] {
    return this.#ofChannel(channelId).filter((post) => post.deleteAt === 0);
  }

  /** What changed after `since`, newest first: deleted posts and old revisions as well. */
  since(channelId: string, since: number): PostRecord[] {
    return [...this.#ofChannel(channelId), ...(this.#revisions.get(channelId) ?? [])]
      .filter((post) => post.updateAt > since)
      .sort((a, b) => b.createAt - a.createAt)
      .slice(0, SINCE_LIMIT);
  }

  #ofChannel(channelId: string): PostRecord[] {
    return this.#byChannel.get(channelId) ?? [];
  }

  #keepRevision(post: PostRecord, at: number): void {
    const kept = this.#revisions.get(post.channelId) ?? [];
    this.#revisions.set(post.channelId, kept);
    this.#revisionCount += 1;
    kept.push({
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
    if (this.#revisionCount >= MAX_REVISIONS * 2) this.#forgetRevisions();
  }

  /** The older half of every channel's. */
  #forgetRevisions(): void {
    this.#revisionCount = 0;
    for (const revisions of this.#revisions.values()) {
      revisions.splice(0, Math.ceil(revisions.length / 2));
      this.#revisionCount += revisions.length;
    }
  }

  #forgetOldest(): void {
    while (this.#posts.size > MAX_POSTS || this.#characters > MAX_CHARACTERS) {
      const [oldest] = this.#posts.values();
      if (!oldest) return;
      this.#posts.delete(oldest.id);
      this.#characters -= oldest.message.length;
      const others = this.#ofChannel(oldest.channelId).filter((post) => post !== oldest);
      this.#byChannel.set(oldest.channelId, others);
    }
  }
}

function newPost(input: NewPostRecord, at: number): PostRecord {
  const { userId, channelId, rootId = "", message, type = "", props = {}, fileIds = [] } = input;
  return {
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
