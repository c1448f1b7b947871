// Whom a mention reaches without disturbing, by what the server and each person say.

import { expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { ChannelId, User, UserId, UserStatus } from "../../../src/mattermost/types.ts";
import { createCalling } from "../../../src/session/calling.ts";
import { quietLog } from "../../support/logs.ts";
import { user } from "../../support/session-script.ts";

interface Place {
  readonly users?: readonly User[];
  readonly busy?: Readonly<Record<string, number | undefined>>;
  readonly gone?: readonly string[];
  readonly off?: readonly string[];
  readonly fails?: boolean;
}

function calling({ users = [user("alice"), user("bob")], busy = {}, gone = [], off = [], fails }: Place) {
  const failing = async (): Promise<never> => {
    throw new MattermostError("unreachable", "the server does not answer");
  };
  const statusOf = (userId: UserId): UserStatus => ({
    userId,
    isBusy: userId in busy,
    busyUntil: busy[userId],
  });
  return createCalling({
    api: {
      isMember: async (_channel, id) => !gone.includes(id),
      statuses: fails ? failing : async (ids) => ids.map(statusOf),
    },
    users: {
      byId: async (id) => users.find((one) => one.id === id),
      byName: async (name) => users.find((one) => one.username === name),
    },
    switches: { isNotified: (id) => !off.includes(id), setNotified: () => {} },
    log: quietLog,
  });
}

const CALLEES = [{ id: "alice" as UserId, name: "alice" }, { name: "bob" }];

const found = async (place: Place): Promise<readonly [string[], unknown]> => {
  const { available, busyUntil } = await calling(place).available("channel" as ChannelId, CALLEES);
  return [available.map(({ username }) => username), busyUntil];
};

test.each<[string, Place, readonly [string[], unknown]]>([
  ["everybody can be called", {}, [["alice", "bob"], undefined]],
  ["not who has left the channel", { gone: ["alice"] }, [["bob"], undefined]],
  ["not who wants no calls", { off: ["bob"] }, [["alice"], undefined]],
  ["not who is not to be disturbed", { busy: { alice: undefined } }, [["bob"], "unknown"]],
  ["until the first of them can be", { busy: { alice: 9000, bob: 5000 } }, [[], 5000]],
  ["an end that is known counts", { busy: { alice: undefined, bob: 5000 } }, [[], 5000]],
  ["not who is deactivated or gone", { users: [user("alice", { isActive: false })] }, [[], undefined]],
  ["by the name they have now", { users: [user("alice", { username: "al" })] }, [["al"], undefined]],
  ["all of them where the server can't be asked", { fails: true }, [["alice", "bob"], undefined]],
])("%s", async (_what, place, expected) => {
  expect(await found(place)).toEqual(expected);
});
