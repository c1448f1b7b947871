// Notices another mm-claude on the same account in the same channel, because every message would be answered twice. It
// is noticed by posts of the bot's own account that this process did not make. The one that was started later ends;
// both know by their marks which one that is.

import { isEarlier, startOf } from "../mattermost/instance.ts";
import type { ChannelId, Post, UserId } from "../mattermost/types.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";

export interface OtherInstancesOptions {
  readonly botId: UserId;
  readonly botName: string;
  readonly channelId: ChannelId;
  /** The mark of this process. */
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Called once, with a sentence: this process is the one that is to end. */
  readonly onOtherInstance: (why: string) => void;
}

/** What a predecessor was writing when it was ended may arrive as late. */
const LAST_WORDS_MS = 30_000;

export class OtherInstances {
  readonly #options: OtherInstancesOptions;
  #listensSince: number | undefined;
  #isTold = false;

  constructor(options: OtherInstancesOptions) {
    this.#options = options;
  }

  /** The server has said hello: what is told from now on is news. */
  listen(): void {
    this.#listensSince ??= this.#options.clock.now();
  }

  /** `post`: told as news. */
  checkPost(post: Post): void {
    const { botId, botName, channelId, clock, instance, log, onOtherInstance } = this.#options;
    // When our clock was set back, nobody knows by how much. So the wait begins again, and is never longer than that.
    this.#listensSince = this.#listensSince && Math.min(this.#listensSince, clock.now());
    const isOurBots = post.userId === botId && post.channelId === channelId;
    // Earlier versions marked their posts with the pending id alone; the account may post by other means as well.
    const mark = post.instance ?? (post.pendingPostId === undefined ? undefined : "");
    if (!isOurBots || mark === undefined || mark === instance || this.#isTold) {
      return;
    }
    const who = `Another mm-claude (${whichOf(mark)}) runs \`@${botName}\` in this channel`;
    if (!isEarlier(mark, instance)) {
      this.#isTold = true;
      log.warn(`${who}. It was started later than this one, so it is the one to end.`);
    } else if (clock.now() - (this.#listensSince ?? Infinity) >= LAST_WORDS_MS) {
      this.#isTold = true;
      onOtherInstance(
        `${who}, and was started before this one. Stop it first, or give this one a bot of its own.`,
      );
    }
  }
}

function whichOf(mark: string): string {
  const start = startOf(mark);
  // The largest time that a date can be.
  const isDate = start !== undefined && start <= 8.64e15;
  return isDate ? `started ${new Date(start).toISOString()}` : "of an earlier version";
}
