// What the commands of `mm-claude project` work with, and the way in which each of them changes projects.yaml: written, told
// to the mm-claude that runs, and as it was before when that one can't go by it.

import { rm } from "node:fs/promises";
import { ConfigError } from "../config/error.ts";
import { projectsPath, shortPath } from "../config/files.ts";
import type { ConfigInput } from "../config/load.ts";
import { type ProjectsInput, parseProjects, readProjectsText } from "../config/projects-file.ts";
import type { Config } from "../config/settings.ts";
import type { MattermostApi } from "../mattermost/types.ts";
import type { Print } from "../util/output.ts";
import { writePrivateFile } from "../util/private-file.ts";
import { type DaemonPlace, daemonsOf, type Told, tellAll } from "./project-daemons.ts";
import type { FarMachines } from "./project-place.ts";

export interface ProjectWorld {
  readonly config: Config;
  readonly places: ConfigInput;
  readonly projectsInput: ProjectsInput;
  readonly connect: (url: string, token: string) => MattermostApi;
  readonly daemons: DaemonPlace;
  readonly far: FarMachines;
  readonly print: Print;
  readonly printError: Print;
  /** Undefined where nobody can be asked. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
}

export interface Change {
  /** Undefined where there is no file yet. */
  readonly before: string | undefined;
  readonly after: string;
  /** The bot's, if the server was asked. */
  readonly username: string | undefined;
}

/** Undefined when it was refused, which is told. */
export async function changeProjects(
  { before, after, username }: Change,
  { config, places, daemons, printError }: ProjectWorld,
): Promise<Told | undefined> {
  const path = projectsPath(places);
  await write(path, after, places);
  const running = await daemonsOf({ url: config.url, username }, daemons);
  const told = await tellAll(running);
  if (told.problems.length === 0) return told;
  for (const problem of told.problems) printError(`error: ${problem}`);
  // Somebody else may have changed it since.
  if (readProjectsText(places) === after) {
    await (before === undefined ? rm(path, { force: true }) : write(path, before, places));
    await tellAll(running);
    printError(`The mm-claude that runs can't go by that, so ${shortPath(path, places)} is as it was.`);
  }
  return undefined;
}

async function write(path: string, text: string, places: ConfigInput): Promise<void> {
  try {
    await writePrivateFile(path, text);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const problem = `it can't be written (${String(error.code)})`;
    const mend = "Make it, and its folder, your own";
    throw new ConfigError([{ setting: shortPath(path, places), problem, mend }], "Nothing was changed");
  }
}

/** As sentences without lines: nobody has them before it is written. */
export function problemsOf(text: string, { projectsInput }: ProjectWorld): string[] {
  try {
    parseProjects(text, projectsInput);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ problem, mend }) => `${problem}. ${mend}.`);
  }
}
