// Who wrote a post or put a reaction, and whom a post names, as accounts of the server.

import type { ChannelId, MattermostApi, Post, SocketEvent, User, UserId } from "../mattermost/types.ts";
import type { Users } from "../mattermost/users.ts";
import type { Person } from "../session/authorization.ts";
import { leadingNames, mentions, nameCandidates } from "./mention.ts";
import type { Facts, Reading } from "./route.ts";

export interface PeopleKnown {
  readonly users: Users;
  readonly botId: UserId;
  readonly botName: string;
}

/** Undefined for those who are nobody here: unknown, a bot, deactivated. Rejects when the server can't tell. */
export async function personOf({ users }: PeopleKnown, id: UserId): Promise<Person | undefined> {
  const user = await users.speaker(id);
  if (!user || user.isBot || !user.isActive) {
    return undefined;
  }
  return { id, name: user.username };
}

/**
 * Who is heard in a post: a person, or a bot account in its own post. What a bot may do is for its rights to say. Rejects
 * when the server can't tell.
 */
export async function speakerOf(known: PeopleKnown, post: Post): Promise<Person | undefined> {
  if (post.isFromPerson) {
    return personOf(known, post.userId);
  }
  const user = post.isFromBot ? await known.users.speaker(post.userId) : undefined;
  return user?.isBot && user.isActive ? { id: user.id, name: user.username } : undefined;
}

/** Nobody else is looked up for it. A bot is heard where it mentions this one, so that no two answer each other unasked. */
export function canBeHeard(post: Post, { isMention }: Reading): boolean {
  return post.isFromPerson || (post.isFromBot === true && isMention);
}

export type IsMember = (id: UserId) => Promise<boolean>;

/** Asks once of each person, however often it is asked. */
export function membershipIn(channelId: ChannelId, api: Pick<MattermostApi, "isMember">): IsMember {
  const asked = new Map<UserId, Promise<boolean>>();
  return (id) => {
    const answer = asked.get(id) ?? api.isMember(channelId, id);
    asked.set(id, answer);
    return answer;
  };
}

/** Whom a message speaks to, when it begins with another existing account's name. */
export async function addresseeOf(
  { users, botId, botName }: PeopleKnown,
  post: Post,
): Promise<User | undefined> {
  const names = leadingNames(post.message);
  if (names.includes(botName.toLowerCase())) {
    return undefined;
  }
  const user = await userNamed(users, names);
  return user?.id === botId ? undefined : user;
}

async function commandUserOf({ users }: PeopleKnown, { command }: Reading): Promise<User | undefined> {
  return command && "username" in command ? userNamed(users, nameCandidates(command.username)) : undefined;
}

/** All that has to be known of people before it is decided what a post means. */
export async function lookUpPeople(
  known: PeopleKnown,
  post: Post,
  reading: Reading,
  also: Pick<Facts, "hasSession" | "uuid">,
): Promise<Omit<Facts, "isListedBot" | "project" | "mayStartSomewhere" | "isDatedAhead">> {
  const [by, addressee, commandUser] = await Promise.all([
    speakerOf(known, post),
    reading.command ? undefined : addresseeOf(known, post),
    commandUserOf(known, reading),
  ]);
  return { ...also, by, addressee, commandUser };
}

async function userNamed(users: Users, names: readonly string[]): Promise<User | undefined> {
  for (const name of names) {
    const user = await users.byName(name);
    if (user) {
      return user;
    }
  }
  return undefined;
}

/** Everybody in the channel is on the server's list for these (10.11). */
const GROUPS = ["all", "channel", "here"];

/**
 * Whether a post mentions the bot, by the server's list of the accounts it takes as mentioned. Undefined when the list
 * doesn't say: there is none, it holds the bot for another reason, or the bot goes by another name than its account's.
 */
export function isMentionTold(
  { users, botId, botName }: PeopleKnown,
  { post: { message }, mentions: told, channelType }: SocketEvent & { readonly type: "posted" },
): boolean | undefined {
  // For a group message each of its members is on the list, whoever it names (10.11, read).
  if (channelType === "G") {
    return undefined;
  }
  const name = botName.toLowerCase();
  if (told === undefined || users.known(botId)?.username.toLowerCase() !== name) {
    return undefined;
  }
  if (!told.includes(botId)) {
    return false;
  }
  const isNamed = message.toLowerCase().includes(`@${name}`);
  return isNamed && !GROUPS.some((group) => mentions(message, group)) ? true : undefined;
}
