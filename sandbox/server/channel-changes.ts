// What becomes of a channel: opened between people, archived, brought back, renamed. The change, the events in the
// server's order and its system posts. Knows nothing of HTTP, nor of who may.
import { createHash } from "node:crypto";
import { ApiError } from "./api-error.ts";
import { channelDeleted, channelRestored, channelUpdated, directAdded, groupAdded } from "./events.ts";
import type { Hub } from "./hub.ts";
import type { UserRecord } from "./people.ts";
import { type ChannelRecord, DEFAULT_CHANNEL } from "./places.ts";
import type { Posting } from "./posting.ts";
import type { Store } from "./store.ts";

/** As long as a group's display name gets. */
const MAX_NAME = 64;
const GROUP_SIZE = { least: 3, most: 8 };

export interface ChannelChanges {
  /** The one channel between these two, made by the first of them if there is none yet. */
  openDirect(creator: UserRecord, teammate: UserRecord): ChannelRecord;
  /** The one channel of these people. */
  openGroup(people: readonly UserRecord[]): ChannelRecord;
  /** Without `by`: without a word in the channel. */
  archive(channel: ChannelRecord, by?: UserRecord): void;
  restore(channel: ChannelRecord, by?: UserRecord): void;
  rename(channel: ChannelRecord, names: NewNames, by?: UserRecord): void;
}

export interface NewNames {
  readonly name?: string | undefined;
  readonly displayName?: string | undefined;
}

export function createChannelChanges(options: {
  readonly store: Store;
  readonly hub: Hub;
  readonly posting: Posting;
}): ChannelChanges {
  const { store, hub, posting } = options;
  const { places } = store;

  function say(
    by: UserRecord | undefined,
    { id }: ChannelRecord,
    said: { readonly type: string; readonly words: string; readonly props?: object },
  ): void {
    if (!by) return;
    const props = { username: by.username, ...said.props };
    const message = `${by.username} ${said.words}`;
    posting.createSystem({ userId: by.id, channelId: id, message, type: said.type, props }, []);
  }

  return {
    openDirect(creator, teammate) {
      const name = [creator.id, teammate.id].sort().join("__");
      const known = places.channelByName("", name);
      if (known) return known;
      const channel = places.createChannel({ teamId: "", name, type: "D", creatorId: creator.id });
      for (const { id } of [creator, teammate]) places.addMember(channel.id, id);
      hub.publish(directAdded(channel.id, creator.id, teammate.id));
      return channel;
    },
    openGroup(people) {
      if (people.length < GROUP_SIZE.least || people.length > GROUP_SIZE.most) {
        throw new ApiError(
          400,
          "api.channel.create_group.bad_size.app_error",
          `Group message channels must contain at least ${GROUP_SIZE.least} and no more than ${GROUP_SIZE.most} users.`,
        );
      }
      const ids = people.map(({ id }) => id).sort();
      // As the server makes it, which makes it the same whoever asks.
      const name = createHash("sha1").update(ids.join("")).digest("hex");
      const known = places.channelByName("", name);
      if (known) return known;
      const names = people.map(({ username }) => username).sort();
      const displayName = names.join(", ").slice(0, MAX_NAME);
      const channel = places.createChannel({ teamId: "", name, displayName, type: "G" });
      for (const id of ids) places.addMember(channel.id, id);
      for (const event of groupAdded(store.version, channel.id, ids)) hub.publish(event);
      return channel;
    },
    archive(channel, by) {
      if (channel.deleteAt !== 0) throw notPossible("delete_channel.deleted.app_error", ARCHIVED);
      if (channel.name === DEFAULT_CHANNEL) {
        const words = `Unable to delete the default channel ${DEFAULT_CHANNEL}.`;
        throw notPossible("delete_channel.cannot.app_error", words);
      }
      say(by, channel, { type: "system_channel_deleted", words: "archived the channel." });
      places.archive(channel);
      hub.publish(channelDeleted(store, channel));
    },
    restore(channel, by) {
      if (channel.deleteAt === 0) throw notPossible("restore_channel.restored.app_error", NOT_ARCHIVED);
      places.unarchive(channel);
      hub.publish(channelRestored(store, channel));
      say(by, channel, { type: "system_channel_restored", words: "unarchived the channel." });
    },
    rename(channel, { name = channel.name, displayName = channel.displayName }, by) {
      const isOther = name !== channel.name;
      if (isOther && channel.name === DEFAULT_CHANNEL) {
        const words = `Tried to perform an invalid update of the default channel ${DEFAULT_CHANNEL}.`;
        throw notPossible("update_channel.tried.app_error", words);
      }
      if (isOther && !/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)) {
        const words = "Name must be 1 or more lowercase alphanumeric characters.";
        throw new ApiError(400, "model.channel.is_valid.1_or_more.app_error", words);
      }
      if (isOther && places.channelByName(channel.teamId, name)) {
        const words = "A channel with that name already exists on the same team.";
        throw new ApiError(400, "store.sql_channel.save_channel.exists.app_error", words);
      }
      const before = channel.displayName;
      places.rename(channel, { name, displayName });
      hub.publish(channelUpdated(store, channel));
      if (displayName === before) return;
      say(by, channel, {
        type: "system_displayname_change",
        words: `updated the channel display name from: ${before} to: ${displayName}`,
        props: { old_displayname: before, new_displayname: displayName },
      });
    },
  };
}

const ARCHIVED = "The channel has been archived or deleted.";
const NOT_ARCHIVED = "Unable to unarchive channel. The channel is not archived.";

const notPossible = (id: string, words: string) => new ApiError(400, `api.channel.${id}`, words);
