// Owns the teams and the channels, and who is in which. Knows nothing of posts but their number, which a channel carries.
import { newId } from "./ids.ts";
import { type MemberRecord, Members } from "./members.ts";
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

/** `O` open, `P` private, `D` direct between two, `G` of a small group. The last two are in no team. */
type ChannelType = "O" | "P" | "D" | "G";

export interface ChannelRecord {
  readonly id: string;
  /** Empty for what is in no team. */
  readonly teamId: string;
  name: string;
  displayName: string;
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

/** As the server: the first of them can't be archived, nor its name changed. */
export const DEFAULT_CHANNEL = "town-square";
const DEFAULT_CHANNELS = [DEFAULT_CHANNEL, "off-topic"];

export class Places {
  readonly #stamp: Stamp;
  readonly #teams = new Map<string, Team>();
  readonly #channels = new Map<string, ChannelRecord>();
  readonly #idsByName = new Map<string, string>();
  readonly #members: Members;

  constructor(stamp: Stamp, now: () => number) {
    this.#stamp = stamp;
    this.#members = new Members(now);
  }

  createTeam(input: { readonly name: string; readonly displayName?: string | undefined }): TeamRecord {
    const { name, displayName = name } = input;
    if (this.#teams.size >= MAX_TEAMS) throw new Error(`The sandbox holds at most ${MAX_TEAMS} teams`);
    if (this.teamByName(name)) throw new Error(`A team named ${name} already exists`);
    const createAt = this.#stamp();
    const team = { id: newId(), name, displayName, createAt, inviteId: newId() };
    this.#teams.set(team.id, { team, members: new Set() });
    // Seen on 10.11: the two are as old as each other.
    this.#addChannel({ teamId: team.id, name: DEFAULT_CHANNEL, displayName: "Town Square" }, createAt);
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
    for (const name of DEFAULT_CHANNELS) {
      const channel = this.channelByName(teamId, name);
      if (channel) this.#members.add(channel.id, userId);
    }
  }

  inTeam(teamId: string, userId: string): boolean {
    return this.#teams.get(teamId)?.members.has(userId) ?? false;
  }

  createChannel(input: NewChannel): ChannelRecord {
    return this.#addChannel(input, this.#stamp());
  }

  /** All at once, and so as old as each other: many one by one would carry the clock ahead. */
  createChannels(inputs: readonly NewChannel[]): ChannelRecord[] {
    const at = this.#stamp();
    return inputs.map((input) => this.#addChannel(input, at));
  }

  channel(id: string): ChannelRecord | undefined {
    return this.#channels.get(id);
  }

  channelByName(teamId: string, name: string): ChannelRecord | undefined {
    return this.channel(this.#idsByName.get(nameKey(teamId, name)) ?? "");
  }

  /** The account's channels over all teams, by id as 10.11 sorts them. */
  allChannelsOf(userId: string): ChannelRecord[] {
    return this.#channelsOf(userId).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The account's channels of a team and those in no team, by display name as the server sorts them. */
  channelsOf(userId: string, teamId: string): ChannelRecord[] {
    return this.#channelsOf(userId)
      .filter((channel) => channel.teamId === "" || channel.teamId === teamId)
      .sort((a, b) => (a.displayName < b.displayName ? -1 : a.displayName > b.displayName ? 1 : 0));
  }

  members(channelId: string): string[] {
    return this.#members.of(channelId);
  }

  member(channelId: string, userId: string): MemberRecord | undefined {
    return this.#members.get(channelId, userId);
  }

  isMember(channelId: string, userId: string): boolean {
    return this.member(channelId, userId) !== undefined;
  }

  /** False when they were in already. */
  addMember(channelId: string, userId: string): boolean {
    const { teamId } = this.#existingChannel(channelId);
    if (this.isMember(channelId, userId)) return false;
    if (teamId !== "") this.joinTeam(teamId, userId);
    this.#members.add(channelId, userId);
    return true;
  }

  /** False when they were not in. */
  removeMember(channelId: string, userId: string): boolean {
    return this.#members.remove(channelId, userId);
  }

  countMention(channelId: string, userIds: readonly string[], isRoot: boolean): void {
    this.#members.countMention(channelId, userIds, isRoot);
  }

  /** The member has seen all that is there. False when there was nothing new. */
  view(channel: ChannelRecord, userId: string): boolean {
    return this.#members.view(channel, userId);
  }

  archive(channel: ChannelRecord): void {
    channel.updateAt = this.#stamp();
    channel.deleteAt = channel.updateAt;
  }

  unarchive(channel: ChannelRecord): void {
    channel.updateAt = this.#stamp();
    channel.deleteAt = 0;
  }

  /** Throws when another channel of the team has that name. */
  rename(channel: ChannelRecord, { name, displayName }: Pick<ChannelRecord, "name" | "displayName">): void {
    const { teamId } = channel;
    if (name !== channel.name) this.#checkName(teamId, name);
    this.#idsByName.delete(nameKey(teamId, channel.name));
    this.#idsByName.set(nameKey(teamId, name), channel.id);
    channel.name = name;
    channel.displayName = displayName;
    channel.updateAt = this.#stamp();
  }

  #addChannel(input: NewChannel, at: number): ChannelRecord {
    const { teamId, name, type = "O" } = input;
    if (this.#channels.size >= MAX_CHANNELS) {
      throw new Error(`The sandbox holds at most ${MAX_CHANNELS} channels`);
    }
    if (type === "O" || type === "P") this.#existingTeam(teamId);
    this.#checkName(teamId, name);
    const channel = newChannel(input, at);
    this.#channels.set(channel.id, channel);
    this.#idsByName.set(nameKey(teamId, name), channel.id);
    return channel;
  }

  #channelsOf(userId: string): ChannelRecord[] {
    const ids = this.#members.channelsOf(userId);
    return ids.map((id) => this.channel(id)).filter((channel) => channel !== undefined);
  }

  #checkName(teamId: string, name: string): void {
    if (this.#idsByName.has(nameKey(teamId, name))) throw new Error(`A channel named ${name} already exists`);
  }

  #existingTeam(id: string): Team {
    const team = this.#teams.get(id);
    if (!team) throw new Error(`No team has the id ${id}`);
    return team;
  }

  #existingChannel(id: string): ChannelRecord {
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
    teamId,
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
