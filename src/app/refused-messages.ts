// Direct messages that were refused, and stay so: when their channel is served later, because somebody in it was listed
// since, it is heard from after them. Kept over a restart.

import { z } from "zod";
import type { ChannelId, Post, PostId } from "../mattermost/types.ts";
import type { DocumentStore } from "../store/document-store.ts";

const NAME = "direct-refused";
/** Whoever writes to the bot has a channel. */
const MAX_CHANNELS = 1000;
/** The newest of a channel. What is older is told from others by its date. */
const MAX_POSTS = 20;

const document = z.object({
  version: z.literal(1),
  channels: z.array(z.tuple([z.string(), z.object({ at: z.number(), posts: z.array(z.string()) })])),
});

export interface Refused {
  /** When the newest was written, on the server's clock. */
  readonly at: number;
  readonly posts: readonly PostId[];
}

export class RefusedMessages {
  readonly #folder: Pick<DocumentStore, "read" | "change">;
  readonly #channels = new Map<string, Refused>();

  constructor(folder: Pick<DocumentStore, "read" | "change">) {
    this.#folder = folder;
    const kept = document.safeParse(folder.read(NAME, "direct messages that were refused may be heard"));
    for (const [channelId, refused] of kept.data?.channels ?? []) {
      this.#channels.set(channelId, { at: refused.at, posts: refused.posts as PostId[] });
    }
  }

  note({ id, channelId, createdAt }: Post): void {
    const before = this.of(channelId);
    const posts = [...(before?.posts ?? []), id].slice(-MAX_POSTS);
    // Made anew, it is the newest of them.
    this.#channels.delete(channelId);
    this.#channels.set(channelId, { at: Math.max(createdAt, before?.at ?? 0), posts });
    if (this.#channels.size > MAX_CHANNELS) {
      const [oldest = ""] = this.#channels.keys();
      this.#channels.delete(oldest);
    }
    this.#folder.change(NAME, () => JSON.stringify({ version: 1, channels: [...this.#channels] }));
  }

  of(channelId: ChannelId): Refused | undefined {
    return this.#channels.get(channelId);
  }
}
