// What a call may read: only what both the bot and the person who asked may, and that is what both are members of. An open
// channel that one of them has not joined stays shut as well: the server would show it to most people, but not to guests.

import type { ChannelId, MattermostApi, UserId } from "../mattermost/types.ts";
import type { Users } from "../mattermost/users.ts";
import { BoundedMap } from "../util/bounded-map.ts";
import { type Clock, isRecent } from "../util/clock.ts";
import type { ChatCall } from "./types.ts";

export interface AccessOptions {
  readonly api: Pick<MattermostApi, "isMember">;
  readonly users: Pick<Users, "byId">;
  readonly botId: UserId;
  readonly clock: Clock;
}

/** Where somebody asks from. */
export type Reader = Pick<ChatCall, "asker" | "channelId" | "threadId">;

/** All of it rejects with MattermostError when the server can't tell: then nothing is read. */
export interface Access {
  mayReadChannel(channelId: ChannelId, reader: Reader): Promise<boolean>;
  /** The session's own thread is everybody's who takes part in it. */
  mayReadThread(place: Pick<Reader, "channelId" | "threadId">, reader: Reader): Promise<boolean>;
  /** To be told of each account that joins a channel or leaves it. */
  forget(channelId: ChannelId, userId: UserId): void;
  /** To be told when that may have been missed. */
  forgetAll(): void;
}

const KNOWN_FOR_MS = 60_000;
const MAX_KNOWN = 5000;
/** How often an account may come and go while it is looked up. */
const MAX_LOOKS = 3;

interface Look {
  /** Before the server was asked. */
  readonly at: number;
  readonly isMember: Promise<boolean>;
}

export function createAccess({ api, users, botId, clock }: AccessOptions): Access {
  let looks = new BoundedMap<string, Look>(MAX_KNOWN);

  function look(channelId: ChannelId, userId: UserId): Look {
    const key = keyOf(channelId, userId);
    const known = looks.get(key);
    if (known && isRecent(known.at, KNOWN_FOR_MS, clock.now())) {
      return known;
    }
    const made = { at: clock.now(), isMember: api.isMember(channelId, userId) };
    looks.set(key, made);
    // What could not be found out is asked again.
    made.isMember.catch(() => looks.get(key) === made && looks.delete(key));
    return made;
  }

  async function isMember(channelId: ChannelId, userId: UserId): Promise<boolean> {
    for (let looked = 0; looked < MAX_LOOKS; looked++) {
      const made = look(channelId, userId);
      const answer = await made.isMember;
      // Otherwise the account has joined or left meanwhile, and the answer may be of before that.
      if (looks.get(keyOf(channelId, userId)) === made) {
        return answer;
      }
    }
    return false;
  }

  async function isActive(asker: UserId | undefined): Promise<boolean> {
    return asker === undefined || (await users.byId(asker))?.isActive === true;
  }

  async function mayReadChannel(channelId: ChannelId, { asker, channelId: own }: Reader): Promise<boolean> {
    if (!(await isActive(asker)) || (asker === undefined && channelId !== own)) {
      return false;
    }
    const readers = asker === undefined ? [botId] : [botId, asker];
    const answers = await Promise.all(readers.map((id) => isMember(channelId, id)));
    return answers.every(Boolean);
  }

  return {
    mayReadChannel,
    mayReadThread: ({ channelId, threadId }, reader) =>
      channelId === reader.channelId && threadId === reader.threadId
        ? isActive(reader.asker)
        : mayReadChannel(channelId, reader),
    forget: (channelId, userId) => void looks.delete(keyOf(channelId, userId)),
    forgetAll: () => {
      looks = new BoundedMap(MAX_KNOWN);
    },
  };
}

const keyOf = (channelId: ChannelId, userId: UserId): string => `${channelId} ${userId}`;
