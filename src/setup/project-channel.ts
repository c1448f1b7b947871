// The channel that a project or a person names: by its id, by the names in its address, or by its own name alone. Prints
// nothing.

import { CHANNEL_ID } from "../config/projects-schema.ts";
import type { Channel, MattermostApi, User } from "../mattermost/types.ts";
import { type Check, checkChannel, failed, guard, inviting, passed, standingIn } from "./checks.ts";

type Api = Pick<MattermostApi, "channel" | "channelByName" | "isMember" | "myChannels" | "teamName">;

/** `given`: an id or `team/channel`, as it stands in a project. */
export async function checkProjectChannel(
  api: Pick<Api, "channel" | "channelByName" | "isMember">,
  given: string,
  account: User,
): Promise<Check<Channel>> {
  const [team, name] = given.split("/");
  if (team === undefined || name === undefined) return checkChannel(api, given, account);
  return guard(async () => {
    const channel = await api.channelByName(team, name);
    if (channel === undefined) {
      return failed(
        `There is no channel ${given} that @${account.username} may see. ${inviting(account)}, or correct the name.`,
      );
    }
    return standingIn(channel, await api.isMember(channel.id, account.id), account);
  });
}

/** As `checkProjectChannel` takes it: of a lone name, which of the bot's channels it is. */
export async function findChannel(api: Api, given: string, account: User): Promise<Check<string>> {
  if (isPlain(given)) return passed(given, given);
  return guard(async () => {
    const name = given.replace(/^~/, "").toLowerCase();
    const mine = (await api.myChannels()).filter((channel) => !channel.isArchived);
    const named = mine.filter((channel) => channel.name === name);
    const addresses = await Promise.all(named.map((channel) => addressOf(api, channel)));
    const [only, ...more] = addresses;
    if (only === undefined) {
      const hint = mine.length === 0 ? "in no channel yet" : `in ${listed(mine)}`;
      return failed(
        `@${account.username} is in no channel called ${name}: it is ${hint}. ${inviting(account)}, or name another one.`,
      );
    }
    return more.length === 0
      ? passed(only, only)
      : failed(`There is more than one channel called ${name}: ${addresses.join(", ")}. Name one of these.`);
  });
}

/** Whether it says the channel without the server. */
export const isPlain = (given: string): boolean => CHANNEL_ID.test(given) || given.includes("/");

/** `team/channel`, or what else it goes by. */
export async function addressOf(api: Pick<Api, "teamName">, channel: Channel): Promise<string> {
  const team = channel.name === undefined ? undefined : await api.teamName(channel.teamId);
  return team === undefined ? channel.id : `${team}/${channel.name}`;
}

const MOST_LISTED = 10;

function listed(channels: readonly Channel[]): string {
  const names = channels.slice(0, MOST_LISTED).map(({ name, displayName }) => name ?? displayName);
  const more = channels.length - names.length;
  return more > 0 ? `${names.join(", ")} and ${more} more` : names.join(", ");
}
