// Owns who is in which channel, and how far each member has read there. Knows a channel by its id and its numbers.

/** How much there is to read in a channel. */
interface Amount {
  readonly id: string;
  readonly lastPostAt: number;
  readonly messageCount: number;
  readonly rootMessageCount: number;
}

export interface MemberRecord {
  readonly userId: string;
  lastViewedAt: number;
  lastUpdateAt: number;
  /** Of the channel's messages, those that the member has seen. */
  messageCount: number;
  rootMessageCount: number;
  /** Mentions since then. */
  mentionCount: number;
  rootMentionCount: number;
}

export class Members {
  readonly #now: () => number;
  readonly #byChannel = new Map<string, Map<string, MemberRecord>>();
  readonly #channelsByUser = new Map<string, Set<string>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get(channelId: string, userId: string): MemberRecord | undefined {
    return this.#byChannel.get(channelId)?.get(userId);
  }

  /** The ids of a channel's members, in the order in which they came. */
  of(channelId: string): string[] {
    return [...(this.#byChannel.get(channelId)?.keys() ?? [])];
  }

  /** The ids of an account's channels, in the order in which it came into them. */
  channelsOf(userId: string): string[] {
    return [...(this.#channelsByUser.get(userId) ?? [])];
  }

  /** Who comes in has read nothing. False when they were in already. */
  add(channelId: string, userId: string): boolean {
    const members = entryOf(this.#byChannel, channelId, () => new Map<string, MemberRecord>());
    if (members.has(userId)) return false;
    members.set(userId, {
      userId,
      lastViewedAt: 0,
      lastUpdateAt: this.#now(),
      messageCount: 0,
      rootMessageCount: 0,
      mentionCount: 0,
      rootMentionCount: 0,
    });
    entryOf(this.#channelsByUser, userId, () => new Set<string>()).add(channelId);
    return true;
  }

  /** False when they were not in. */
  remove(channelId: string, userId: string): boolean {
    this.#channelsByUser.get(userId)?.delete(channelId);
    return this.#byChannel.get(channelId)?.delete(userId) ?? false;
  }

  /** A post mentions them. */
  countMention(channelId: string, userIds: readonly string[], isRoot: boolean): void {
    for (const userId of userIds) {
      const member = this.get(channelId, userId);
      if (!member) continue;
      member.mentionCount += 1;
      if (isRoot) member.rootMentionCount += 1;
    }
  }

  /** The member has seen all that is there. False when there was nothing new, or no such member. */
  view(amount: Amount, userId: string): boolean {
    const member = this.get(amount.id, userId);
    if (!member) return false;
    const hadNews = amount.messageCount > member.messageCount || member.mentionCount > 0;
    // As in the recording of 10.11: both are the time of the last post, not of the look at it.
    member.lastViewedAt = Math.max(member.lastViewedAt, amount.lastPostAt);
    member.lastUpdateAt = member.lastViewedAt;
    member.messageCount = amount.messageCount;
    member.rootMessageCount = amount.rootMessageCount;
    member.mentionCount = 0;
    member.rootMentionCount = 0;
    return hadNews;
  }
}

function entryOf<Entry>(map: Map<string, Entry>, key: string, make: () => Entry): Entry {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
