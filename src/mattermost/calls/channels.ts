// The REST calls about channels and their members, and about the server's settings for posts.

import { decodeChannel, decodeList } from "../decode.ts";
import type { Channel, ChannelId, ChannelMember, MattermostApi, UserId } from "../types.ts";
import { isObjectWith, type JsonRequests, orIfRefused } from "./json-requests.ts";

type ChannelCalls = Pick<
  MattermostApi,
  | "channel"
  | "channelByName"
  | "teamName"
  | "myChannels"
  | "myMemberships"
  | "isMember"
  | "maxPostSize"
  | "maxFileSize"
>;

/** The limit of databases from before 5.0, and so the smallest that a server has. */
const SMALLEST_MAX_POST_SIZE = 4000;

export function channelCalls(json: JsonRequests): ChannelCalls {
  return {
    channel: (id) => json.get("read the channel", `/channels/${id}`, decodeChannel),
    channelByName: (team, name) => channelByName(json, team, name),
    teamName: (id) => teamName(json, id),
    myChannels: () => myChannels(json),
    myMemberships: () => myMemberships(json),
    isMember: (channelId, userId) => isMember(json, channelId, userId),
    maxPostSize: () => json.get(...SERVER_SETTINGS, decodeMaxPostSize),
    maxFileSize: () => json.get(...SERVER_SETTINGS, decodeMaxFileSize),
  };
}

async function channelByName(json: JsonRequests, team: string, name: string): Promise<Channel | undefined> {
  const [inTeam, inChannel] = [encodeURIComponent(team), encodeURIComponent(name)];
  // Without this an archived one is not found (read in the server's source).
  const path = `/teams/name/${inTeam}/channels/name/${inChannel}?include_deleted=true`;
  const lookup = json.get("look up the channel", path, decodeChannel);
  // A private one of others is not found either. 400: no channel could have that name. 403: an open one of another team.
  return orIfRefused(lookup, ["not-found", "rejected", "forbidden"], undefined);
}

async function teamName(json: JsonRequests, id: string): Promise<string | undefined> {
  const lookup = json.get("read the channel's team", `/teams/${encodeURIComponent(id)}`, decodeTeamName);
  return orIfRefused(lookup, ["not-found", "forbidden"], undefined);
}

/** In seconds; Infinity when there is no limit. */
export function postEditLimit(json: JsonRequests): Promise<number> {
  return json.get(...SERVER_SETTINGS, decodePostEditLimit);
}

const SERVER_SETTINGS = ["read the server's settings", "/config/client?format=old"] as const;

interface Team {
  readonly id: string;
  readonly name: string | undefined;
}

async function myTeams(json: JsonRequests): Promise<Team[]> {
  return json.get("list the bot's teams", "/users/me/teams", (list) => decodeList(list, decodeTeam));
}

async function myChannels(json: JsonRequests): Promise<Channel[]> {
  const lists = await Promise.all((await myTeams(json)).map(({ id }) => channelsIn(json, id)));
  return [...byId(lists.flat()).values()].filter(({ type }) => type !== "D" && type !== "G");
}

/** Each team's list has the direct messages as well. */
async function myMemberships(json: JsonRequests): Promise<ChannelMember[]> {
  const lists = await Promise.all(
    (await myTeams(json)).map(async (team) => {
      const [channels, mentions] = await Promise.all([channelsIn(json, team.id), mentionsIn(json, team.id)]);
      return channels.map((channel) => ({
        id: channel.id,
        channel,
        ...(team.name !== undefined && channel.teamId === team.id ? { team: team.name } : {}),
        mentions: mentions.get(channel.id) ?? 0,
      }));
    }),
  );
  return [...byId(lists.flat()).values()].map(({ id: _, ...member }) => member);
}

const byId = <One extends { readonly id: ChannelId }>(all: readonly One[]): Map<ChannelId, One> =>
  new Map(all.map((one) => [one.id, one]));

function channelsIn(json: JsonRequests, team: string): Promise<Channel[]> {
  return json.get("list the bot's channels", `/users/me/teams/${team}/channels`, (list) =>
    decodeList(list, decodeChannel),
  );
}

async function mentionsIn(json: JsonRequests, team: string): Promise<ReadonlyMap<string, number>> {
  const path = `/users/me/teams/${team}/channels/members`;
  const counts = await json.get("list the bot's mentions", path, (list) => decodeList(list, decodeMentions));
  return new Map(counts);
}

async function isMember(json: JsonRequests, channelId: ChannelId, userId: UserId): Promise<boolean> {
  const lookup = json.get(
    "look up a channel's member",
    `/channels/${channelId}/members/${userId}`,
    (member) => isObjectWith(member, { channel_id: channelId, user_id: userId }),
  );
  // 403: a private channel of which the bot itself is no member.
  return orIfRefused(lookup, ["not-found", "forbidden"], false);
}

function decodeMaxPostSize(settings: unknown): number | undefined {
  if (typeof settings !== "object" || settings === null) {
    return undefined;
  }
  const size = Number("MaxPostSize" in settings ? settings.MaxPostSize : undefined);
  return Number.isInteger(size) && size > 0 ? size : SMALLEST_MAX_POST_SIZE;
}

function decodeMaxFileSize(settings: unknown): number | undefined {
  if (typeof settings !== "object" || settings === null) {
    return undefined;
  }
  const bytes = Number("MaxFileSize" in settings ? settings.MaxFileSize : undefined);
  return bytes > 0 ? bytes : Number.POSITIVE_INFINITY;
}

function decodeTeamName(team: unknown): string | undefined {
  const name = typeof team === "object" && team !== null && "name" in team ? team.name : undefined;
  return typeof name === "string" && /^[a-z0-9-]+$/.test(name) ? name : undefined;
}

/** A text, as all of them (10.11); -1 is no limit, and so is a server that names none. */
function decodePostEditLimit(settings: unknown): number | undefined {
  if (typeof settings !== "object" || settings === null) {
    return undefined;
  }
  const seconds = Number("PostEditTimeLimit" in settings ? settings.PostEditTimeLimit : undefined);
  return seconds >= 0 ? seconds : Number.POSITIVE_INFINITY;
}

function decodeTeam(team: unknown): Team | undefined {
  if (typeof team !== "object" || team === null || !("id" in team)) {
    return undefined;
  }
  const { id } = team;
  return typeof id === "string" && /^[A-Za-z0-9_-]+$/.test(id)
    ? { id, name: decodeTeamName(team) }
    : undefined;
}

function decodeMentions(member: unknown): [channelId: string, mentions: number] | undefined {
  if (typeof member !== "object" || member === null || !("channel_id" in member)) {
    return undefined;
  }
  const mentions = Number("mention_count" in member ? member.mention_count : 0);
  return [String(member.channel_id), Number.isFinite(mentions) ? mentions : 0];
}
