// What is said where another mm-claude on this machine serves the channels already: which one that is, as it tells itself,
// and how the directory of this one can be among its projects.

import { realPlace } from "../config/safe-directory.ts";
import type { Config } from "../config/settings.ts";
import { askStatus } from "../control/client.ts";
import { controlFolder, controlSockets, pidOf } from "../control/location.ts";
import type { ProjectStatus, Status } from "../control/protocol.ts";
import { ago } from "../control/status-text.ts";
import type { User } from "../mattermost/types.ts";
import type { ReadyProject } from "../setup/project-checks.ts";
import type { Log } from "../util/log.ts";
import { onMachine } from "../util/machine.ts";

/** A project whose channel another mm-claude serves. */
export interface HeldProject extends ReadyProject {
  readonly process: number;
}

/** The directory could be one more project of the mm-claude that runs, in this channel. */
export interface Offer {
  /** As `mm-claude project add` takes it. */
  readonly channel: string;
}

export interface OtherDaemonOptions {
  readonly config: Pick<Config, "botName" | "channelId" | "directory">;
  readonly account: User;
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
}

/** `isOnly`: there is one project, and it is in no need of a name. */
export function tellHeld(
  { project, channel, process: pid }: HeldProject,
  isOnly: boolean,
  { account, log }: Pick<OtherDaemonOptions, "account" | "log">,
): void {
  const where = isOnly ? "in this channel" : `in "${channel?.displayName}" (project ${project.name})`;
  log.error(
    `@${account.username} ${where} is already run by another mm-claude on this machine (process ${pid}). Stop that one first.`,
  );
}

/** `held`: all that was to be served. Says what keeps this one from starting. */
export async function tellOtherDaemon(
  held: readonly HeldProject[],
  options: OtherDaemonOptions,
): Promise<Offer | undefined> {
  const pids = new Set(held.map((one) => one.process));
  const [pid] = pids;
  const status = pid === undefined || pids.size > 1 ? undefined : await statusOf(pid, options.environment);
  const projects = status?.projects ?? [];
  // An earlier version says nothing of projects, and one that is just starting has none yet.
  if (status === undefined || projects.length === 0) {
    for (const one of held) {
      tellHeld(one, held.length === 1, options);
    }
    return undefined;
  }
  const { log, account } = options;
  const who =
    `@${account.username} is already run by another mm-claude on this machine (process ${status.pid}, for ` +
    `${ago(Date.now() - status.startedAt)}, in ${status.directory}). It serves ${listed(projects)}.`;
  const here = projects.find((one) => isHere(one, options));
  if (here) {
    log.error(`${who} ${howToTalk(here, projects, options)}`);
    return undefined;
  }
  const channel = channelFor(held, options);
  const more = options.config.channelId === undefined ? ` --channel ${channel ?? "TEAM/CHANNEL"}` : "";
  log.error(`${who} This directory is none of its projects. To make it one: mm-claude project add${more}`);
  return channel === undefined ? undefined : { channel };
}

/** Undefined when it does not answer, or not in a way that is understood. */
async function statusOf(pid: number, environment: NodeJS.ProcessEnv): Promise<Status | undefined> {
  const sockets = controlSockets(controlFolder(environment, process.getuid?.() ?? 0));
  const path = sockets.find((one) => pidOf(one) === pid);
  const answer = path === undefined ? undefined : await askStatus(path);
  return answer?.kind === "answered" && answer.value.pid === pid ? answer.value : undefined;
}

/** Direct messages are reached from no channel: their directory can be a project as well. */
function isHere({ name, directory, machine }: ProjectStatus, { config, home }: OtherDaemonOptions): boolean {
  const path = directory.replace(/^~(?=\/|$)/, () => home);
  return (
    name !== "directMessages" && machine === undefined && realPlace(path) === realPlace(config.directory)
  );
}

function howToTalk(
  { name, channel }: ProjectStatus,
  projects: readonly ProjectStatus[],
  { config, account }: OtherDaemonOptions,
): string {
  const isFirst = projects.find((one) => one.channel.link === channel.link)?.name === name;
  const words = `@${config.botName ?? account.username} ${isFirst ? "…" : `in ${name}: …`}`;
  return `This directory is its project ${name}: write "${words}" in "${channel.name}", ${channel.link}`;
}

/** That of the settings, or the only one that there is. */
function channelFor(held: readonly HeldProject[], { config }: OtherDaemonOptions): string | undefined {
  const all = new Map(held.map(({ project, channel }) => [channel?.id, project.channel]));
  const [only] = all.size === 1 ? all.values() : [];
  return config.channelId ?? only;
}

const MOST_LISTED = 10;

function listed(projects: readonly ProjectStatus[]): string {
  const names = projects
    .slice(0, MOST_LISTED)
    .map(({ name, directory, machine }) => `${name} (${onMachine(directory, machine)})`);
  const more = projects.length - names.length;
  const [last = "", ...others] = [...names, ...(more > 0 ? [`${more} more`] : [])].reverse();
  return others.length === 0 ? last : `${others.reverse().join(", ")} and ${last}`;
}
