// Channels over REST: reading them, opening those between people, archiving, bringing back, renaming, their members.
import { ApiError, badBody, noSuchUser, refused } from "../api-error.ts";
import type { UserRecord } from "../people.ts";
import type { ChannelRecord } from "../places.ts";
import { wireChannel, wireMember } from "../wire.ts";
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

export function mountChannels(app: App, services: Services): void {
  const by = endpointsOver(services);
  app.post("/api/v4/channels/direct", by(openDirect));
  app.post("/api/v4/channels/group", by(openGroup));
  app.get("/api/v4/channels/:channel_id", by(readChannel));
  app.put("/api/v4/channels/:channel_id/patch", by(patchChannel));
  app.delete("/api/v4/channels/:channel_id", by(archiveChannel));
  app.post("/api/v4/channels/:channel_id/restore", by(restoreChannel));
  app.get("/api/v4/channels/:channel_id/members", by(membersInPages));
  app.get("/api/v4/channels/:channel_id/members/:user_id", by(readMember));
  app.post("/api/v4/channels/:channel_id/members", by(addMember));
  app.delete("/api/v4/channels/:channel_id/members/:user_id", by(removeMember));
}

/** With oneself as well. Whoever is named first is its creator, whoever asks (read in the source). */
async function openDirect(c: Ctx, { store, channels }: Services): Promise<Response> {
  const asker = me(c);
  const named = [...new Set(await stringsBody(c, "user_ids"))];
  const ids = named.length === 1 && named[0] === asker.id ? [asker.id, asker.id] : named;
  if (ids.length !== 2) throw badBody("user_ids");
  if (!ids.includes(asker.id) && !asker.isAdmin) throw refused();
  const [creator, teammate] = ids.map((id) => store.people.get(id));
  if (!creator || !teammate) {
    throw new ApiError(
      400,
      "api.channel.create_direct_channel.invalid_user.app_error",
      "Invalid user ID for direct channel creation.",
    );
  }
  return c.json(wireChannel(store, channels.openDirect(creator, teammate)), 201);
}

/** The one who asks is part of it, named or not. */
async function openGroup(c: Ctx, { store, channels }: Services): Promise<Response> {
  const ids = new Set(await stringsBody(c, "user_ids")).add(me(c).id);
  const people = [...ids].map((id) => store.people.get(id)).filter((user) => user !== undefined);
  if (people.length < ids.size) {
    throw new ApiError(
      400,
      "api.channel.create_group.bad_user.app_error",
      "One of the provided users does not exist.",
      `user_ids=${JSON.stringify([...ids])}`,
    );
  }
  return c.json(wireChannel(store, channels.openGroup(people)), 201);
}

function readChannel(c: Ctx, { store }: Services): Response {
  return c.json(wireChannel(store, channelParam(c, store)));
}

async function patchChannel(c: Ctx, { store, channels }: Services): Promise<Response> {
  const channel = changeableParam(c, store);
  const { name, display_name } = await objectBody(c, "channel");
  const names = {
    name: typeof name === "string" ? name : undefined,
    displayName: typeof display_name === "string" ? display_name.trim() : undefined,
  };
  const isRenamed =
    (names.name ?? channel.name) !== channel.name ||
    (names.displayName ?? channel.displayName) !== channel.displayName;
  if (isInNoTeam(channel) && isRenamed) {
    throw new ApiError(
      400,
      "api.channel.patch_update_channel.update_direct_or_group_messages_not_allowed.app_error",
      "You are not allowed to update the name, display_name, and purpose of direct or group messages.",
    );
  }
  channels.rename(channel, names, me(c));
  return c.json(wireChannel(store, channel));
}

function archiveChannel(c: Ctx, { store, channels }: Services): Response {
  const channel = changeableParam(c, store);
  if (isInNoTeam(channel)) {
    throw new ApiError(
      400,
      "api.channel.delete_channel.type.invalid",
      "Unable to delete direct or group message channels.",
    );
  }
  channels.archive(channel, me(c));
  return c.json(OK);
}

/** Only those who manage the team may: here the administrators. */
function restoreChannel(c: Ctx, { store, channels }: Services): Response {
  if (!me(c).isAdmin) throw refused();
  const channel = changeableParam(c, store);
  channels.restore(channel, me(c));
  return c.json(wireChannel(store, channel));
}

function membersInPages(c: Ctx, { store }: Services): Response {
  const channel = channelParam(c, store);
  const { from, perPage } = pageQuery(c);
  const ids = store.places.members(channel.id).slice(from, from + perPage);
  const members = ids.map((id) => store.places.member(channel.id, id)).filter((one) => one !== undefined);
  return c.json(members.map((one) => wireMember(store, channel, one, me(c).id)));
}

function readMember(c: Ctx, { store }: Services): Response {
  const channel = channelParam(c, store);
  return memberAnswer(c, { store }, channel, memberId(c), 200);
}

async function addMember(c: Ctx, { store, membership }: Services): Promise<Response> {
  const { people, places } = store;
  const channel = channelParam(c, store);
  const userId = stringOf((await objectBody(c, "user_id"))["user_id"]);
  const user = people.get(userId);
  if (!user) throw noSuchUser(userId);
  if (isInNoTeam(channel)) {
    throw new ApiError(
      400,
      "api.channel.add_user_to_channel.type.app_error",
      "Can not add user to this channel type.",
    );
  }
  const isJoining = user.id === me(c).id && channel.type === "O";
  if (!isJoining && !places.isMember(channel.id, me(c).id)) throw refused();
  membership.add(me(c), channel, user);
  return memberAnswer(c, { store }, channel, user.id, 201);
}

function removeMember(c: Ctx, { store, membership }: Services): Response {
  const channel = ownChannelParam(c, store);
  if (isInNoTeam(channel)) {
    throw new ApiError(
      400,
      "api.channel.remove_channel_member.type.app_error",
      "Unable to remove user from a channel.",
    );
  }
  membership.remove(me(c), channel, userParam(c, store.people));
  return c.json(OK);
}

const isInNoTeam = ({ teamId }: ChannelRecord) => teamId === "";

/** A channel that the asking account may change: its members may, and administrators. */
function changeableParam(c: Ctx, store: Services["store"]): ChannelRecord {
  const user: UserRecord = me(c);
  const channel = user.isAdmin ? store.places.channel(idParam(c, "channel_id")) : undefined;
  return channel ?? ownChannelParam(c, store);
}

/** Of somebody who need not be a member, nor exist. */
function memberId(c: Ctx): string {
  return textParam(c, "user_id") === "me" ? me(c).id : idParam(c, "user_id");
}

function memberAnswer(
  c: Ctx,
  { store }: Pick<Services, "store">,
  channel: ChannelRecord,
  userId: string,
  status: 200 | 201,
): Response {
  const member = store.places.member(channel.id, userId);
  if (member) return c.json(wireMember(store, channel, member, me(c).id), status);
  throw new ApiError(
    404,
    "app.channel.get_member.missing.app_error",
    "No channel member found for that user ID and channel ID.",
    `resource: ChannelMember id: channelId=${channel.id}, userId=${userId}`,
  );
}
