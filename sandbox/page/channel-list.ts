// Which channels and conversations one person is in, and what is new in each: read over REST, kept current by the
// socket's events. Draws nothing.

import type { Api } from "./api.ts";
import type { SocketEvent } from "./socket.ts";
import type { Channel, Membership, Post, User } from "./types.ts";

export interface ListedChannel {
  readonly channel: Channel;
  /** What the page's address calls it: its name, or its id where two have that name. */
  readonly key: string;
  /** The other one of a direct channel. */
  readonly partner: User | undefined;
  readonly isUnread: boolean;
  readonly mentions: number;
}

interface News {
  readonly isUnread: boolean;
  readonly mentions: number;
}

export interface ChannelListListener {
  /** Something has changed. */
  onChange(): void;
  /** Somebody has called the person in a channel that isn't open. */
  onMention(channel: Channel): void;
}

const NO_NEWS: News = { isUnread: false, mentions: 0 };
const SOON_MS = 300;
/** Who comes and goes is no news. */
const NO_MESSAGES = /^system_(?:join|leave|add_to|remove_from)_channel$/;

export class ChannelList {
  readonly #api: Api;
  readonly #me: User;
  readonly #listener: ChannelListListener;
  #channels: readonly Channel[] = [];
  #partners = new Map<string, User>();
  readonly #news = new Map<string, News>();
  #openId = "";
  /** Something has happened since the list was last asked for. */
  #isOutdated = false;
  /** Nobody has read what a hidden page shows. */
  readonly #viewSoon = soon(() => {
    if (!document.hidden) this.#view();
  });

  private constructor(api: Api, me: User, listener: ChannelListListener) {
    this.#api = api;
    this.#me = me;
    this.#listener = listener;
  }

  static async read(api: Api, me: User, listener: ChannelListListener): Promise<ChannelList> {
    const list = new ChannelList(api, me, listener);
    await list.#read();
    return list;
  }

  /** Those of teams first, then direct and group messages, each by name. */
  entries(): ListedChannel[] {
    const counts = new Map<string, number>();
    for (const { name } of this.#channels) counts.set(name, (counts.get(name) ?? 0) + 1);
    return this.#channels.map((channel) => ({
      channel,
      key: counts.get(channel.name) === 1 ? channel.name : channel.id,
      partner: channel.type === "D" ? this.#partners.get(partnerIn(channel, this.#me)) : undefined,
      ...(channel.id === this.#openId ? NO_NEWS : (this.#news.get(channel.id) ?? NO_NEWS)),
    }));
  }

  /** By key or id; otherwise the first. */
  find(wanted: string): ListedChannel | undefined {
    const entries = this.entries();
    return entries.find(({ key, channel }) => wanted === key || wanted === channel.id) ?? entries[0];
  }

  /** The person looks at it now, and has read what is in it and in the one before. */
  open(channelId: string): void {
    document.addEventListener("visibilitychange", this.#viewSoon);
    const left = this.#openId;
    this.#openId = channelId;
    if (!document.hidden) this.#view(left);
    this.#forget([channelId]);
  }

  /** Soon. */
  readonly refresh = soon(() => {
    // What fails now is read anew when the connection is back.
    this.#read().then(
      () => this.#listener.onChange(),
      () => {},
    );
  });

  take({ event, data }: SocketEvent): void {
    switch (event) {
      case "posted":
        this.#takePost(JSON.parse(String(data["post"])) as Post, data["mentions"]);
        break;
      case "multiple_channels_viewed":
        this.#forget(Object.keys((data["channel_times"] ?? {}) as object));
        break;
      case "channel_viewed":
        this.#forget([String(data["channel_id"])]);
        break;
      case "channel_deleted":
      case "channel_restored":
      case "channel_updated":
      case "direct_added":
      case "group_added":
        this.refresh();
        break;
      case "user_added":
      case "user_removed":
        // The one who is removed isn't named.
        if ((data["user_id"] ?? this.#me.id) === this.#me.id) this.refresh();
    }
  }

  close(): void {
    document.removeEventListener("visibilitychange", this.#viewSoon);
    this.refresh.cancel();
    this.#viewSoon.cancel();
  }

  #view(left = ""): void {
    this.#api.view(this.#openId, left).catch(() => {});
  }

  async #read(): Promise<void> {
    this.#isOutdated = false;
    const { channels, memberships } = await this.#api.myChannels();
    const direct = channels.filter(({ type }) => type === "D");
    const partners = await this.#api.usersOf([
      ...new Set(direct.map((channel) => partnerIn(channel, this.#me))),
    ]);
    this.#partners = new Map(partners.map((user) => [user.id, user]));
    const called = channels.map((channel) => ({ ...channel, display_name: this.#titleOf(channel) }));
    const byName = (a: Channel, b: Channel): number =>
      a.display_name.localeCompare(b.display_name, undefined, { numeric: true });
    const isOfTeam = ({ team_id }: Channel): boolean => team_id !== "";
    this.#channels = [
      ...called.filter(isOfTeam).sort(byName),
      ...called.filter((one) => !isOfTeam(one)).sort(byName),
    ];
    this.#news.clear();
    for (const row of memberships) {
      const channel = channels.find(({ id }) => id === row.channel_id);
      if (channel) this.#news.set(channel.id, newsIn(channel, row));
    }
    if (this.#isOutdated) this.refresh();
  }

  /** Conversations have no title of their own: they are called after those who are in them. */
  #titleOf(channel: Channel): string {
    const { id, username } = this.#me;
    if (channel.type === "G") {
      const names = channel.display_name.split(", ");
      return names.filter((name) => name !== username).join(", ");
    }
    if (channel.type !== "D") return channel.display_name;
    const partnerId = partnerIn(channel, this.#me);
    if (partnerId === id) return `${username} (you)`;
    return this.#partners.get(partnerId)?.username ?? "somebody";
  }

  #takePost(post: Post, mentions: unknown): void {
    const channel = this.#channels.find(({ id }) => id === post.channel_id);
    this.#isOutdated = true;
    if (!channel) this.refresh();
    if (channel?.id === this.#openId) this.#viewSoon();
    if (!channel || channel.id === this.#openId) return;
    if (post.user_id === this.#me.id || NO_MESSAGES.test(post.type)) return;
    const isMention = typeof mentions === "string" && mentions.includes(this.#me.id);
    const before = this.#news.get(channel.id)?.mentions ?? 0;
    this.#news.set(channel.id, { isUnread: true, mentions: before + (isMention ? 1 : 0) });
    if (isMention) this.#listener.onMention(channel);
    this.#listener.onChange();
  }

  #forget(channelIds: readonly string[]): void {
    this.#isOutdated = true;
    for (const id of channelIds) this.#news.delete(id);
    this.#listener.onChange();
  }
}

/** What is asked for several times in a while is done once, at its end. */
function soon(work: () => void): (() => void) & { cancel(): void } {
  let timer: number | undefined;
  const start = (): void => {
    timer ??= window.setTimeout(() => {
      timer = undefined;
      work();
    }, SOON_MS);
  };
  return Object.assign(start, { cancel: () => window.clearTimeout(timer) });
}

function newsIn({ total_msg_count }: Channel, { msg_count, mention_count }: Membership): News {
  return { isUnread: total_msg_count > msg_count || mention_count > 0, mentions: mention_count };
}

/** The other one of the two in a direct channel's name; oneself, where one writes to oneself. */
function partnerIn({ name }: Channel, me: User): string {
  return name.split("__").find((id) => id !== me.id) ?? me.id;
}
