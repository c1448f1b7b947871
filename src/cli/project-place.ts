// Where a new project is to be: a directory of this machine, or of one that is reached by a runner, which is asked.

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { shortPath } from "../config/files.ts";
import { machineOf, type Project } from "../config/project.ts";
import { parseDirectory, parseRunner } from "../config/projects-schema.ts";
import { realPlace } from "../config/safe-directory.ts";
import type { RemoteShell } from "../remote/types.ts";
import {
  type ClaudeAnswers,
  directoryFlaws,
  lookAt,
  systemFlaws,
  whyUnreached,
} from "../setup/far-machine.ts";
import { onMachine } from "../util/machine.ts";

/** The machines behind runners. */
export interface FarMachines {
  readonly reach: (runner: readonly string[]) => RemoteShell;
  readonly claudeAnswers: ClaudeAnswers;
}

export type Place = Pick<Project, "directory" | "runner">;

type FoundPlace = Place | { readonly wrong: string };

export function placeIn(
  { directory, runner }: { readonly directory?: string | undefined; readonly runner?: string | undefined },
  cwd: string,
): FoundPlace {
  if (runner === undefined) {
    const here = resolve(cwd, directory ?? ".");
    const wrong = wrongDirectory(here);
    return wrong === undefined ? { directory: here, runner } : { wrong };
  }
  const words = parseRunner(runner);
  if ("problem" in words) return { wrong: `--runner: ${words.problem}. ${words.mend}.` };
  if (directory === undefined) return { wrong: "Name the directory on that machine, such as '~/shop'." };
  const there = parseDirectory(directory);
  return "problem" in there
    ? { wrong: `${there.problem}. ${there.mend}: it is on the other machine.` }
    : { directory: there.value, runner: words.value };
}

function wrongDirectory(directory: string): string | undefined {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found === undefined) return `There is no directory ${directory}. Make it, or name another one.`;
  return found.isDirectory()
    ? undefined
    : `${directory} is no directory. Name the one where Claude shall work.`;
}

/** Sentences. `flaws`: why it is no place for a project; `warnings`: what Claude needs there first. Of this machine none. */
export async function lookThere(
  { directory, runner }: Place,
  far: FarMachines,
): Promise<{ readonly flaws: readonly string[]; readonly warnings: readonly string[] }> {
  if (runner === undefined) return { flaws: [], warnings: [] };
  const shell = far.reach(runner);
  // What the settings name is a program of this machine.
  const asked = { name: shell.remote.name, directory, claudePath: "claude" };
  try {
    const machine = await lookAt(shell, asked, far.claudeAnswers);
    return { flaws: directoryFlaws(machine, asked), warnings: systemFlaws(machine, asked) };
  } catch (error) {
    return { flaws: [whyUnreached(error)], warnings: [] };
  }
}

export function isSamePlace(one: Place, other: Place): boolean {
  const placeOf = ({ directory, runner }: Place): string =>
    JSON.stringify([runner, runner ? directory : realPlace(directory)]);
  return placeOf(one) === placeOf(other);
}

/** As it stands in the file. */
export const writtenDirectory = ({ directory, runner }: Place, places: { readonly home: string }): string =>
  runner ? directory : shortPath(directory, places);

/** For people. */
export const placeText = (place: Place, places: { readonly home: string }): string =>
  onMachine(writtenDirectory(place, places), machineOf(place));
