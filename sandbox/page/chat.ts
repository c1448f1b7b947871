// What this person sees of one channel: posts, reactions, people. Takes REST answers and socket events alike, in any
// order and more than once, and says which post changed. Draws nothing.

import type { Post, PostList, Reaction, User } from "./types.ts";

export type Change =
  /** New to us; `isLive` when it has just been written. */
  | { readonly type: "added"; readonly post: Post; readonly isLive: boolean }
  | { readonly type: "changed"; readonly post: Post }
  | { readonly type: "removed"; readonly post: Post };

export const byTime = (a: Post, b: Post): number => a.create_at - b.create_at || (a.id < b.id ? -1 : 1);

const isSame = (a: Reaction, b: Reaction): boolean =>
  a.user_id === b.user_id && a.emoji_name === b.emoji_name;

export class Chat {
  readonly channelId: string;
  readonly me: User;
  readonly #posts = new Map<string, Post>();
  readonly #threads = new Map<string, Set<string>>();
  readonly #reactions = new Map<string, readonly Reaction[]>();
  readonly #users = new Map<string, User>();
  readonly #listeners: ((change: Change) => void)[] = [];

  constructor(channelId: string, me: User) {
    this.channelId = channelId;
    this.me = me;
    this.putUsers([me]);
  }

  listen(listener: (change: Change) => void): void {
    this.#listeners.push(listener);
  }

  post(id: string): Post | undefined {
    return this.#posts.get(id);
  }

  /** Oldest first. */
  roots(): Post[] {
    return [...this.#posts.values()].filter((post) => post.root_id === "").sort(byTime);
  }

  /** The replies known so far, oldest first. */
  replies(rootId: string): Post[] {
    return [...(this.#threads.get(rootId) ?? [])]
      .map((id) => this.#posts.get(id))
      .filter((post) => post !== undefined)
      .sort(byTime);
  }

  reactions(postId: string): readonly Reaction[] {
    return this.#reactions.get(postId) ?? [];
  }

  user(id: string): User | undefined {
    return this.#users.get(id);
  }

  people(): User[] {
    return [...this.#users.values()];
  }

  putUsers(users: readonly User[]): void {
    for (const user of users) this.#users.set(user.id, user);
  }

  putList({ posts }: PostList): void {
    for (const post of Object.values(posts).sort(byTime)) this.putPost(post, false);
  }

  putPost(post: Post, isLive: boolean): void {
    if (post.channel_id !== this.channelId || post.delete_at !== 0) return;
    const before = this.#posts.get(post.id);
    // A late REST answer must not undo a newer event.
    if (before !== undefined && before.update_at > post.update_at) return;
    if (before !== undefined && this.#isNoNews(before, post)) return;
    this.#keep(before, post);
    this.#tell(before === undefined ? { type: "added", post, isLive } : { type: "changed", post });
    const root = this.#posts.get(post.root_id);
    if (before === undefined && isLive && root) this.#setReplyCount(root, root.reply_count + 1);
  }

  removePost(id: string): void {
    const post = this.#posts.get(id);
    if (post === undefined) return;
    this.#posts.delete(id);
    this.#threads.get(post.root_id)?.delete(id);
    this.#tell({ type: "removed", post });
    const root = this.#posts.get(post.root_id);
    if (root) this.#setReplyCount(root, root.reply_count - 1);
    for (const reply of this.#threads.get(id) ?? []) this.removePost(reply);
    this.#threads.delete(id);
  }

  putReaction(reaction: Reaction): void {
    this.#setReactions(reaction.post_id, [...this.#others(reaction), reaction]);
  }

  removeReaction(reaction: Reaction): void {
    this.#setReactions(reaction.post_id, this.#others(reaction));
  }

  #others(reaction: Reaction): Reaction[] {
    return this.reactions(reaction.post_id).filter((one) => !isSame(one, reaction));
  }

  #setReactions(postId: string, reactions: readonly Reaction[]): void {
    this.#reactions.set(postId, reactions);
    const post = this.#posts.get(postId);
    if (post) this.#tell({ type: "changed", post });
  }

  #keep(before: Post | undefined, post: Post): void {
    const { id, root_id, metadata } = post;
    this.#posts.set(id, before !== undefined && !metadata ? { ...before, ...post } : post);
    if (metadata) this.#reactions.set(id, metadata.reactions ?? []);
    if (root_id !== "") this.#threads.set(root_id, (this.#threads.get(root_id) ?? new Set()).add(id));
  }

  /** Threads are read whole, over and over; what is known already needs no drawing. */
  #isNoNews(before: Post, post: Post): boolean {
    const known = this.reactions(post.id);
    const said = post.metadata?.reactions ?? known;
    const isSaid = said.length === known.length && said.every((one, at) => isSame(one, known[at] ?? one));
    return isSaid && before.update_at === post.update_at && before.reply_count >= post.reply_count;
  }

  #setReplyCount(root: Post, reply_count: number): void {
    const post = { ...root, reply_count: Math.max(reply_count, this.#threads.get(root.id)?.size ?? 0) };
    this.#posts.set(root.id, post);
    this.#tell({ type: "changed", post });
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
