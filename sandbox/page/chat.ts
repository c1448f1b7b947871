// What this person sees of one channel: posts, reactions, people. Takes REST answers and socket events alike, in any
// order and more than once, and says which post changed. Draws nothing.

import type { Post, PostList, Reaction, User } from "./types.ts";

export type Change =
  /** New to us; `isLive` when it has just been written. */
  | { readonly type: "added"; readonly post: Post; readonly isLive: boolean }
  | { readonly type: "changed"; readonly post: Post }
  | { readonly type: "removed"; readonly post: Post };

export interface Chat {
  readonly channelId: string;
  readonly me: User;
  post(id: string): Post | undefined;
  /** Oldest first. */
  roots(): Post[];
  /** The replies known so far, oldest first. */
  replies(rootId: string): Post[];
  reactions(postId: string): readonly Reaction[];
  user(id: string): User | undefined;
  people(): User[];
  putUsers(users: readonly User[]): void;
  putList(list: PostList): void;
  putPost(post: Post, isLive: boolean): void;
  removePost(id: string): void;
  putReaction(reaction: Reaction): void;
  removeReaction(reaction: Reaction): void;
  listen(listener: (change: Change) => void): void;
}

export const byTime = (a: Post, b: Post): number => a.create_at - b.create_at || (a.id < b.id ? -1 : 1);

export function createChat(channelId: string, me: User): Chat {
  const posts = new Map<string, Post>();
  const threads = new Map<string, Set<string>>();
  const reactions = new Map<string, readonly Reaction[]>();
  const users = new Map<string, User>([[me.id, me]]);
  const listeners: ((change: Change) => void)[] = [];

  const tell = (change: Change): void => {
    for (const listener of listeners) listener(change);
  };
  const same = (a: Reaction, b: Reaction): boolean =>
    a.user_id === b.user_id && a.emoji_name === b.emoji_name;

  function put(post: Post, isLive: boolean): void {
    if (post.channel_id !== channelId || post.delete_at !== 0) return;
    const before = posts.get(post.id);
    // A late REST answer must not undo a newer event.
    if (before !== undefined && before.update_at > post.update_at) return;
    if (before !== undefined && isNoNews(before, post)) return;
    posts.set(post.id, before !== undefined && !post.metadata ? { ...before, ...post } : post);
    if (post.metadata) reactions.set(post.id, post.metadata.reactions ?? []);
    if (post.root_id !== "") threads.set(post.root_id, (threads.get(post.root_id) ?? new Set()).add(post.id));
    tell(before === undefined ? { type: "added", post, isLive } : { type: "changed", post });
    const root = posts.get(post.root_id);
    if (before === undefined && isLive && root) setReplyCount(root, root.reply_count + 1);
  }

  /** Threads are read whole, over and over; what is known already needs no drawing. */
  function isNoNews(before: Post, post: Post): boolean {
    const known = reactions.get(post.id) ?? [];
    const said = post.metadata?.reactions ?? known;
    const isSame = said.length === known.length && said.every((one, at) => same(one, known[at] ?? one));
    return isSame && before.update_at === post.update_at && before.reply_count >= post.reply_count;
  }

  function setReplyCount(root: Post, reply_count: number): void {
    const post = { ...root, reply_count: Math.max(reply_count, threads.get(root.id)?.size ?? 0) };
    posts.set(root.id, post);
    tell({ type: "changed", post });
  }

  function remove(id: string): void {
    const post = posts.get(id);
    if (post === undefined) return;
    posts.delete(id);
    threads.get(post.root_id)?.delete(id);
    tell({ type: "removed", post });
    const root = posts.get(post.root_id);
    if (root) setReplyCount(root, root.reply_count - 1);
    for (const reply of threads.get(id) ?? []) remove(reply);
    threads.delete(id);
  }

  return {
    channelId,
    me,
    post: (id) => posts.get(id),
    roots: () => [...posts.values()].filter((post) => post.root_id === "").sort(byTime),
    replies: (rootId) =>
      [...(threads.get(rootId) ?? [])]
        .map((id) => posts.get(id))
        .filter((post) => post !== undefined)
        .sort(byTime),
    reactions: (postId) => reactions.get(postId) ?? [],
    user: (id) => users.get(id),
    people: () => [...users.values()],
    putUsers(list) {
      for (const user of list) users.set(user.id, user);
    },
    putList(list) {
      for (const post of Object.values(list.posts).sort(byTime)) put(post, false);
    },
    putPost: put,
    removePost: remove,
    putReaction(reaction) {
      const post = posts.get(reaction.post_id);
      const others = (reactions.get(reaction.post_id) ?? []).filter((one) => !same(one, reaction));
      reactions.set(reaction.post_id, [...others, reaction]);
      if (post) tell({ type: "changed", post });
    },
    removeReaction(reaction) {
      const post = posts.get(reaction.post_id);
      const others = (reactions.get(reaction.post_id) ?? []).filter((one) => !same(one, reaction));
      reactions.set(reaction.post_id, others);
      if (post) tell({ type: "changed", post });
    },
    listen: (listener) => void listeners.push(listener),
  };
}
