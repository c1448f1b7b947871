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
  const read = (): readonly Project[] => allProjects(config, places, kept);
  read();
  return { path: projectsPath(places), read, placeOf: (project) => placeOfProject(project, places) };
}
