// `mm-claude project add`: checks a new project against the server, writes it, and tells the mm-claude that runs.

import { basename } from "node:path";
import { projectsPath, shortPath } from "../config/files.ts";
import type { Project, ProjectsFile } from "../config/project.ts";
import { addProject } from "../config/projects-edit.ts";
import { parseProjects, readProjectsText } from "../config/projects-file.ts";
import { parseProjectName } from "../config/projects-schema.ts";
import type { Channel, MattermostApi, User } from "../mattermost/types.ts";
import { type Check, checkAccount, checkUsers } from "../setup/checks.ts";
import { addressOf, checkProjectChannel, findChannel, isPlain } from "../setup/project-channel.ts";
import { EXIT } from "./output.ts";
import { changeProjects, type ProjectWorld, problemsOf } from "./project-change.ts";
import { isSamePlace, lookThere, type Place, placeIn, placeText, writtenDirectory } from "./project-place.ts";

export interface AddRequest {
  readonly directory?: string | undefined;
  readonly channel?: string | undefined;
  readonly name?: string | undefined;
  /** The command that reaches the machine with the directory. */
  readonly runner?: string | undefined;
}

export async function addToProjects(request: AddRequest, world: ProjectWorld): Promise<number> {
  const { config, places, printError, confirm, far } = world;
  const refuse = (text: string): number => {
    printError(`error: ${text}`);
    return EXIT.failed;
  };
  const place = placeIn(request, places.cwd);
  if ("wrong" in place) return refuse(place.wrong);
  const wrong = wrongName(request.name);
  if (wrong !== undefined) return refuse(wrong);
  const name = request.name ?? nameFor(place.directory);
  const taken = takenBy(name, place, world);
  if (taken !== undefined) return refuse(taken);
  const given = request.channel ?? config.channelId;
  if (given === undefined) return refuse("Which channel? Name it with --channel.");

  const there = await lookThere(place, far);
  there.flaws.forEach(refuse);
  if (there.flaws.length > 0) return EXIT.failed;
  for (const warning of there.warnings) printError(`warning: ${warning}`);
  const checked = await checkOnServer(given, world);
  if ("wrong" in checked) return refuse(checked.wrong);
  if ("unreachable" in checked) {
    const unchecked = `${checked.unreachable} So nothing could be checked`;
    if (!isPlain(given)) return refuse(`${unchecked}; without the server, name the channel as team/channel.`);
    if (confirm === undefined)
      return refuse(`${unchecked}, and nothing was added. Run it in a terminal to add it nevertheless.`);
    printError(`warning: ${unchecked}.`);
    if (!(await confirm("Add it nevertheless?"))) return EXIT.cancelled;
  }
  const found = "wrong" in checked || "unreachable" in checked ? undefined : checked;
  for (const hint of found?.hints ?? []) printError(`warning: ${hint}`);
  return write({ name, channel: found?.given ?? given, ...place }, found, world);
}

type New = Pick<Project, "name" | "directory" | "runner"> & { readonly channel: string };

async function write(added: New, found: Found | undefined, world: ProjectWorld): Promise<number> {
  const { config, places, print, printError } = world;
  const { name } = added;
  const directory = writtenDirectory(added, places);
  const before = readProjectsText(places);
  const after = addProject(before, { ...added, directory });
  const problems = problemsOf(after, world);
  for (const problem of problems) printError(`error: ${problem}`);
  if (problems.length > 0) return EXIT.failed;
  const told = await changeProjects({ before, after, username: found?.account.username }, world);
  if (told === undefined) return EXIT.failed;
  print(`Added ${name} (${placeText(added, places)}) to ${shortPath(projectsPath(places), places)}.`);
  for (const { unserved } of told.answers) {
    const waiting = unserved.find((one) => one.name === name);
    const now = `${name} is served now in ~${found?.address ?? added.channel}.`;
    print(waiting === undefined ? now : `${name} is not served yet: ${waiting.why}.`);
  }
  told.untold.forEach(print);
  if (told.answers.length + told.untold.length === 0) print("It will be served when mm-claude starts.");
  const bot = config.botName ?? found?.account.username;
  if (bot !== undefined) print(`Write there: @${bot} in ${name}: …`);
  return EXIT.ok;
}

function currentProjects({ places, projectsInput }: ProjectWorld): ProjectsFile["projects"] {
  const text = readProjectsText(places);
  return text === undefined ? [] : parseProjects(text, projectsInput).projects;
}

function wrongName(name: string | undefined): string | undefined {
  const parsed = name === undefined ? undefined : parseProjectName(name);
  return parsed !== undefined && "problem" in parsed
    ? `--name: ${parsed.problem}. ${parsed.mend}.`
    : undefined;
}

/** Of the directory's own, what a name may have. */
function nameFor(directory: string): string {
  const plain = basename(directory).toLowerCase().normalize("NFKD").replaceAll(/\p{M}/gu, "");
  const name = plain.replaceAll(/[^a-z0-9._-]+/g, "-").replace(/^[^a-z0-9]+/, "");
  return name.slice(0, 64) || "project";
}

function takenBy(name: string, place: Place, world: ProjectWorld): string | undefined {
  const holder = currentProjects(world).find((project) => project.name === name);
  if (holder === undefined) return undefined;
  return isSamePlace(holder, place)
    ? `${name} is a project already. To have the directory in another channel too, give that a name of its own: --name NAME.`
    : `There is a project ${name} already, in ${placeText(holder, world.places)}. Give this one another name: --name NAME.`;
}

interface Found {
  readonly account: User;
  /** As it is to stand in the file. */
  readonly given: string;
  /** `team/channel`. */
  readonly address: string;
  readonly hints: readonly string[];
}

/** `unreachable`, `wrong`: sentences. */
type Checked = Found | { readonly unreachable: string } | { readonly wrong: string };

async function checkOnServer(channel: string, { config, connect }: ProjectWorld): Promise<Checked> {
  const api = connect(config.url, config.token);
  const account = await checkAccount(api);
  if (!account.ok) return failureOf(account);
  const given = await findChannel(api, channel, account.value);
  if (!given.ok) return failureOf(given);
  const [found, users] = await Promise.all([
    checkProjectChannel(api, given.value, account.value),
    checkUsers(api, config.allowedUsers),
  ]);
  if (!found.ok) return failureOf(found);
  if (!users.ok) return failureOf(users);
  const address = await addressIn(api, found.value);
  return { account: account.value, given: given.value, address, hints: [...found.hints, ...users.hints] };
}

function failureOf(check: Extract<Check<unknown>, { ok: false }>): Checked {
  return check.isServerDown ? { unreachable: check.text } : { wrong: check.text };
}

/** Only makes a sentence more useful. */
const addressIn = (api: MattermostApi, channel: Channel): Promise<string> =>
  addressOf(api, channel).catch(() => channel.name ?? channel.id);
