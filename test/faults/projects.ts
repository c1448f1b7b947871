// projects.yaml as the campaign's people write it, and whether the daemon goes by it.

import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { askReload } from "../../src/control/client.ts";
import { controlFolder, controlSocket } from "../../src/control/location.ts";
import type { Place, Places } from "./places.ts";

export interface Projects {
  /** Those that sessions can begin in, as the file says. */
  readonly served: readonly Place[];
  /** Where a session that begins there now works; a worktree is made of that. */
  directoryOf(place: Place): string;
  /** Every directory that a project has, or has had. */
  readonly directories: readonly string[];
  /** Undefined: the file has that project no more. Everyone else stays as it is. */
  write(place: Place, directory: string | undefined): void;
  /** A directory for the place that it has not had so far. */
  newDirectory(place: Place): string;
  /** Tells the daemon, again and again, until one goes by the file. Gives what it says instead, when that takes too long. */
  reload(): Promise<string | undefined>;
  /** Waits until the daemon has seen by itself that the file has changed, or until it is not likely to any more. */
  seen(): Promise<void>;
}

export interface ProjectsOptions {
  /** Below it all directories are. */
  readonly root: string;
  /** Its XDG_CONFIG_HOME. */
  readonly configHome: string;
  /** Its XDG_RUNTIME_DIR. */
  readonly runtime: string;
  readonly places: Places;
  readonly daemonPid: () => number | undefined;
  readonly note: (what: string) => void;
  /** The machine where they are; undefined: this one. */
  readonly elsewhere?: Elsewhere | undefined;
}

interface Elsewhere {
  readonly runner: readonly string[];
  readonly claudePath: string;
}

const ASK_AGAIN_MS = 150;
const ANSWER_WITHIN_MS = 8000;
const RELOAD_WITHIN_MS = 30_000;
/** It looks every two seconds. */
const SEEN_WITHIN_MS = 2600;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function createProjects(options: ProjectsOptions): Projects {
  const { root, configHome, runtime, places, daemonPid, note, elsewhere } = options;
  const path = join(configHome, "mm-claude/projects.yaml");
  const directories: string[] = [];
  const current = new Map<Place, string>();

  function makeDirectory(place: Place, name: string): string {
    const directory = join(root, name);
    mkdirSync(directory);
    if (place.hasWorktrees) {
      makeRepository(directory);
    }
    directories.push(directory);
    return directory;
  }

  function save(): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, fileText(current, elsewhere));
    renameSync(`${path}.new`, path);
  }

  for (const place of [places.project, places.api, places.docs, places.direct]) {
    current.set(place, makeDirectory(place, place.name));
  }
  save();

  return {
    directories,
    get served() {
      return [...current.keys()];
    },
    directoryOf: (place) => current.get(place) ?? "",
    newDirectory: (place) => makeDirectory(place, `${place.name}-${directories.length}`),
    write(place, directory) {
      note(`projects.yaml: ${place.name} ${directory ? `in ${basename(directory)}` : "is not there"}`);
      if (directory === undefined) {
        current.delete(place);
      } else {
        current.set(place, directory);
      }
      save();
    },
    async reload() {
      let last = "no daemon runs";
      for (const deadline = Date.now() + RELOAD_WITHIN_MS; Date.now() < deadline; await pause(ASK_AGAIN_MS)) {
        const pid = daemonPid();
        if (pid !== undefined) {
          const socket = controlSocket(
            controlFolder({ XDG_RUNTIME_DIR: runtime }, process.getuid?.() ?? 0),
            pid,
          );
          const answer = await askReload(socket, ANSWER_WITHIN_MS);
          last = JSON.stringify(answer);
          if (answer.kind === "answered" && answer.value.ok && answer.value.unserved.length === 0) {
            note(`the daemon goes by projects.yaml: ${last}`);
            return undefined;
          }
        }
      }
      return last;
    },
    seen: () => pause(SEEN_WITHIN_MS),
  };
}

/** In the order of the places; what a project does not say is as in the settings. */
function fileText(current: ReadonlyMap<Place, string>, elsewhere: Elsewhere | undefined): string {
  const projects = [...current].filter(([{ name }]) => name !== "project" && name !== "direct");
  const direct = [...current].find(([{ name }]) => name === "direct");
  const lines = projects.flatMap(([{ name, channel, hasWorktrees }, directory]) => [
    `  ${name}:`,
    `    channel: ${channel}`,
    `    directory: ${directory}`,
    ...(hasWorktrees ? ["    worktree: always"] : []),
    ...(elsewhere
      ? [`    runner: ${JSON.stringify(elsewhere.runner)}`, `    claudePath: ${elsewhere.claudePath}`]
      : []),
  ]);
  return [
    ...(lines.length > 0 ? ["projects:", ...lines] : []),
    ...(direct ? [`directMessages: { directory: ${direct[1]}, allowedUsers: [alice] }`] : []),
    "",
  ].join("\n");
}

function makeRepository(directory: string): void {
  const git = (...args: readonly string[]): void => {
    execFileSync("git", [
      "-C",
      directory,
      "-c",
      "user.name=alice",
      "-c",
      "user.email=alice@example.com",
      ...args,
    ]);
  };
  git("init", "--quiet", "--initial-branch=main");
  git("commit", "--quiet", "--allow-empty", "-m", "Begin");
}
