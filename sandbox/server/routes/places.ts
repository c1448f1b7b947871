// Teams and channels over REST: reading them, their members, adding and removing people, archiving, direct channels.
import { ApiError, badBody, noSuchChannel, noSuchUser, refused } from "../api-error.ts";
import type { ChannelRecord, TeamRecord } from "../places.ts";
import { wireChannel, wireMember, wireTeam } from "../wire.ts";
import {
  type App,
  type Ctx,
  channelParam,
  endpointsOver,
  idParam,
  me,
  OK,
  objectBody,
  ownChannelParam,
  pageQuery,
  type Services,
  stringOf,
  stringsBody,
  textParam,
  userParam,
} from "./context.ts";

export function mountPlaces(app: App, services: Services): void {
  const by = endpointsOver(services);
  app.get("/api/v4/teams/name/:team", by(teamOfName));
  app.get("/api/v4/teams/:team_id", by(readTeam));
  app.get("/api/v4/teams/:team_id/channels/name/:name", by(channelOfName));
  app.get("/api/v4/teams/name/:team/channels/name/:name", by(channelOfNames));
  app.post("/api/v4/channels/direct", by(openDirectChannel));
  app.get("/api/v4/channels/:channel_id", by(readChannel));
  app.delete("/api/v4/channels/:channel_id", by(archiveChannel));
  app.get("/api/v4/channels/:channel_id/members", by(membersInPages));
  app.get("/api/v4/channels/:channel_id/members/:user_id", by(readMember));
  app.post("/api/v4/channels/:channel_id/members", by(addMember));
  app.delete("/api/v4/channels/:channel_id/members/:user_id", by(removeMember));
}

function teamOfName(c: Ctx, services: Services): Response {
  return c.json(wireTeam(namedTeamParam(c, services)));
}

function readTeam(c: Ctx, services: Services): Response {
  return c.json(wireTeam(teamParam(c, services)));
}

function channelOfName(c: Ctx, services: Services): Response {
  return channelIn(teamParam(c, services), c, services);
}

function channelOfNames(c: Ctx, services: Services): Response {
  return channelIn(namedTeamParam(c, services), c, services);
}

function channelIn(team: TeamRecord, c: Ctx, { store }: Services): Response {
  const name = textParam(c, "name");
  const channel = store.places.channelByName(team.id, name);
  if (!channel) {
    throw new ApiError(404, "app.channel.get_by_name.missing.app_error", "Channel does not exist.");
  }
  if (channel.type !== "O" && !store.places.isMember(channel.id, me(c).id)) throw noSuchChannel(name);
  return c.json(wireChannel(store, channel));
}

async function openDirectChannel(c: Ctx, { store, membership }: Services): Promise<Response> {
  const { people, places } = store;
  const ids = await stringsBody(c, "user_ids");
  if (ids.length !== 2) throw badBody("user_ids");
  for (const id of ids) if (!people.get(id)) throw noSuchUser(id);
  const user = me(c);
  if (!ids.includes(user.id)) throw refused();
  const name = ids.sort().join("__");
  const existing = places.channelByName("", name);
  if (existing) return c.json(wireChannel(store, existing), 201);
  const channel = places.createChannel({ teamId: "", name, type: "D", creatorId: user.id });
  for (const id of ids) places.addMember(channel.id, id);
  membership.tellDirect(channel, user.id, ids.find((id) => id !== user.id) ?? user.id);
  return c.json(wireChannel(store, channel), 201);
}

function readChannel(c: Ctx, { store }: Services): Response {
  return c.json(wireChannel(store, channelParam(c, store)));
}

function archiveChannel(c: Ctx, { store, membership }: Services): Response {
  membership.archive(ownChannelParam(c, store));
  return c.json(OK);
}

function membersInPages(c: Ctx, { store }: Services): Response {
  const channel = channelParam(c, store);
  const { from, perPage } = pageQuery(c);
  const ids = store.places.members(channel.id).slice(from, from + perPage);
  return c.json(ids.map((id) => wireMember(store, channel, id, me(c).id)));
}

function readMember(c: Ctx, { store }: Services): Response {
  const channel = channelParam(c, store);
  const userId = memberId(c);
  if (!store.places.isMember(channel.id, userId)) throw noSuchMember(channel, userId);
  return c.json(wireMember(store, channel, userId, me(c).id));
}

async function addMember(c: Ctx, { store, membership }: Services): Promise<Response> {
  const { people, places } = store;
  const channel = channelParam(c, store);
  const userId = stringOf((await objectBody(c, "user_id"))["user_id"]);
  const user = people.get(userId);
  if (!user) throw noSuchUser(userId);
  const isJoining = user.id === me(c).id && channel.type === "O";
  if (!isJoining && !places.isMember(channel.id, me(c).id)) throw refused();
  membership.add(me(c), channel, user);
  return c.json(wireMember(store, channel, user.id, me(c).id), 201);
}

function removeMember(c: Ctx, { store, membership }: Services): Response {
  membership.remove(me(c), ownChannelParam(c, store), userParam(c, store.people));
  return c.json(OK);
}

/** The team whose id the path has, if the asking account is in it. */
function teamParam(c: Ctx, services: Services): TeamRecord {
  const id = idParam(c, "team_id");
  return visibleTeam(services.store.places.team(id), id, c, services);
}

/** The team whose name the path has, if the asking account is in it. */
function namedTeamParam(c: Ctx, services: Services): TeamRecord {
  const name = textParam(c, "team");
  return visibleTeam(services.store.places.teamByName(name), name, c, services);
}

function visibleTeam(team: TeamRecord | undefined, asked: string, c: Ctx, { store }: Services): TeamRecord {
  const user = me(c);
  if (!team) {
    throw new ApiError(404, "app.team.get.find.app_error", "Unable to find the existing team.", asked);
  }
  if (!store.places.inTeam(team.id, user.id)) throw refused();
  return team;
}

/** Of somebody who need not be a member, nor exist. */
function memberId(c: Ctx): string {
  return textParam(c, "user_id") === "me" ? me(c).id : idParam(c, "user_id");
}

function noSuchMember(channel: ChannelRecord, userId: string): ApiError {
  return new ApiError(
    404,
    "app.channel.get_member.missing.app_error",
    "No channel member found for that user ID and channel ID.",
    `resource: ChannelMember id: channelId=${channel.id}, userId=${userId}`,
  );
}
