// What it means to have read channels: the change, and the event for the account's other clients.
import { channelsViewed } from "./events.ts";
import type { Hub } from "./hub.ts";
import type { ChannelRecord } from "./places.ts";
import type { Store } from "./store.ts";

export interface Reading {
  /** The account has seen all that is there. Gives when the last post of each channel was. */
  view(userId: string, channels: readonly ChannelRecord[]): Readonly<Record<string, number>>;
}

export function createReading({ store, hub }: { readonly store: Store; readonly hub: Hub }): Reading {
  return {
    view(userId, channels) {
      const times = Object.fromEntries(channels.map(({ id, lastPostAt }) => [id, lastPostAt]));
      const withNews = channels.filter((channel) => store.places.view(channel, userId));
      // Read in the source of 10.x: where there was nothing new, nothing is told.
      const isTold = store.version === "7.10" ? channels.length > 0 : withNews.length > 0;
      if (isTold) for (const event of channelsViewed(store.version, userId, times)) hub.publish(event);
      return times;
    },
  };
}
