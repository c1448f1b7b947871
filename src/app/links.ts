// Where a thread and a channel are in a browser.

import type { Channel, MattermostApi } from "../mattermost/types.ts";

/** For who is fast to answer: it only makes the first lines more useful. */
const PATIENCE_MS = 2000;

export interface Links {
  readonly thread: (id: string) => string;
  /** Where it is known without the server. */
  readonly channel?: string;
}

/** Mattermost's own way to a post of which the team is not known (web app, 7.10 to 10.11). */
export function linksAt(url: string): Links {
  return { thread: (id) => `${url}/_redirect/pl/${id}` };
}

/** Of each channel, by its id. `known`: where all of them are. */
export async function projectLinks(
  api: Pick<MattermostApi, "teamName">,
  url: string,
  projects: readonly { readonly channel: Channel | undefined }[],
  known: string | undefined,
): Promise<ReadonlyMap<string, string>> {
  const channels = projects.flatMap(({ channel }) => channel ?? []);
  const teams = new Map<string, Promise<string | undefined>>();
  const named = {
    teamName: (id: string) => {
      const name = teams.get(id) ?? api.teamName(id);
      teams.set(id, name);
      return name;
    },
  };
  const links = await Promise.all(
    channels.map(async (channel) => [channel.id, known ?? (await channelLink(named, url, channel))] as const),
  );
  return new Map(links);
}

/** The server's own address where the channel's team can't be asked for in time. Never throws. */
async function channelLink(
  api: Pick<MattermostApi, "teamName">,
  url: string,
  { id, teamId }: Pick<Channel, "id" | "teamId">,
): Promise<string> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS, undefined).unref());
  const team = await Promise.race([api.teamName(teamId).catch(() => undefined), late]);
  return team === undefined ? url : `${url}/${team}/channels/${id}`;
}
