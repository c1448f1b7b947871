// Whether the bot can work in its channel: somebody may remove it there, or archive the channel, and take that back.
// Each change is logged once.

import type { Log } from "../util/log.ts";

export interface ChannelMembershipOptions {
  readonly botName: string;
  /** As people know it. */
  readonly channelName: string;
  readonly log: Log;
  /** Nothing can be written while it is away; why, in a few words. */
  readonly onAway: (why: string | undefined) => void;
}

const REASONS = { left: "the bot is not in the channel", archived: "the channel is archived" } as const;

type Reason = keyof typeof REASONS;

export class ChannelMembership {
  readonly #options: ChannelMembershipOptions;
  #reasons: readonly Reason[] = [];

  constructor(options: ChannelMembershipOptions) {
    this.#options = options;
  }

  get isArchived(): boolean {
    return this.#reasons.includes("archived");
  }

  left(): void {
    const { botName, channelName } = this.#options;
    this.#away(
      "left",
      `@${botName} is not in the channel any more ("${channelName}"): until somebody adds it again`,
    );
  }

  isBack(): void {
    const { botName, channelName } = this.#options;
    this.#here("left", `@${botName} is in the channel again ("${channelName}").`);
  }

  archived(): void {
    this.#away(
      "archived",
      `The channel "${this.#options.channelName}" is archived: until somebody restores it`,
    );
  }

  restored(): void {
    this.#here("archived", `The channel "${this.#options.channelName}" is restored.`);
  }

  #away(reason: Reason, words: string): void {
    if (!this.#reasons.includes(reason)) {
      this.#reasons = [...this.#reasons, reason];
      this.#options.log.warn(
        `${words}, nothing is heard or written there. What is said meanwhile is made up for then.`,
      );
      this.#changed();
    }
  }

  #here(reason: Reason, words: string): void {
    if (this.#reasons.includes(reason)) {
      this.#reasons = this.#reasons.filter((one) => one !== reason);
      this.#options.log.info(words);
      this.#changed();
    }
  }

  #changed(): void {
    const [reason] = this.#reasons;
    this.#options.onAway(reason && REASONS[reason]);
  }
}
