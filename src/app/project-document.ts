// How documents are called of which each project of a channel has one.

import type { Project } from "../config/project.ts";
import type { ChannelId } from "../mattermost/types.ts";

export type NamedProject = Pick<Project, "name" | "origin">;

/** The project of the settings, and that of direct messages, is the only one of its channel. */
export function projectDocument(kind: string, channelId: ChannelId, { name, origin }: NamedProject): string {
  return `${kind}-${channelId}${origin === "file" ? `-${name}` : ""}`;
}
