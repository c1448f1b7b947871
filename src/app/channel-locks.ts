// The locks of the channels that this daemon serves, each taken once.

import type { ChannelId, UserId } from "../mattermost/types.ts";
import { type Lock, lockDaemon } from "../store/lock.ts";

export interface ChannelLocksOptions {
  readonly botId: UserId;
  readonly stateFolder: string;
  readonly machineDirectories: readonly string[];
}

export class ChannelLocks {
  readonly #options: ChannelLocksOptions;
  readonly #held = new Map<ChannelId, Lock & { readonly release: () => void }>();
  #hasTidied = false;

  constructor(options: ChannelLocksOptions) {
    this.#options = options;
  }

  /** Throws when the state folder can't be written. */
  readonly take = (channelId: ChannelId): Lock => {
    const held = this.#held.get(channelId);
    if (held) {
      return held;
    }
    const { botId, stateFolder, machineDirectories } = this.#options;
    const lock = lockDaemon({ botId, channelId }, stateFolder, machineDirectories, {
      // To look at all the locks there are takes as long as to take many.
      removesAbandoned: !this.#hasTidied,
      onReleased: this.#forget,
    });
    this.#hasTidied = true;
    if ("release" in lock) {
      this.#held.set(channelId, lock);
    }
    return lock;
  };

  readonly release = (): void => {
    for (const { release } of [...this.#held.values()]) {
      release();
    }
  };

  readonly #forget = (channelId: string): void => {
    this.#held.delete(channelId as ChannelId);
  };
}
