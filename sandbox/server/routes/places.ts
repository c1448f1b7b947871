// Teams over REST, and their channels by name.
import { ApiError, refused } from "../api-error.ts";
import type { TeamRecord } from "../places.ts";
import { wireChannel, wireTeam } from "../wire.ts";
import { type App, type Ctx, endpointsOver, idParam, me, type Services, textParam } from "./context.ts";

export function mountPlaces(app: App, services: Services): void {
  const by = endpointsOver(services);
  app.get("/api/v4/teams/name/:team", by(teamOfName));
  app.get("/api/v4/teams/:team_id", by(readTeam));
  app.get("/api/v4/teams/:team_id/channels/name/:name", by(channelOfName));
  app.get("/api/v4/teams/name/:team/channels/name/:name", by(channelOfNames));
}

function teamOfName(c: Ctx, services: Services): Response {
  return c.json(wireTeam(visible(namedTeamParam(c, services), c, services)));
}

function readTeam(c: Ctx, services: Services): Response {
  return c.json(wireTeam(visible(teamParam(c, services), c, services)));
}

function channelOfName(c: Ctx, services: Services): Response {
  return channelIn(teamParam(c, services), c, services);
}

function channelOfNames(c: Ctx, services: Services): Response {
  return channelIn(namedTeamParam(c, services), c, services);
}

/** An archived one is there for those alone who ask for such, a private one for its members. */
function channelIn(team: TeamRecord, c: Ctx, { store }: Services): Response {
  const { places } = store;
  const user = me(c);
  const name = textParam(c, "name");
  const found = places.channelByName(team.id, name);
  const isThere = found?.deleteAt === 0 || c.req.query("include_deleted") === "true";
  const isMember = found !== undefined && places.isMember(found.id, user.id);
  if (!found || !isThere || (found.type !== "O" && !isMember)) {
    throw new ApiError(
      404,
      "app.channel.get_by_name.missing.app_error",
      "Channel does not exist.",
      `teamId=${team.id}, name=${name}`,
    );
  }
  if (!isMember && !places.inTeam(team.id, user.id)) throw refused();
  return c.json(wireChannel(store, found));
}

/** The team whose id the path has. */
function teamParam(c: Ctx, { store }: Services): TeamRecord {
  me(c);
  const id = idParam(c, "team_id");
  const team = store.places.team(id);
  if (!team) throw noSuchTeam("app.team.get.find.app_error", id);
  return team;
}

/** The team whose name the path has. */
function namedTeamParam(c: Ctx, { store }: Services): TeamRecord {
  me(c);
  const name = textParam(c, "team");
  const team = store.places.teamByName(name);
  if (!team) throw noSuchTeam("app.team.get_by_name.missing.app_error", name);
  return team;
}

/** The team, if the asking account is in it. */
function visible(team: TeamRecord, c: Ctx, { store }: Services): TeamRecord {
  if (!store.places.inTeam(team.id, me(c).id)) throw refused();
  return team;
}

const noSuchTeam = (id: string, asked: string) =>
  new ApiError(404, id, "Unable to find the existing team.", asked);
