// Who a post or a reaction is by, and whom it names, as accounts of the server.

import type { Directory } from "../mattermost/directory.ts";
import type { Post, User, UserId } from "../mattermost/types.ts";
import type { Person } from "../session/access.ts";
import { leadingNames, nameCandidates } from "./mention.ts";
import type { Reading } from "./route.ts";

export interface PeopleKnown {
  readonly directory: Directory;
  readonly botId: UserId;
  readonly botName: string;
}

/** Undefined for those who are nobody here: unknown, a bot, deactivated. Rejects when the server can't tell. */
export async function personOf({ directory }: PeopleKnown, id: UserId): Promise<Person | undefined> {
  const user = await directory.byId(id);
  if (!user || user.isBot || !user.isActive) {
    return undefined;
  }
  return { id, name: user.username };
}

/** Whom a message speaks to, when it begins with another existing account's name. */
export async function addresseeOf(
  { directory, botId, botName }: PeopleKnown,
  post: Post,
): Promise<User | undefined> {
  const names = leadingNames(post.message);
  if (names.includes(botName.toLowerCase())) {
    return undefined;
  }
  const user = await userNamed(directory, names);
  return user?.id === botId ? undefined : user;
}

export async function commandUserOf(
  { directory }: PeopleKnown,
  { command }: Reading,
): Promise<User | undefined> {
  return command && "username" in command
    ? userNamed(directory, nameCandidates(command.username))
    : undefined;
}

async function userNamed(directory: Directory, names: readonly string[]): Promise<User | undefined> {
  for (const name of names) {
    const user = await directory.byName(name);
    if (user) {
      return user;
    }
  }
  return undefined;
}
