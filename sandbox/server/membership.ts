// What it means to join, leave, be renamed or deactivated, and type: the change, the events and the system posts.
import { BoundedMap } from "./bounded-map.ts";
import { typing, userAdded, userRemoved, userUpdated } from "./events.ts";
import type { Hub } from "./hub.ts";
import type { UserRecord } from "./people.ts";
import type { ChannelRecord } from "./places.ts";
import type { Posting } from "./posting.ts";
import type { Store } from "./store.ts";

export interface Membership {
  /** False when the person was in already. */
  add(by: UserRecord, channel: ChannelRecord, user: UserRecord): boolean;
  /** False when the person was not in. */
  remove(by: UserRecord, channel: ChannelRecord, user: UserRecord): boolean;
  rename(user: UserRecord, username: string): void;
  setActive(user: UserRecord, active: boolean): void;
  typing(user: UserRecord, channelId: string, parentId: string): void;
  /** When the account last typed in that thread, milliseconds since the epoch; 0 when it never did. */
  typingAt(userId: string, parentId: string): number;
}

export function createMembership(options: {
  readonly store: Store;
  readonly hub: Hub;
  readonly posting: Posting;
  readonly now: () => number;
}): Membership {
  const { store, hub, posting, now } = options;
  const typed = new BoundedMap<string, number>(10_000);
  const { places, people } = store;

  function tellUpdated(user: UserRecord): void {
    for (const event of userUpdated(user)) hub.publish(event);
  }

  return {
    add(by, channel, user) {
      if (!places.addMember(channel.id, user.id)) return false;
      hub.publish(userAdded(channel, user.id));
      const common = { userId: by.id, channelId: channel.id };
      if (by.id === user.id) {
        const message = `${user.username} joined the channel.`;
        const props = { username: user.username };
        posting.createSystem({ ...common, message, type: "system_join_channel", props }, []);
        return true;
      }
      const message = `${user.username} added to the channel by ${by.username}.`;
      const props = {
        addedUserId: user.id,
        addedUsername: user.username,
        userId: by.id,
        username: by.username,
      };
      posting.createSystem({ ...common, message, type: "system_add_to_channel", props }, [user.id]);
      return true;
    },
    remove(by, channel, user) {
      if (!places.removeMember(channel.id, user.id)) return false;
      for (const event of userRemoved(channel.id, user.id, by.id)) hub.publish(event);
      const common = { userId: by.id, channelId: channel.id };
      if (by.id === user.id) {
        const message = `${user.username} left the channel.`;
        const props = { username: user.username };
        posting.createSystem({ ...common, message, type: "system_leave_channel", props }, []);
        return true;
      }
      const message = `${user.username} was removed from the channel.`;
      const props = { removedUserId: user.id, removedUsername: user.username };
      posting.createSystem({ ...common, message, type: "system_remove_from_channel", props }, []);
      return true;
    },
    rename(user, username) {
      people.rename(user.id, username);
      tellUpdated(user);
    },
    setActive(user, active) {
      people.setActive(user.id, active);
      tellUpdated(user);
    },
    typing(user, channelId, parentId) {
      typed.set(`${user.id} ${parentId}`, now());
      hub.publish(typing(user.id, channelId, parentId));
    },
    typingAt: (userId, parentId) => typed.get(`${userId} ${parentId}`) ?? 0,
  };
}
