// mm-claude's own replies in threads that have no session. What is not written yet is kept here; in a thread with a
// session, the session keeps it.

import type { ChannelId, MattermostApi, PostId, ThreadId, UserId } from "../mattermost/types.ts";
import type { Notice } from "../render/attachments.ts";
import { ThreadWriter } from "../thread/writer.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";

export interface RepliesOptions {
  readonly api: MattermostApi;
  readonly channelId: ChannelId;
  readonly botId: UserId;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ReplyCard {
  readonly emojis?: readonly string[];
  readonly onPosted?: (postId: PostId) => void;
}

export class Replies {
  readonly #options: RepliesOptions;
  #writing: readonly ThreadWriter[] = [];

  constructor(options: RepliesOptions) {
    this.#options = options;
  }

  /** `emojis`: what it offers to choose from. */
  send(threadId: ThreadId, { markdown, attachment }: Notice, card: ReplyCard = {}): void {
    const writer = new ThreadWriter({
      ...this.#options,
      threadId,
      onPosted: (_key, postId) => card.onPosted?.(postId),
      onFileRefused: () => {},
      onLost: (reason) => this.#options.log.warn(`Could not reply in thread ${threadId}: ${reason}`),
    });
    this.#writing = [...this.#writing, writer];
    const { emojis = [] } = card;
    // A final one is forgotten when it is written, and then nothing is known to react to.
    writer.put("reply", markdown, { attachment, isFinal: emojis.length === 0 });
    for (const emojiName of emojis) {
      writer.react({ key: "reply" }, emojiName);
    }
    void writer.idle().then(() => {
      this.#writing = this.#writing.filter((one) => one !== writer);
    });
  }

  /** Resolves when all is written, at the latest after `ms`. */
  async idle(ms: number): Promise<void> {
    await Promise.all(this.#writing.map((writer) => writer.idle(ms)));
  }
}
