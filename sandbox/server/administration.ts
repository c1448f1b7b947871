// What an administrator does with the sandbox by program: makes teams, channels, accounts and webhooks, and changes them.
import type { ChannelChanges, NewNames } from "./channel-changes.ts";
import { userAdded } from "./events.ts";
import type { Hub } from "./hub.ts";
import type { Membership } from "./membership.ts";
import type { NewUser, UserRecord } from "./people.ts";
import type { ChannelRecord, NewChannel } from "./places.ts";
import type { Store } from "./store.ts";

export interface CreatedUser {
  readonly id: string;
  readonly token: string;
  readonly username: string;
}

export interface CreatedChannel {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
}

export interface Administration {
  createTeam(team: { readonly name: string; readonly displayName?: string }): {
    readonly id: string;
    readonly name: string;
  };
  createChannel(channel: NewChannel): CreatedChannel;
  /** Many at once, all as old as each other. */
  createChannels(channels: readonly NewChannel[]): CreatedChannel[];
  /** The one channel between two, or (of three and more) of a group. */
  openConversation(userIds: readonly string[]): CreatedChannel;
  createUser(user: NewUser): CreatedUser;
  /** Puts an account into a channel, and so into its team, without a word in the channel. */
  addMember(channelId: string, userId: string): void;
  /** The account is taken out as an administrator does it, with events and a system post of `byUserId`. */
  removeMember(channelId: string, userId: string, byUserId: string): void;
  /** This, and what undoes it, is told by an event, without a word in the channel. */
  archiveChannel(channelId: string): void;
  unarchiveChannel(channelId: string): void;
  renameChannel(channelId: string, names: NewNames): void;
  renameUser(userId: string, username: string): void;
  setUserActive(userId: string, active: boolean): void;
  createWebhook(hook: {
    readonly userId: string;
    readonly channelId: string;
    readonly displayName?: string;
  }): { readonly id: string; readonly url: string };
}

export interface AdministrationOptions {
  readonly store: Store;
  readonly hub: Hub;
  readonly membership: Membership;
  readonly channels: ChannelChanges;
  /** Where the server is reached. */
  readonly siteUrl: () => string;
}

export function administrationOf(options: AdministrationOptions): Administration {
  const { store, hub, membership, channels, siteUrl } = options;
  const { people, places } = store;
  const userOf = (id: string): UserRecord => existing(people.get(id), "account", id);
  const channelOf = (id: string): ChannelRecord => existing(places.channel(id), "channel", id);
  return {
    createTeam(team) {
      const { id, name } = places.createTeam(team);
      return { id, name };
    },
    createChannel: (channel) => created(places.createChannel(channel)),
    createChannels: (list) => places.createChannels(list).map(created),
    openConversation(userIds) {
      const members = userIds.map(userOf);
      const [first, second] = members;
      const isDirect = first && second && members.length === 2;
      return created(isDirect ? channels.openDirect(first, second) : channels.openGroup(members));
    },
    createUser(user) {
      const { id, username } = people.create(user);
      return { id, username, token: people.openSession(id) };
    },
    addMember(channelId, userId) {
      userOf(userId);
      if (places.addMember(channelId, userId)) hub.publish(userAdded(channelOf(channelId), userId));
    },
    removeMember(channelId, userId, byUserId) {
      membership.remove(userOf(byUserId), channelOf(channelId), userOf(userId));
    },
    archiveChannel: (channelId) => channels.archive(channelOf(channelId)),
    unarchiveChannel: (channelId) => channels.restore(channelOf(channelId)),
    renameChannel: (channelId, names) => channels.rename(channelOf(channelId), names),
    renameUser: (userId, username) => membership.rename(userOf(userId), username),
    setUserActive: (userId, active) => membership.setActive(userOf(userId), active),
    createWebhook({ userId, channelId, displayName = "webhook" }) {
      userOf(userId);
      channelOf(channelId);
      const { id } = store.hooks.create({ userId, channelId, displayName });
      return { id, url: `${siteUrl()}/hooks/${id}` };
    },
  };
}

const created = ({ id, teamId, name }: ChannelRecord): CreatedChannel => ({ id, teamId, name });

function existing<T>(found: T | undefined, what: string, id: string): T {
  if (!found) throw new Error(`No ${what} has the id ${id}`);
  return found;
}
