// What a start says of itself. Pure.

import { machineOf, type Project } from "../config/project.ts";
import type { Config } from "../config/settings.ts";
import type { Status } from "../control/protocol.ts";
import type { Channel } from "../mattermost/types.ts";
import { homePath, placePath } from "../render/paths.ts";
import type { ReadyProject } from "../setup/project-checks.ts";
import type { Readiness } from "../setup/readiness.ts";
import { onMachine } from "../util/machine.ts";

type Row = readonly [name: string, value: string];

export interface BannerPlaces {
  readonly home: string;
  /** Where the channels are in a browser. */
  readonly links: ReadonlyMap<string, string>;
}

/** Each of more would be no news to who reads it. */
const MOST_PROJECTS = 12;

export function bannerRows(
  config: Pick<Config, "botName" | "url">,
  { account, projects, claudeVersion }: Pick<Readiness, "account" | "projects" | "claudeVersion">,
  places: BannerPlaces,
): readonly Row[] {
  const [first] = projects;
  const isOnly = projects.length === 1 && first?.project.origin === "settings";
  return [
    ...(isOnly ? [["Directory", homePath(first.project.directory, places.home)] as const] : []),
    ["Bot", `@${config.botName ?? account.username}`],
    ["Server", config.url],
    ...(isOnly && first.channel
      ? [["Channel", channelText(first.channel, config.url, places)] as const]
      : []),
    ["Claude Code", claudeVersion ?? "on other machines"],
    ...(isOnly ? [["Permissions", permissionsOf(first.project)] as const] : projectRows(projects, places)),
  ];
}

function channelText({ id, displayName }: Channel, url: string, { links }: BannerPlaces): string {
  const link = links.get(id) ?? url;
  return link === url ? displayName : `${displayName}, ${link}`;
}

const permissionsOf = ({ skipPermissions }: Project): string =>
  skipPermissions ? "skipped (⚡ Auto)" : "interactive";

function projectRows(projects: readonly ReadyProject[], { home }: BannerPlaces): Row[] {
  const rows = projects.slice(0, MOST_PROJECTS).map(({ project, channel }, index): Row => {
    const place = channel?.displayName ?? "direct messages";
    const auto = project.skipPermissions ? ", ⚡ Auto" : "";
    const machine = machineOf(project);
    const directory = onMachine(placePath(project.directory, home, machine), machine);
    const text = `${project.name}: ${directory}, ${place}${auto}`;
    return [index === 0 ? "Projects" : "", text];
  });
  const more = projects.length - rows.length;
  return more > 0 ? [...rows, ["", `and ${more} more: mm-claude project list`]] : rows;
}

/** What an earlier run has left, and what has begun meanwhile. */
export function sessionRow({ sessions, maxSessions }: Pick<Status, "sessions" | "maxSessions">): Row {
  const asleep = sessions.filter(({ phase }) => phase === "asleep").length;
  const resting = asleep === 0 ? "" : `, ${asleep} asleep`;
  return ["Sessions", `${sessions.length - asleep} of ${maxSessions} live${resting}`];
}
