// The threads of one server as the bench knows them: what each post says, and when it came to say so. Told by whoever
// hears of a post first; asks nobody.

import { within } from "./clock.ts";

const PATIENCE_MS = 30_000;

/** A post as the API words it, as far as it is looked at. */
export interface WirePost {
  readonly id: string;
  readonly root_id: string;
  readonly user_id: string;
  readonly message: string;
  readonly props?: { readonly attachments?: unknown } | null;
}

export interface SeenPost {
  readonly id: string;
  /** The id of the thread's first post, which may be its own. */
  readonly root: string;
  readonly userId: string;
  /** The message, and the attachments below it. */
  readonly words: string;
  readonly reactions: number;
}

/** A post that was made or edited. */
export interface Write {
  readonly post: SeenPost;
  /** What it said before; empty for a new one. */
  readonly before: string;
  readonly isEdit: boolean;
  readonly at: number;
}

export interface Seen {
  readonly at: number;
  readonly post: SeenPost;
}

export interface View {
  wrote(post: WirePost, at: number): void;
  reacted(postId: string, at: number): void;
  /**
   * When a post of this account in the thread first satisfied `is`, and that post; for one that does so already, when
   * it last changed.
   */
  seen(root: string, userId: string, is: (post: SeenPost) => boolean, patienceMs?: number): Promise<Seen>;
  /** Called with each write from now on; gives what ends it. */
  listen(listener: (write: Write) => void): () => void;
}

interface Watch {
  readonly userId: string;
  readonly is: (post: SeenPost) => boolean;
  readonly found: (seen: Seen) => void;
}

export function createView(): View {
  const threads = new Map<string, Map<string, Seen>>();
  const roots = new Map<string, string>();
  const watches = new Map<string, Set<Watch>>();
  const listeners = new Set<(write: Write) => void>();

  function keep(post: SeenPost, at: number): void {
    const thread = threads.get(post.root) ?? new Map<string, Seen>();
    threads.set(post.root, thread.set(post.id, { at, post }));
    roots.set(post.id, post.root);
    for (const watch of watches.get(post.root) ?? []) {
      if (watch.userId === post.userId && watch.is(post)) watch.found({ at, post });
    }
  }

  return {
    wrote(wire, at) {
      const root = wire.root_id || wire.id;
      const known = threads.get(root)?.get(wire.id)?.post;
      const post = {
        id: wire.id,
        root,
        userId: wire.user_id,
        words: wordsOf(wire),
        reactions: known?.reactions ?? 0,
      };
      for (const listener of listeners) {
        listener({ post, before: known?.words ?? "", isEdit: known !== undefined, at });
      }
      keep(post, at);
    },
    reacted(postId, at) {
      const post = threads.get(roots.get(postId) ?? "")?.get(postId)?.post;
      if (post) keep({ ...post, reactions: post.reactions + 1 }, at);
    },
    seen(root, userId, is, patienceMs = PATIENCE_MS) {
      const posts = [...(threads.get(root)?.values() ?? [])];
      const already = posts.find(({ post }) => post.userId === userId && is(post));
      if (already) return Promise.resolve(already);
      const watching = watches.get(root) ?? new Set<Watch>();
      watches.set(root, watching);
      let watch: Watch | undefined;
      const wait = new Promise<Seen>((found) => {
        watch = { userId, is, found };
        watching.add(watch);
      });
      const thread = (): string =>
        [...(threads.get(root)?.values() ?? [])]
          .map(({ post }) => post.words)
          .join("\n---\n")
          .slice(-2000);
      return within(patienceMs, thread, wait).finally(() => watch && watching.delete(watch));
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function wordsOf({ message, props }: WirePost): string {
  const attachments = Array.isArray(props?.attachments) ? props.attachments : [];
  return [
    message,
    ...attachments.map((attachment: { readonly text?: unknown } | null) => String(attachment?.text ?? "")),
  ].join("\n");
}
