// All the projects that are asked for: the one of the settings, those of projects.yaml, and direct messages.

import { ConfigError } from "./error.ts";
import { type Places, projectsPath } from "./files.ts";
import { type Project, projectDefaults, settingsProject } from "./project.ts";
import { readProjects } from "./projects-file.ts";
import { type Config, SETTINGS } from "./settings.ts";

/** That of the settings first. Throws ConfigError when the file can't be used, or when there is none at all. */
export function allProjects(config: Config, places: Places, stateRoot: string): readonly Project[] {
  const file = readProjects({ places, stateRoot, defaults: projectDefaults(config) });
  const named = file?.projects ?? [];
  const own = settingsProject(config);
  const isNamedToo = named.some(
    ({ channel, directory, runner }) =>
      channel === own?.channel && directory === own?.directory && runner === undefined,
  );
  const projects = [
    ...(own && !isNamedToo ? [{ ...own, name: freeName(own.name, named) }] : []),
    ...named,
    ...(file?.directMessages ? [file.directMessages] : []),
  ];
  if (projects.length === 0) {
    throw new ConfigError([
      {
        setting: projectsPath(places),
        problem: `it has no project, and ${SETTINGS.channelId.variable} is not set`,
        mend: "Set the channel, or run mm-claude project add in a directory",
      },
    ]);
  }
  return projects;
}

/** A name of the file means its project. */
function freeName(name: string, others: readonly Project[]): string {
  const isTaken = (one: string): boolean =>
    others.some((other) => other.name.toLowerCase() === one.toLowerCase());
  let free = name;
  for (let number = 2; isTaken(free); number++) {
    free = `${name}-${number}`;
  }
  return free;
}
