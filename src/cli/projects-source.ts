// The projects that the daemon serves, read again whenever they may have changed.

import { type Places, projectsPath } from "../config/files.ts";
import type { Project } from "../config/project.ts";
import { allProjects } from "../config/projects.ts";
import { placeOfProject } from "../config/projects-file.ts";
import type { Config } from "../config/settings.ts";
import { stateRoot } from "../store/locations.ts";

/** Throws ConfigError where they are wrong now. */
export function projectsSource(
  config: Config,
  places: Places,
  stateHome: string | undefined,
): {
  readonly path: string;
  readonly read: () => readonly Project[];
  readonly placeOf: (project: Project) => string | undefined;
} {
  const kept = stateRoot({ home: places.home, stateHome });
  // Problems are told at once; what was read is what the start goes on with.
  let first: readonly Project[] | undefined = allProjects(config, places, kept);
  const read = (): readonly Project[] => {
    const projects = first ?? allProjects(config, places, kept);
    first = undefined;
    return projects;
  };
  return { path: projectsPath(places), read, placeOf: (project) => placeOfProject(project, places) };
}
