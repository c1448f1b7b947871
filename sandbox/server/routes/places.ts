// Teams and channels over REST: reading them, their members, adding and removing people, archiving, direct channels.
import { ApiError, badBody, noSuchChannel, noSuchUser, refused } from "../api-error.ts";
import type { ChannelRecord, TeamRecord } from "../places.ts";
import { wireChannel, wireMember, wireTeam } from "../wire.ts";
import {
  type App,
  channelParam,
  idParam,
  me,
  OK,
  objectBody,
  ownChannelParam,
  pageQuery,
  type Services,
  stringOf,
  stringsBody,
  userParam,
} from "./context.ts";

export function mountPlaces(app: App, { store, membership }: Services): void {
  const { people, places } = store;

  function noSuchTeam(id: string): ApiError {
    return new ApiError(404, "app.team.get.find.app_error", "Unable to find the existing team.", id);
  }

  function visibleTeam(team: TeamRecord | undefined, id: string, userId: string): TeamRecord {
    if (!team) throw noSuchTeam(id);
    if (!places.inTeam(team.id, userId)) throw refused();
    return team;
  }

  function visibleChannel(team: TeamRecord, name: string, userId: string): ChannelRecord {
    const channel = places.channelByName(team.id, name);
    if (!channel) {
      throw new ApiError(404, "app.channel.get_by_name.missing.app_error", "Channel does not exist.");
    }
    if (channel.type !== "O" && !places.isMember(channel.id, userId)) throw noSuchChannel(name);
    return channel;
  }

  app.get("/api/v4/teams/name/:name", (c) => {
    const name = c.req.param("name");
    return c.json(wireTeam(visibleTeam(places.teamByName(name), name, me(c).id)));
  });

  app.get("/api/v4/teams/:team_id", (c) => {
    const id = idParam(c, "team_id");
    return c.json(wireTeam(visibleTeam(places.team(id), id, me(c).id)));
  });

  app.get("/api/v4/teams/:team_id/channels/name/:name", (c) => {
    const id = idParam(c, "team_id");
    const team = visibleTeam(places.team(id), id, me(c).id);
    return c.json(wireChannel(store, visibleChannel(team, c.req.param("name"), me(c).id)));
  });

  app.get("/api/v4/teams/name/:team/channels/name/:name", (c) => {
    const name = c.req.param("team");
    const team = visibleTeam(places.teamByName(name), name, me(c).id);
    return c.json(wireChannel(store, visibleChannel(team, c.req.param("name"), me(c).id)));
  });

  app.post("/api/v4/channels/direct", async (c) => {
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
  });

  app.get("/api/v4/channels/:channel_id", (c) => c.json(wireChannel(store, channelParam(c, store))));

  app.delete("/api/v4/channels/:channel_id", (c) => {
    membership.archive(ownChannelParam(c, store));
    return c.json(OK);
  });

  app.get("/api/v4/channels/:channel_id/members", (c) => {
    const channel = channelParam(c, store);
    const { from, perPage } = pageQuery(c);
    const ids = places.members(channel.id).slice(from, from + perPage);
    return c.json(ids.map((id) => wireMember(store, channel, id, me(c).id)));
  });

  app.get("/api/v4/channels/:channel_id/members/:user_id", (c) => {
    const channel = channelParam(c, store);
    const userId = c.req.param("user_id") === "me" ? me(c).id : idParam(c, "user_id");
    if (!places.isMember(channel.id, userId)) {
      throw new ApiError(
        404,
        "app.channel.get_member.missing.app_error",
        "No channel member found for that user ID and channel ID.",
        `resource: ChannelMember id: channelId=${channel.id}, userId=${userId}`,
      );
    }
    return c.json(wireMember(store, channel, userId, me(c).id));
  });

  app.post("/api/v4/channels/:channel_id/members", async (c) => {
    const channel = channelParam(c, store);
    const userId = stringOf((await objectBody(c, "user_id"))["user_id"]);
    const user = people.get(userId);
    if (!user) throw noSuchUser(userId);
    const isJoining = user.id === me(c).id && channel.type === "O";
    if (!isJoining && !places.isMember(channel.id, me(c).id)) throw refused();
    membership.add(me(c), channel, user);
    return c.json(wireMember(store, channel, user.id, me(c).id), 201);
  });

  app.delete("/api/v4/channels/:channel_id/members/:user_id", (c) => {
    membership.remove(me(c), ownChannelParam(c, store), userParam(c, people));
    return c.json(OK);
  });
}
