// Reading the sandbox's data without the wire, in the form tests compare: threads as people would see them.
import { attachmentsIn } from "./attachments.ts";
import type { Membership } from "./membership.ts";
import type { PostRecord } from "./posts.ts";
import type { Presence, Status } from "./presence.ts";
import type { Store } from "./store.ts";

export interface SeenPost {
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  readonly message: string;
  readonly type: string;
  readonly createdAt: number;
  /** 0 for a post that was never edited. */
  readonly editedAt: number;
  readonly props: Readonly<Record<string, unknown>>;
  /** The attachments below the message: `""` where a part is missing. */
  readonly attachments: readonly { readonly color: string; readonly text: string }[];
  /** In the order they came. */
  readonly reactions: readonly SeenReaction[];
  readonly files: readonly string[];
}

export interface SeenReaction {
  readonly emojiName: string;
  readonly username: string;
  /** When it was put there, the last time. */
  readonly createdAt: number;
}

export interface State {
  /** Threads of a channel, oldest first; each is its living posts, the root first. */
  threads(channelId: string): SeenPost[][];
  /** One thread's living posts; empty when the root is gone. */
  thread(rootId: string): SeenPost[];
  members(channelId: string): string[];
  status(userId: string): Status;
  /** When the account last typed in that thread; 0 when it never did. */
  typingAt(userId: string, rootId: string): number;
}

export function createState(
  store: Store,
  presence: Presence,
  { typingAt }: Pick<Membership, "typingAt">,
): State {
  const { people, posts, places, files } = store;
  const nameOf = (userId: string) => people.get(userId)?.username ?? "";
  const seen = (post: PostRecord): SeenPost => ({
    id: post.id,
    userId: post.userId,
    username: nameOf(post.userId),
    message: post.message,
    type: post.type,
    createdAt: post.createAt,
    editedAt: post.editAt,
    props: post.props,
    attachments: attachmentsIn(post.props).map(({ color, text }) => ({ color, text })),
    reactions: post.reactions.map(({ emojiName, userId, updateAt }) => ({
      emojiName,
      username: nameOf(userId),
      createdAt: updateAt,
    })),
    files: post.fileIds.map((id) => files.get(id)?.name ?? ""),
  });
  return {
    threads: (channelId) => {
      const roots = posts.inChannel(channelId).filter((post) => post.rootId === "");
      return roots.map((root) => posts.thread(root).map(seen));
    },
    thread(rootId) {
      const root = posts.get(rootId);
      return root ? posts.thread(root).map(seen) : [];
    },
    members: (channelId) => places.members(channelId),
    status: (userId) => presence.status(userId),
    typingAt,
  };
}
