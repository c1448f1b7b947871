// Owns the teams, the channels and who is in them. Knows nothing of posts but their number, which a channel carries.
import { newId } from "./ids.ts";
import type { Stamp } from "./stamp.ts";

const MAX_CHANNELS = 10_000;

export interface TeamRecord {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly createAt: number;
  readonly inviteId: string;
}

/** `O` open, `P` private, `D` direct. */
type ChannelType = "O" | "P" | "D";

export interface ChannelRecord {
  readonly id: string;
  /** Empty for a direct channel. */
  readonly teamId: string;
  readonly name: string;
  readonly displayName: string;
  readonly type: ChannelType;
  readonly creatorId: string;
  readonly createAt: number;
  updateAt: number;
  /** 0 while the channel is not archived. */
  deleteAt: number;
  lastPostAt: number;
  lastRootPostAt: number;
  messageCount: number;
  rootMessageCount: number;
}

export interface NewChannel {
  readonly teamId: string;
  readonly name: string;
  readonly displayName?: string | undefined;
  readonly type?: ChannelType | undefined;
  readonly creatorId?: string | undefined;
}

export interface Places {
  createTeam(team: { readonly name: string; readonly displayName?: string | undefined }): TeamRecord;
  team(id: string): TeamRecord | undefined;
  teamByName(name: string): TeamRecord | undefined;
  teamsOf(userId: string): TeamRecord[];
  joinTeam(teamId: string, userId: string): void;
  inTeam(teamId: string, userId: string): boolean;
  createChannel(channel: NewChannel): ChannelRecord;
  channel(id: string): ChannelRecord | undefined;
  channelByName(teamId: string, name: string): ChannelRecord | undefined;
  channels(): ChannelRecord[];
  /** The person's channels of a team and their direct channels, by display name as the server sorts them. */
  channelsOf(userId: string, teamId: string): ChannelRecord[];
  members(channelId: string): string[];
  isMember(channelId: string, userId: string): boolean;
  /** False when they were in already. */
  addMember(channelId: string, userId: string): boolean;
  /** False when they were not in. */
  removeMember(channelId: string, userId: string): boolean;
  archive(channelId: string): void;
  unarchive(channelId: string): void;
}

export function createPlaces(stamp: Stamp): Places {
  const teams = new Map<string, { team: TeamRecord; members: Set<string> }>();
  const channels = new Map<string, { channel: ChannelRecord; members: Set<string> }>();
  const idsByName = new Map<string, string>();

  const nameKey = (teamId: string, name: string) => `${teamId}/${name}`;

  function createChannel(input: NewChannel, at = stamp()): ChannelRecord {
    const { teamId, name, displayName = name, type = "O", creatorId = "" } = input;
    if (channels.size >= MAX_CHANNELS) throw new Error(`The sandbox holds at most ${MAX_CHANNELS} channels`);
    if (type !== "D" && !teams.has(teamId)) throw new Error(`No team has the id ${teamId}`);
    if (idsByName.has(nameKey(teamId, name))) throw new Error(`A channel named ${name} already exists`);
    const channel: ChannelRecord = {
      id: newId(),
      teamId: type === "D" ? "" : teamId,
      name,
      displayName: type === "D" ? "" : displayName,
      type,
      creatorId,
      createAt: at,
      updateAt: at,
      deleteAt: 0,
      lastPostAt: 0,
      lastRootPostAt: 0,
      messageCount: 0,
      rootMessageCount: 0,
    };
    channels.set(channel.id, { channel, members: new Set() });
    idsByName.set(nameKey(teamId, name), channel.id);
    return channel;
  }

  function joinTeam(teamId: string, userId: string): void {
    const entry = teams.get(teamId);
    if (!entry) throw new Error(`No team has the id ${teamId}`);
    if (entry.members.has(userId)) return;
    entry.members.add(userId);
    for (const name of ["town-square", "off-topic"]) {
      channels.get(idsByName.get(nameKey(teamId, name)) ?? "")?.members.add(userId);
    }
  }

  return {
    createTeam({ name, displayName = name }) {
      if (teams.size >= 1000) throw new Error("The sandbox holds at most 1000 teams");
      if ([...teams.values()].some(({ team }) => team.name === name)) {
        throw new Error(`A team named ${name} already exists`);
      }
      const team: TeamRecord = { id: newId(), name, displayName, createAt: stamp(), inviteId: newId() };
      teams.set(team.id, { team, members: new Set() });
      // Seen on 10.11: the two are as old as each other.
      createChannel({ teamId: team.id, name: "town-square", displayName: "Town Square" }, team.createAt);
      createChannel({ teamId: team.id, name: "off-topic", displayName: "Off-Topic" });
      return team;
    },
    team: (id) => teams.get(id)?.team,
    teamByName: (name) => [...teams.values()].find(({ team }) => team.name === name)?.team,
    teamsOf: (userId) => [...teams.values()].filter(({ members }) => members.has(userId)).map((e) => e.team),
    joinTeam,
    inTeam: (teamId, userId) => teams.get(teamId)?.members.has(userId) ?? false,
    createChannel: (channel) => createChannel(channel),
    channel: (id) => channels.get(id)?.channel,
    channelByName: (teamId, name) => channels.get(idsByName.get(nameKey(teamId, name)) ?? "")?.channel,
    channels: () => [...channels.values()].map((entry) => entry.channel),
    channelsOf: (userId, teamId) =>
      [...channels.values()]
        .filter(({ channel, members }) => members.has(userId) && ["", teamId].includes(channel.teamId))
        .map((entry) => entry.channel)
        .sort((a, b) => (a.displayName < b.displayName ? -1 : a.displayName > b.displayName ? 1 : 0)),
    members: (channelId) => [...(channels.get(channelId)?.members ?? [])],
    isMember: (channelId, userId) => channels.get(channelId)?.members.has(userId) ?? false,
    addMember(channelId, userId) {
      const entry = channels.get(channelId);
      if (!entry) throw new Error(`No channel has the id ${channelId}`);
      if (entry.members.has(userId)) return false;
      if (entry.channel.teamId !== "") joinTeam(entry.channel.teamId, userId);
      entry.members.add(userId);
      return true;
    },
    removeMember: (channelId, userId) => channels.get(channelId)?.members.delete(userId) ?? false,
    archive(channelId) {
      const channel = channels.get(channelId)?.channel;
      if (!channel) throw new Error(`No channel has the id ${channelId}`);
      channel.updateAt = stamp();
      channel.deleteAt = channel.updateAt;
    },
    unarchive(channelId) {
      const channel = channels.get(channelId)?.channel;
      if (!channel) throw new Error(`No channel has the id ${channelId}`);
      channel.updateAt = stamp();
      channel.deleteAt = 0;
    },
  };
}
