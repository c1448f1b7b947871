// What must be true before a project can be served, and what the server says of it. Start, reload and doctor share them.

import { statSync } from "node:fs";
import type { Project } from "../config/project.ts";
import type { Channel, MattermostApi, User } from "../mattermost/types.ts";
import { checkBots } from "./check-bots.ts";
import {
  type Check,
  checkApprovers,
  checkUsers,
  failed,
  failedBy,
  guard,
  passed,
  WORDS_OF_FILE,
} from "./checks.ts";
import { checkProjectChannel } from "./project-channel.ts";
import { type ProjectsApi, sharedLookups } from "./shared-lookups.ts";

/** A project with what the server knows of it. */
export interface ReadyProject {
  readonly project: Project;
  /** Undefined for direct messages. */
  readonly channel: Channel | undefined;
  /** Empty means everyone. */
  readonly allowedUsers: readonly User[];
  /** Empty means everyone who is listed. */
  readonly approvers: readonly User[];
  /** Bot accounts that may ask. */
  readonly bots: readonly User[];
}

/** One check each, in their order; where the server can't be asked about any of them, that says each. */
export async function checkProjects(
  api: ProjectsApi & Pick<MattermostApi, "myMemberships">,
  projects: readonly Project[],
  account: User,
): Promise<readonly Check<ReadyProject>[]> {
  const shared = await guard(async () => passed(await sharedLookups(api, projects, account), ""));
  return Promise.all(
    projects.map((project) => (shared.ok ? checkProject(shared.value, project, account) : shared)),
  );
}

async function checkProject(api: ProjectsApi, project: Project, account: User): Promise<Check<ReadyProject>> {
  const words = project.origin === "settings" ? undefined : WORDS_OF_FILE;
  const [directory, channel, users, approvers, bots] = await Promise.all([
    // A machine that can't be reached now keeps nobody from starting.
    project.runner ? passed(project.directory, project.directory) : checkDirectory(project.directory),
    checkChannelOf(api, project, account),
    checkUsers(api, project.allowedUsers, words),
    checkApprovers(api, project.approvers, project.skipPermissions, words),
    checkBots(api, project.bots, account),
  ]);
  const found = [directory, channel, users, approvers, bots];
  const wrong = found.flatMap((check) => (check.ok ? [] : [check]));
  if (!directory.ok || !channel.ok || !users.ok || !approvers.ok || !bots.ok) {
    return failedBy(wrong, (text) => named(project, text));
  }
  const people = { allowedUsers: users.value, approvers: approvers.value, bots: bots.value };
  const ready = { project, channel: channel.value, ...people };
  const hints = found.flatMap((check) => (check.ok ? check.hints : []));
  return passed(
    ready,
    named(project, channel.text),
    hints.map((hint) => named(project, hint)),
  );
}

/** The one project of the settings is all that there is to most people. */
const named = ({ origin, name }: Project, text: string): string =>
  origin === "settings" ? text : `${origin === "direct" ? "Direct messages" : `Project ${name}`}: ${text}`;

function checkDirectory(path: string): Check<string> {
  try {
    return statSync(path).isDirectory() ? passed(path, path) : failed(`${path} is not a directory.`);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return failed(code === "ENOENT" ? `There is no directory ${path}.` : `${path} can't be used (${code}).`);
  }
}

async function checkChannelOf(
  api: ProjectsApi,
  { channel }: Project,
  account: User,
): Promise<Check<Channel | undefined>> {
  return channel === undefined
    ? passed(undefined, `@${account.username} takes direct messages`)
    : checkProjectChannel(api, channel, account);
}

/** Directories of two machines are two, whatever they are called. */
const placeOf = ({ runner, directory }: Project): string => JSON.stringify([runner, directory]);

/** What can't be told apart from another is not served; what the settings ask for as well, the file says better. */
export function withoutTwins(ready: readonly ReadyProject[]): {
  readonly distinct: readonly ReadyProject[];
  readonly twins: readonly { readonly project: Project; readonly why: string }[];
} {
  const isTwin = (one: ReadyProject, other: ReadyProject): boolean =>
    one !== other && one.channel?.id === other.channel?.id && placeOf(one.project) === placeOf(other.project);
  const inFile = ready.filter(({ project }) => project.origin !== "settings");
  const named = ready.filter(
    (one) => one.project.origin !== "settings" || !inFile.some((other) => isTwin(one, other)),
  );
  const distinct = named.filter((one, index) => !named.slice(0, index).some((other) => isTwin(one, other)));
  const twins = named
    .filter((one) => !distinct.includes(one))
    .map(({ project }) => ({
      project,
      why: `Project ${project.name}: another project has the same directory in the same channel. Take one of them out.`,
    }));
  return { distinct, twins };
}
