// A place to meet the daemon: a channel of a Mattermost server with the bot and a person in it. Says what every server
// can do; what only a sandbox of our own can do is `inside`.

import type { Faults } from "../sandbox/server/faults.ts";
import type { RateLimit } from "../sandbox/server/rate-limit.ts";
import type { Account, Said } from "./person.ts";
import type { View } from "./view.ts";

/** What the daemon sent and was sent so far, headers included. */
export interface Traffic {
  readonly requests: number;
  /** Answered with 429. */
  readonly refusals: number;
  readonly bytes: number;
}

/** A request of the daemon's. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly at: number;
}

export interface Inside {
  readonly faults: Faults;
  traffic(): Traffic;
  /** Those of the daemon's, refused ones too, oldest first. */
  readonly sent: readonly Sent[];
}

export interface Room {
  readonly account: Account;
  readonly channelId: string;
}

/** One that a daemon of many channels serves. */
export interface NamedRoom extends Room {
  /** `team/channel`. */
  readonly address: string;
}

export interface Place {
  readonly url: string;
  /** Who speaks, and when many are wanted the first of them. */
  readonly person: Account;
  /** All who may speak. */
  readonly people: readonly Account[];
  readonly bot: Room;
  /** The channels of a bot that serves many; none where it serves one. */
  readonly rooms: readonly NamedRoom[];
  /** Where a bot with nothing in it can be; undefined when the server offers none. */
  readonly bare: Room | undefined;
  readonly view: View;
  readonly inside: Inside | undefined;
  say(room: Room, text: string, root?: string, by?: Account): Promise<Said>;
  react(postId: string, emojiName: string): Promise<number>;
  /** When the other clients are told that the bot types in a thread, from `from` on. */
  typing(root: string, from: number): Promise<number>;
  /** When the daemon last sent something. */
  lastSentAt(): number;
  close(): Promise<void>;
}

export interface PlaceOptions {
  /** For the daemon's requests; only where there is an inside. */
  readonly rateLimit?: RateLimit;
  /** How many are to speak; one, if left out, and elsewhere than in a sandbox as many as there are. */
  readonly people?: number;
  /** In how many channels the bot is to be found; in one, by the settings alone, if left out. Only where there is an inside. */
  readonly channels?: number;
}

export type OpenPlace = (options?: PlaceOptions) => Promise<Place>;
