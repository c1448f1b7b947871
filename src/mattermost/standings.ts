// How the bot stands in its channels: whether it is in them, when something was last said there, and where it was
// mentioned unheard. For a few channels each is looked up alone; for many, one list answers for all who ask at the same
// time, the most urgent first.

import { type Clock, isRecent } from "../util/clock.ts";
import type { ChannelId, ChannelMember, MattermostApi, UserId } from "./types.ts";

export interface Standing {
  readonly isMember: boolean;
  /** On the server's clock; 0 when nothing ever was, undefined when it is not known. */
  readonly lastPostAt: number | undefined;
  /** It was mentioned there since that was last heard of, as far as that is known. */
  readonly isMentioned: boolean;
}

/** How often the server says that the bot was mentioned in each channel: only ever more often, as it never looks there. */
export type MentionCounts = ReadonlyMap<ChannelId, number>;

export interface StandingsOptions {
  readonly api: Pick<MattermostApi, "isMember" | "myMemberships">;
  readonly botId: UserId;
  readonly clock: Clock;
  /** How many channels are served, as of now. */
  readonly count: () => number;
  /** The mentions that were heard of by an earlier run. */
  readonly heard: MentionCounts;
  /** Keeps them for the next one. */
  readonly onHeard: (counts: MentionCounts) => void;
}

/** To ask for the list takes a request, and two for each team. */
const FEW = 3;
/** What is asked for a moment later is asked of the same list. */
const SHARED_FOR_MS = 1000;

interface Asking {
  readonly channelId: ChannelId;
  readonly tell: (standing: Standing | undefined) => void;
}

interface List {
  readonly at: number;
  readonly members: Promise<readonly ChannelMember[]>;
  /** Who waits for this one: an earlier one that comes later does not answer them. */
  readonly asking: Asking[];
}

export class Standings {
  readonly #options: StandingsOptions;
  readonly #heard: Map<ChannelId, number>;
  #list: List | undefined;

  constructor(options: StandingsOptions) {
    this.#options = options;
    this.#heard = new Map(options.heard);
  }

  /** What was known before may be wrong now: events have been missed, or the bot is in other channels. */
  mayHaveChanged(): void {
    this.#list = undefined;
  }

  /** The bot was mentioned there, and that is told as news. */
  mentioned(channelId: ChannelId): void {
    // A few are asked about one by one, in no order.
    if (this.#options.count() > FEW) {
      this.#hear([[channelId, (this.#heard.get(channelId) ?? 0) + 1]]);
    }
  }

  /** All the channels that the bot is in. Rejects when the server can't tell just now. */
  members(): Promise<readonly ChannelMember[]> {
    return this.#current().members;
  }

  /** Rejects when the server can't tell just now. */
  async of(channelId: ChannelId): Promise<Standing> {
    const { api, botId, count } = this.#options;
    const known = count() > FEW ? await this.#inList(channelId) : undefined;
    // The list has no archived channels, and the account may have joined since it was made.
    return (
      known ?? {
        isMember: await api.isMember(channelId, botId),
        lastPostAt: undefined,
        isMentioned: true,
      }
    );
  }

  #current(): List {
    const now = this.#options.clock.now();
    if (this.#list === undefined || !isRecent(this.#list.at, SHARED_FOR_MS, now)) {
      this.#list = { at: now, members: this.#options.api.myMemberships(), asking: [] };
    }
    return this.#list;
  }

  #inList(channelId: ChannelId): Promise<Standing | undefined> {
    const { members, asking } = this.#current();
    return new Promise((resolve, reject) => {
      asking.push({ channelId, tell: resolve });
      members.then((all) => this.#tell(asking.splice(0), all), reject);
    });
  }

  /** Who is told first is the first to ask the server for more. */
  #tell(asking: readonly Asking[], members: readonly ChannelMember[]): void {
    if (asking.length === 0) {
      return;
    }
    const known = new Map(members.map((member) => [member.channel.id, member]));
    const told = asking
      .map(({ channelId, tell }) => ({ tell, standing: this.#standingOf(known.get(channelId)) }))
      .sort((one, other) => urgency(other) - urgency(one) || lastPost(other) - lastPost(one));
    this.#hear(asking.map(({ channelId }) => [channelId, known.get(channelId)?.mentions ?? 0]));
    for (const { tell, standing } of told) {
      tell(standing);
    }
  }

  #standingOf(member: ChannelMember | undefined): Standing | undefined {
    if (member === undefined) {
      return undefined;
    }
    const { id, lastPostAt = 0 } = member.channel;
    return { isMember: true, lastPostAt, isMentioned: member.mentions > (this.#heard.get(id) ?? 0) };
  }

  #hear(counts: readonly (readonly [ChannelId, number])[]): void {
    for (const [channelId, count] of counts) {
      this.#heard.set(channelId, count);
    }
    // The order of a few needs none.
    if (this.#options.count() > FEW) {
      this.#options.onHeard(this.#heard);
    }
  }
}

interface Told {
  readonly standing: Standing | undefined;
}

const urgency = ({ standing }: Told): number => (standing?.isMentioned ? 1 : 0);
const lastPost = ({ standing }: Told): number => standing?.lastPostAt ?? 0;
