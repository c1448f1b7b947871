// `mm-claude project list`: each project, and whether the mm-claude that runs serves it.

import { projectsPath, shortPath } from "../config/files.ts";
import { machineOf, type Project, settingsProject } from "../config/project.ts";
import { readProjects } from "../config/projects-file.ts";
import type { Status } from "../control/protocol.ts";
import { shownWords } from "../remote/shown-words.ts";
import { onMachine } from "../util/machine.ts";
import { EXIT } from "./output.ts";
import type { ProjectWorld } from "./project-change.ts";
import { daemonsOf } from "./project-daemons.ts";

/** `why`: not served. */
type Serving = { readonly served: true } | { readonly served: false; readonly why: string };

export async function listProjects(isJson: boolean, world: ProjectWorld): Promise<number> {
  const { config, places, projectsInput, daemons, print } = world;
  const file = readProjects(projectsInput);
  const [daemon] = await daemonsOf({ url: config.url, username: undefined }, daemons);
  const own = settingsProject(config);
  const listed = [
    ...(own === undefined ? [] : [ownEntry(own, daemon?.status)]),
    ...[...(file?.projects ?? []), ...(file?.directMessages ? [file.directMessages] : [])].map((project) => ({
      ...project,
      directory: project.runner ? project.directory : shortPath(project.directory, places),
      ...servingOf(project.name, daemon?.status),
    })),
  ];
  if (isJson) {
    print(JSON.stringify(listed.map(toJson)));
    return EXIT.ok;
  }
  listed.flatMap(linesOf).forEach(print);
  if (file === undefined) {
    print(`There is no ${shortPath(projectsPath(places), places)} yet: mm-claude project add makes it.`);
  }
  return EXIT.ok;
}

type Entry = Omit<Project, "directory"> & Serving & { readonly directory: string | undefined };

/** The one whose directory is that in which mm-claude was started. */
function ownEntry(own: Project, status: Status | undefined): Entry {
  if (status === undefined) return { ...own, directory: undefined, ...NOT_RUNNING };
  const { directory, projects } = status;
  const here = projects?.find((one) => one.directory === directory);
  const serving =
    projects === undefined ? runningAs(status) : here === undefined ? UNKNOWN_THERE : awayOr(here.away);
  return { ...own, name: here?.name ?? own.name, directory, ...serving };
}

const NOT_RUNNING = { served: false, why: "mm-claude does not run" } as const;
const UNKNOWN_THERE = {
  served: false,
  why: "the mm-claude that runs does not know of it; restart it",
} as const;

function servingOf(name: string, status: Status | undefined): Serving {
  if (status === undefined) return NOT_RUNNING;
  const known = status.projects?.find((one) => one.name === name);
  return known === undefined ? UNKNOWN_THERE : awayOr(known.away);
}

const awayOr = (away: string | undefined): Serving =>
  away === undefined ? { served: true } : { served: false, why: away };

function runningAs({ state, server }: Status): Serving {
  if (state !== "running") return { served: false, why: `mm-claude is ${state}` };
  return server.isConnected ? { served: true } : { served: false, why: "the server is not reached" };
}

function toJson({ name, origin, channel, directory, allowedUsers, approvers, ...rest }: Entry): object {
  const { served, runner } = rest;
  return {
    name,
    origin,
    channel,
    directory,
    ...(runner === undefined ? {} : { runner: shownWords(runner) }),
    allowedUsers,
    approvers,
    served,
    ...(served ? {} : { why: rest.why }),
  };
}

function linesOf({ name, origin, channel, directory, runner, allowedUsers, ...serving }: Entry): string[] {
  const place = onMachine(directory ?? "where mm-claude is started", machineOf({ runner }));
  const where = `${channel ?? "direct messages"}, ${place}`;
  const who = allowedUsers.length === 0 ? "everyone" : allowedUsers.map((one) => `@${one}`).join(", ");
  const mark = origin === "settings" ? " (of the settings)" : "";
  return [
    `${name}${mark}: ${serving.served ? "served" : `not served: ${serving.why}`}`,
    `  ${where}, ${who}`,
  ];
}
