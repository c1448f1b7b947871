// Whom a mention reaches without disturbing, as a session asks it: what the server and each person say about that.

import type { ChannelId, MattermostApi, UserId } from "../mattermost/types.ts";
import type { Users } from "../mattermost/users.ts";
import type { Log } from "../util/log.ts";
import type { Availability, Callee } from "./steering/calling.ts";

export interface Calling {
  /** Never rejects: where the server can't be asked, a mention at a bad time is better than none. */
  available(channelId: ChannelId, callees: readonly Callee[]): Promise<Omit<Availability, "reason">>;
  setNotified(id: UserId, isOn: boolean): void;
}

export const CALLING_ALL: Pick<Calling, "available"> = {
  available: async (_channelId, callees) => ({
    available: callees.map(({ name }) => ({ name, username: name })),
  }),
};

interface Reachable {
  readonly id: UserId;
  /** As it was asked for. */
  readonly name: string;
  readonly username: string;
}

/** Who wants no calls besides those of cards; the same in all channels of a bot. */
export interface NotifySwitches {
  isNotified(id: UserId): boolean;
  setNotified(id: UserId, isOn: boolean): void;
}

export interface CallingOptions {
  readonly api: Pick<MattermostApi, "statuses" | "isMember">;
  readonly users: Pick<Users, "byId" | "byName">;
  readonly switches: NotifySwitches;
  readonly log: Log;
}

/**
 * Another account's notification settings are not to be read (the server leaves them out of what others see of it), and
 * need not be: the server heeds them with every mention. Its status can be read.
 */
export function createCalling({ api, users, switches, log }: CallingOptions): Calling {
  async function reachable(
    channelId: ChannelId,
    { id: known, name }: Callee,
  ): Promise<Reachable | undefined> {
    const user = await (known === undefined ? users.byName(name) : users.byId(known));
    const isMeant = user?.isActive === true && switches.isNotified(user.id);
    return isMeant && (await api.isMember(channelId, user.id))
      ? { id: user.id, name, username: user.username }
      : undefined;
  }

  return {
    async available(channelId, callees) {
      try {
        const found = (await Promise.all(callees.map((callee) => reachable(channelId, callee)))).filter(
          (one) => one !== undefined,
        );
        const statuses = await api.statuses(found.map(({ id }) => id));
        const busy = statuses.filter(({ isBusy }) => isBusy);
        const available = found.filter(({ id }) => !busy.some(({ userId }) => userId === id));
        return { available, busyUntil: earliest(busy) };
      } catch (error) {
        log.debug("It can't be found out whether somebody can be called", error);
        return CALLING_ALL.available(channelId, callees);
      }
    },
    setNotified: switches.setNotified,
  };
}

function earliest(
  busy: readonly { readonly busyUntil: number | undefined }[],
): number | "unknown" | undefined {
  const ends = busy.flatMap(({ busyUntil }) => busyUntil ?? []);
  return ends.length > 0 ? Math.min(...ends) : busy.length > 0 ? "unknown" : undefined;
}
