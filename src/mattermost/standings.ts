// Whether the account is in a channel, and when something was last said there. For a few channels each is looked up
// alone; for many, one list answers for all who ask at the same time, the most urgent first.

import { type Clock, isRecent } from "../util/clock.ts";
import type { ChannelId, MattermostApi, UserId } from "./types.ts";

export interface Standing {
  readonly isMember: boolean;
  /** On the server's clock; undefined when it is not known. */
  readonly lastPostAt: number | undefined;
}

export interface StandingsOptions {
  readonly api: Pick<MattermostApi, "isMember" | "myMemberships">;
  readonly botId: UserId;
  readonly clock: Clock;
  /** How many channels are served, as of now. */
  readonly count: () => number;
}

/** To ask for the list takes a request, and two for each team. */
const FEW = 3;
/** What is asked for a moment later is asked of the same list. */
const SHARED_FOR_MS = 1000;

interface Known extends Standing {
  readonly mentions: number;
}

interface List {
  readonly at: number;
  readonly channels: Promise<ReadonlyMap<ChannelId, Known>>;
}

export class Standings {
  readonly #options: StandingsOptions;
  readonly #mentionsBefore = new Map<ChannelId, number>();
  #list: List | undefined;
  #asking: { readonly channelId: ChannelId; readonly tell: (standing: Known | undefined) => void }[] = [];

  constructor(options: StandingsOptions) {
    this.#options = options;
  }

  /** What was known before may be wrong now: events have been missed. */
  mayHaveChanged(): void {
    this.#list = undefined;
  }

  /** Rejects when the server can't tell just now. */
  async of(channelId: ChannelId): Promise<Standing> {
    const { api, botId, count } = this.#options;
    const known = count() > FEW ? await this.#inList(channelId) : undefined;
    // The list has no archived channels, and the account may have joined since it was made.
    return known ?? { isMember: await api.isMember(channelId, botId), lastPostAt: undefined };
  }

  #inList(channelId: ChannelId): Promise<Known | undefined> {
    const { clock } = this.#options;
    if (this.#list === undefined || !isRecent(this.#list.at, SHARED_FOR_MS, clock.now())) {
      this.#list = { at: clock.now(), channels: this.#read() };
    }
    const { channels } = this.#list;
    return new Promise((resolve, reject) => {
      this.#asking.push({ channelId, tell: resolve });
      channels.then((known) => this.#tell(known), reject);
    });
  }

  async #read(): Promise<ReadonlyMap<ChannelId, Known>> {
    const memberships = await this.#options.api.myMemberships();
    return new Map(
      memberships.map(({ channel: { id, lastPostAt = 0 }, mentions }) => [
        id,
        { isMember: true, lastPostAt, mentions },
      ]),
    );
  }

  /** Who is told first is the first to ask the server for more. */
  #tell(known: ReadonlyMap<ChannelId, Known>): void {
    const asking = this.#asking
      .map(({ channelId, tell }) => ({ channelId, tell, found: known.get(channelId) }))
      .sort((one, other) => this.#urgency(other) - this.#urgency(one) || lastPost(other) - lastPost(one));
    this.#asking = [];
    for (const { channelId, tell, found } of asking) {
      this.#mentionsBefore.set(channelId, found?.mentions ?? 0);
      tell(found);
    }
  }

  /** The bot reads no channel as people do, so its mentions only ever grow. */
  #urgency({
    channelId,
    found,
  }: {
    readonly channelId: ChannelId;
    readonly found: Known | undefined;
  }): number {
    return (found?.mentions ?? 0) > (this.#mentionsBefore.get(channelId) ?? 0) ? 1 : 0;
  }
}

const lastPost = ({ found }: { readonly found: Known | undefined }): number => found?.lastPostAt ?? 0;
