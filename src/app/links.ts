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

/** The server's own address where the channel's team can't be asked for in time. Never throws. */
export async function channelLink(
  api: Pick<MattermostApi, "teamName">,
  url: string,
  { id, teamId }: Pick<Channel, "id" | "teamId">,
): Promise<string> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS, undefined).unref());
  const team = await Promise.race([api.teamName(teamId).catch(() => undefined), late]);
  return team === undefined ? url : `${url}/${team}/channels/${id}`;
}
