// Another mm-claude on the same account in the same channel: every message would be answered twice. It shows by posts of
// the bot's own account that this process did not make. Of the two the one that was started later steps back, and both
// find out which that is by their marks.

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
    // Set back, our clock says nothing of how long that was: not for longer than once more is it waited.
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
