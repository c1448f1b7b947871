// Whether the bot is in its channel: somebody may remove it, and add it again. Each change is logged once.

import type { Log } from "../util/log.ts";

export interface ChannelMembershipOptions {
  readonly botName: string;
  readonly log: Log;
  /** Nothing can be written while it is away. */
  readonly onAway: (isAway: boolean) => void;
}

export class ChannelMembership {
  readonly #options: ChannelMembershipOptions;
  #isAway = false;

  constructor(options: ChannelMembershipOptions) {
    this.#options = options;
  }

  left(): void {
    if (!this.#isAway) {
      this.#isAway = true;
      this.#options.log.warn(
        `@${this.#options.botName} is not in the channel any more: nothing is heard or written there until somebody ` +
          "adds it again. What is said meanwhile is made up for then.",
      );
      this.#options.onAway(true);
    }
  }

  isBack(): void {
    if (this.#isAway) {
      this.#isAway = false;
      this.#options.log.info(`@${this.#options.botName} is in the channel again.`);
      this.#options.onAway(false);
    }
  }
}
