// What an administrator does with the sandbox by program: makes teams, channels, accounts and webhooks, and changes them.
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

export interface Administration {
  createTeam(team: { readonly name: string; readonly displayName?: string }): {
    readonly id: string;
    readonly name: string;
  };
  createChannel(channel: NewChannel): {
    readonly id: string;
    readonly teamId: string;
    readonly name: string;
  };
  createUser(user: NewUser): CreatedUser;
  /** Puts an account into a channel, and so into its team, without a word in the channel. */
  addMember(channelId: string, userId: string): void;
  /** The account is taken out as an administrator does it, with events and a system post of `byUserId`. */
  removeMember(channelId: string, userId: string, byUserId: string): void;
  archiveChannel(channelId: string): void;
  unarchiveChannel(channelId: string): void;
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
  /** Where the server is reached. */
  readonly siteUrl: () => string;
}

export function administrationOf({ store, hub, membership, siteUrl }: AdministrationOptions): Administration {
  const { people, places } = store;
  const userOf = (id: string): UserRecord => existing(people.get(id), "account", id);
  const channelOf = (id: string): ChannelRecord => existing(places.channel(id), "channel", id);
  return {
    createTeam(team) {
      const { id, name } = places.createTeam(team);
      return { id, name };
    },
    createChannel(channel) {
      const { id, teamId, name } = places.createChannel(channel);
      return { id, teamId, name };
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
    archiveChannel: (channelId) => membership.archive(channelOf(channelId)),
    unarchiveChannel: (channelId) => places.unarchive(channelOf(channelId).id),
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

function existing<T>(found: T | undefined, what: string, id: string): T {
  if (!found) throw new Error(`No ${what} has the id ${id}`);
  return found;
}
