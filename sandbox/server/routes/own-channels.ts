// An account's own teams and channels over REST, and how far it has read in them.
import { ApiError, badBody, refused } from "../api-error.ts";
import { isId } from "../ids.ts";
import type { ChannelRecord } from "../places.ts";
import { wireChannel, wireMember, wireTeam } from "../wire.ts";
import {
  type App,
  type Ctx,
  endpointsOver,
  idParam,
  me,
  numberQuery,
  objectBody,
  ownUserParam,
  type Services,
  stringOf,
} from "./context.ts";

export function mountOwnChannels(app: App, services: Services): void {
  const by = endpointsOver(services);
  app.get("/api/v4/users/:user_id/teams", by(teams));
  app.get("/api/v4/users/:user_id/teams/:team_id/channels", by(channelsInTeam));
  app.get("/api/v4/users/:user_id/teams/:team_id/channels/members", by(membersInTeam));
  app.get("/api/v4/users/:user_id/channels", by(channelsOverAll));
  app.post("/api/v4/channels/members/:user_id/view", by(view));
}

function teams(c: Ctx, { store: { people, places } }: Services): Response {
  return c.json(places.teamsOf(ownUserParam(c, people).id).map(wireTeam));
}

function channelsInTeam(c: Ctx, services: Services): Response {
  return listed(c, services, inTeam(c, services));
}

/** The account's rows of the same channels, archived ones included. */
function membersInTeam(c: Ctx, services: Services): Response {
  const { store } = services;
  const user = ownUserParam(c, store.people);
  const rows = inTeam(c, services).map((channel) => {
    const member = store.places.member(channel.id, user.id);
    return member && wireMember(store, channel, member, me(c).id);
  });
  return c.json(rows);
}

function channelsOverAll(c: Ctx, services: Services): Response {
  const { people, places } = services.store;
  return listed(c, services, places.allChannelsOf(ownUserParam(c, people).id));
}

async function view(c: Ctx, { store, reading }: Services): Promise<Response> {
  const user = ownUserParam(c, store.people);
  const body = await objectBody(c, "channel_view");
  const ids = ["channel_id", "prev_channel_id"].flatMap((name) => {
    const id = stringOf(body[name]);
    if (id !== "" && !isId(id)) throw badBody(`channel_view.${name}`);
    // An empty one: the account looks at no channel now.
    return id === "" ? [] : [id];
  });
  const channels = ids.map((id) => store.places.channel(id)).filter((channel) => channel !== undefined);
  if (ids.length > 0 && channels.length === 0) {
    throw new ApiError(
      400,
      "app.channel.update_last_viewed_at.app_error",
      "Unable to update the last viewed at time.",
    );
  }
  return c.json({ status: "OK", last_viewed_at_times: reading.view(user.id, channels) });
}

/** Those of the team in the path and those in no team, if the account is in that team. */
function inTeam(c: Ctx, { store: { people, places } }: Services): ChannelRecord[] {
  const user = ownUserParam(c, people);
  const teamId = idParam(c, "team_id");
  if (!places.inTeam(teamId, user.id)) throw refused();
  return places.channelsOf(user.id, teamId);
}

/** Archived ones come along when they are asked for, and were archived since the time that is asked for. */
function listed(c: Ctx, { store }: Services, channels: readonly ChannelRecord[]): Response {
  const since = c.req.query("include_deleted") === "true" ? numberQuery(c, "last_delete_at", 0) : Infinity;
  const shown = channels.filter(({ deleteAt }) => deleteAt === 0 || deleteAt >= since);
  return c.json(shown.map((channel) => wireChannel(store, channel)));
}
