// `mm-claude project remove`: takes a project out of projects.yaml, and tells the mm-claude that runs.

import { projectsPath, shortPath } from "../config/files.ts";
import { projectNames, removeProject } from "../config/projects-edit.ts";
import { parseProjects, readProjectsText } from "../config/projects-file.ts";
import { nearestWord } from "../util/edit-distance.ts";
import { EXIT } from "./output.ts";
import { changeProjects, type ProjectWorld, problemsOf } from "./project-change.ts";

export async function removeFromProjects(name: string, world: ProjectWorld): Promise<number> {
  const { places, projectsInput, print, printError } = world;
  const file = shortPath(projectsPath(places), places);
  const before = readProjectsText(places);
  const names = before === undefined ? [] : projectNames(before);
  if (before === undefined || !names.includes(name)) {
    // What is no YAML has no names.
    if (before !== undefined) parseProjects(before, projectsInput);
    const nearest = nearestWord(name, names);
    const hint = nearest === undefined ? "mm-claude project list shows them." : `Did you mean ${nearest}?`;
    printError(`error: There is no project ${name} in ${file}. ${hint}`);
    return EXIT.failed;
  }
  const after = removeProject(before, name);
  // Those that are left, by their lines in the file as it is.
  if (problemsOf(after, world).length > 0) parseProjects(before, projectsInput);
  const told = await changeProjects({ before, after, username: undefined }, world);
  if (told === undefined) return EXIT.failed;
  print(`Took ${name} out of ${file}; its directory stays as it is.`);
  if (told.answers.length > 0) print("Sessions that run there end by themselves, and no new ones begin.");
  told.untold.forEach(print);
  return EXIT.ok;
}
