// Owns the teams, the channels and who is in them. Knows nothing of posts but their number, which a channel carries.
import { newId } from "./ids.ts";
import type { Stamp } from "./stamp.ts";

const MAX_TEAMS = 1000;
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

interface Team {
  readonly team: TeamRecord;
  readonly members: Set<string>;
}

interface Channel {
  readonly channel: ChannelRecord;
  readonly members: Set<string>;
}

export class Places {
  readonly #stamp: Stamp;
  readonly #teams = new Map<string, Team>();
  readonly #channels = new Map<string, Channel>();
  readonly #idsByName = new Map<string, string>();

  constructor(stamp: Stamp) {
    this.#stamp = stamp;
  }

  createTeam(input: { readonly name: string; readonly displayName?: string | undefined }): TeamRecord {
    const { name, displayName = name } = input;
    if (this.#teams.size >= MAX_TEAMS) throw new Error(`The sandbox holds at most ${MAX_TEAMS} teams`);
    if (this.teamByName(name)) throw new Error(`A team named ${name} already exists`);
    const createAt = this.#stamp();
    const team = { id: newId(), name, displayName, createAt, inviteId: newId() };
    this.#teams.set(team.id, { team, members: new Set() });
    // Seen on 10.11: the two are as old as each other.
    this.#addChannel({ teamId: team.id, name: "town-square", displayName: "Town Square" }, createAt);
    this.createChannel({ teamId: team.id, name: "off-topic", displayName: "Off-Topic" });
    return team;
  }

  team(id: string): TeamRecord | undefined {
    return this.#teams.get(id)?.team;
  }

  teamByName(name: string): TeamRecord | undefined {
    return [...this.#teams.values()].find(({ team }) => team.name === name)?.team;
  }

  teamsOf(userId: string): TeamRecord[] {
    return [...this.#teams.values()].filter(({ members }) => members.has(userId)).map(({ team }) => team);
  }

  joinTeam(teamId: string, userId: string): void {
    const { members } = this.#existingTeam(teamId);
    if (members.has(userId)) return;
    members.add(userId);
    for (const name of ["town-square", "off-topic"]) {
      this.#channels.get(this.#idsByName.get(nameKey(teamId, name)) ?? "")?.members.add(userId);
    }
  }

  inTeam(teamId: string, userId: string): boolean {
    return this.#teams.get(teamId)?.members.has(userId) ?? false;
  }

  createChannel(input: NewChannel): ChannelRecord {
    return this.#addChannel(input, this.#stamp());
  }

  channel(id: string): ChannelRecord | undefined {
    return this.#channels.get(id)?.channel;
  }

  channelByName(teamId: string, name: string): ChannelRecord | undefined {
    return this.channel(this.#idsByName.get(nameKey(teamId, name)) ?? "");
  }

  channels(): ChannelRecord[] {
    return [...this.#channels.values()].map(({ channel }) => channel);
  }

  /** The person's channels of a team and their direct channels, by display name as the server sorts them. */
  channelsOf(userId: string, teamId: string): ChannelRecord[] {
    return [...this.#channels.values()]
      .filter(({ channel, members }) => members.has(userId) && ["", teamId].includes(channel.teamId))
      .map(({ channel }) => channel)
      .sort((a, b) => (a.displayName < b.displayName ? -1 : a.displayName > b.displayName ? 1 : 0));
  }

  members(channelId: string): string[] {
    return [...(this.#channels.get(channelId)?.members ?? [])];
  }

  isMember(channelId: string, userId: string): boolean {
    return this.#channels.get(channelId)?.members.has(userId) ?? false;
  }

  /** False when they were in already. */
  addMember(channelId: string, userId: string): boolean {
    const { channel, members } = this.#existingChannel(channelId);
    if (members.has(userId)) return false;
    if (channel.teamId !== "") this.joinTeam(channel.teamId, userId);
    members.add(userId);
    return true;
  }

  /** False when they were not in. */
  removeMember(channelId: string, userId: string): boolean {
    return this.#channels.get(channelId)?.members.delete(userId) ?? false;
  }

  archive(channelId: string): void {
    const { channel } = this.#existingChannel(channelId);
    channel.updateAt = this.#stamp();
    channel.deleteAt = channel.updateAt;
  }

  unarchive(channelId: string): void {
    const { channel } = this.#existingChannel(channelId);
    channel.updateAt = this.#stamp();
    channel.deleteAt = 0;
  }

  #addChannel(input: NewChannel, at: number): ChannelRecord {
    const { teamId, name, type = "O" } = input;
    if (this.#channels.size >= MAX_CHANNELS) {
      throw new Error(`The sandbox holds at most ${MAX_CHANNELS} channels`);
    }
    if (type !== "D") this.#existingTeam(teamId);
    if (this.#idsByName.has(nameKey(teamId, name))) throw new Error(`A channel named ${name} already exists`);
    const channel = newChannel(input, at);
    this.#channels.set(channel.id, { channel, members: new Set() });
    this.#idsByName.set(nameKey(teamId, name), channel.id);
    return channel;
  }

  #existingTeam(id: string): Team {
    const team = this.#teams.get(id);
    if (!team) throw new Error(`No team has the id ${id}`);
    return team;
  }

  #existingChannel(id: string): Channel {
    const channel = this.#channels.get(id);
    if (!channel) throw new Error(`No channel has the id ${id}`);
    return channel;
  }
}

const nameKey = (teamId: string, name: string) => `${teamId}/${name}`;

function newChannel(input: NewChannel, at: number): ChannelRecord {
  const { teamId, name, displayName = name, type = "O", creatorId = "" } = input;
  return {
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
}
