// Who hears of a new post: those it mentions, and those who follow its thread. Counts what each follower hasn't read.
import { attachmentsIn } from "./attachments.ts";
import { threadUpdated } from "./events.ts";
import type { Hub } from "./hub.ts";
import { findMentions } from "./mentions.ts";
import type { UserRecord } from "./people.ts";
import type { ChannelRecord } from "./places.ts";
import type { Following, NewPostRecord, PostRecord } from "./posts.ts";
import type { Presence } from "./presence.ts";
import type { Store } from "./store.ts";

export interface FollowersOptions {
  readonly store: Store;
  readonly hub: Hub;
  readonly presence: Presence;
}

export class Followers {
  readonly #options: FollowersOptions;

  constructor(options: FollowersOptions) {
    this.#options = options;
  }

  /** The channel's members that a post mentions, its author included: in its message, and above and in its attachments. */
  mentionedIn(post: Pick<NewPostRecord, "message" | "props" | "channelId">): Set<string> {
    const { message, props = {}, channelId } = post;
    const { presence } = this.#options;
    const members = this.#activeMembers(channelId);
    const names = new Set(members.map(({ username }) => username));
    const texts = [message, ...attachmentsIn(props).flatMap(({ pretext, text }) => [pretext, text])];
    const found = texts.map((one) => findMentions(one, (name) => names.has(name)));
    const isMentioned = (user: UserRecord) =>
      found.some(
        (mentions) =>
          mentions.everyone ||
          mentions.names.has(user.username) ||
          (mentions.online && presence.status(user.id) === "online"),
      );
    return new Set(members.filter(isMentioned).map(({ id }) => id));
  }

  /** Whom every post of a channel mentions, whatever it says: in a direct one, and in a group of 10.x (read in its source). */
  mentionedBy({ id, type }: ChannelRecord): string[] {
    const isForAll = type === "D" || (type === "G" && this.#options.store.version !== "7.10");
    return isForAll ? this.#activeMembers(id).map((user) => user.id) : [];
  }

  /** Tells each follower of the thread of a new reply: `thread_updated`. Gives whom it notifies. */
  tell(reply: PostRecord, channel: ChannelRecord, mentioned: readonly string[]): readonly string[] {
    const { store, hub } = this.#options;
    const root = store.posts.get(reply.rootId);
    if (!root) return [];
    const members = new Set(this.#activeMembers(channel.id).map(({ id }) => id));
    this.#addFollowers(root, reply, members, mentioned);
    for (const [userId, now] of root.followers) {
      const before: Following = { ...now };
      if (userId !== reply.userId) {
        now.unreadReplies += 1;
        if (mentioned.includes(userId)) now.unreadMentions += 1;
      }
      if (members.has(userId)) {
        const details = { userId, teamId: channel.teamId, lastReplyAt: reply.createAt, before, now };
        hub.publish(threadUpdated(store, root, details));
      }
      // To reply is to have read.
      if (userId === reply.userId) Object.assign(now, { lastViewedAt: store.stamp(), unreadReplies: 0 });
    }
    return [...root.followers.keys()].filter((id) => id !== reply.userId && members.has(id));
  }

  #addFollowers(
    root: PostRecord,
    reply: PostRecord,
    members: ReadonlySet<string>,
    mentioned: readonly string[],
  ): void {
    root.participants.add(reply.userId);
    // The first reply makes followers of the root's author and of those it mentions.
    const first = root.followers.size === 0 ? [root.userId, ...this.mentionedIn(root)] : [];
    for (const id of [reply.userId, ...first, ...mentioned]) {
      if (members.has(id) && !root.followers.has(id)) {
        root.followers.set(id, { lastViewedAt: 0, unreadReplies: 0, unreadMentions: 0 });
      }
    }
  }

  #activeMembers(channelId: string): UserRecord[] {
    const { people, places } = this.#options.store;
    return places
      .members(channelId)
      .map((id) => people.get(id))
      .filter((user) => user !== undefined)
      .filter(({ deleteAt }) => deleteAt === 0);
  }
}
