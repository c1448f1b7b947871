// The daemon under measurement: the built program as a child process, in the state of a first start. Knows what it
// costs; knows nothing of what it is asked.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { temporaryDirectory } from "../test/support/temporary.ts";
import { now, sleep, within } from "./clock.ts";
import type { NamedRoom, Place } from "./place.ts";
import type { ProbeAsk } from "./probe-ask.ts";
import { ended, PROBE, start } from "./programs.ts";

/** A start that asks much of a server with a limit takes long. */
const PATIENCE_MS = 180_000;
/** A heap of some hundred megabytes takes its time to be written. */
const PROBE_PATIENCE_MS = 120_000;

/** Where profiles of the daemon go, if they are wanted. */
export interface Profiling {
  readonly cpu: string | undefined;
  readonly heap: string | undefined;
}

export interface DaemonOptions {
  /** What its profiles are called. */
  readonly name: string;
  /** The path of the mm-claude that is started. */
  readonly program: string;
  readonly claudePath: string;
  /** Where Claude works. */
  readonly directory: string;
  /** Without mm-claude's own settings. */
  readonly environment: (home: string) => NodeJS.ProcessEnv;
  readonly settings?: Readonly<Record<string, string>>;
  readonly profiling: Profiling;
  /** Whether its heap or its saves will be asked for. */
  readonly isProbed?: boolean;
  /** That of an earlier one, whose state it takes up. */
  readonly home?: string;
}

export interface Daemon {
  readonly pid: number;
  readonly readyMs: number;
  readonly home: string;
  /** What is alive of its heap, in MB, after everything else was collected; for one that is probed. */
  heapMb(): Promise<number>;
  /** How much of its loop's time goes into saves from now on, in percent of all of it; for one that is probed. */
  savesPercent(ms: number): Promise<number>;
  stop(): Promise<void>;
}

/** Resolves once it says that it is ready. */
export async function startDaemon(options: DaemonOptions, place: Place): Promise<Daemon> {
  const { url, bot, people, rooms } = place;
  const { home = temporaryDirectory() } = options;
  const probed = join(home, "probed");
  // The first file of settings that exists is the only one: a person's own is not looked at.
  writeFileSync(join(options.directory, ".env"), "");
  const startedAt = now();
  const child = start(process.execPath, [...nodeArguments(options, probed), options.program], {
    cwd: options.directory,
    env: {
      ...options.environment(home),
      XDG_STATE_HOME: join(home, "state"),
      NO_COLOR: "1",
      ALLOWED_USERS: people.map(({ username }) => username).join(","),
      CLAUDE_PATH: options.claudePath,
      PREWARM: "0",
      ...options.settings,
      MATTERMOST_URL: url,
      MATTERMOST_TOKEN: bot.account.token,
      ...(rooms.length === 0 ? { MATTERMOST_CHANNEL_ID: bot.channelId } : serveRooms(rooms, home)),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const ready = new Promise<number>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        said = `${said}${line}\n`.slice(-4000);
        if (line.includes("Ready!")) resolve(now() - startedAt);
      });
    }
    child.once("exit", () => reject(new Error(`The daemon ended:\n${said}`)));
  });
  const readyMs = await within(PATIENCE_MS, () => said, ready);
  async function probe(ask: ProbeAsk): Promise<number> {
    rmSync(probed, { force: true });
    writeFileSync(`${probed}.ask`, JSON.stringify(ask));
    child.kill("SIGUSR2");
    const deadline = now() + PROBE_PATIENCE_MS;
    while (!existsSync(probed) && now() < deadline) await sleep(50);
    return Number(readFileSync(probed, "utf8"));
  }
  return {
    pid: child.pid ?? 0,
    readyMs,
    home,
    heapMb: async () => (await probe({ what: "heap", ms: 0 })) / 1024 ** 2,
    savesPercent: (ms) => probe({ what: "saves", ms }),
    async stop() {
      child.kill("SIGTERM");
      await ended(child);
    },
  };
}

/** A project for each, in a directory of its own; gives what the environment says of them. */
function serveRooms(rooms: readonly NamedRoom[], home: string): NodeJS.ProcessEnv {
  const configHome = join(home, ".config");
  const projects = rooms.map(({ address }, at) => {
    const directory = join(home, "projects", `project-${at + 1}`);
    mkdirSync(directory, { recursive: true });
    return `  project-${at + 1}: { channel: ${address}, directory: ${directory} }`;
  });
  mkdirSync(join(configHome, "mm-claude"), { recursive: true });
  writeFileSync(join(configHome, "mm-claude/projects.yaml"), ["projects:", ...projects, ""].join("\n"));
  return { XDG_CONFIG_HOME: configHome };
}

/** None for a daemon that is neither profiled nor probed: then it runs as its people run it. */
function nodeArguments({ name, profiling, isProbed = false }: DaemonOptions, probed: string): string[] {
  const wanted: string[] = [];
  if (isProbed) {
    const probe = new URL(PROBE);
    probe.searchParams.set("to", probed);
    if (profiling.heap !== undefined) {
      mkdirSync(profiling.heap, { recursive: true });
      probe.searchParams.set("heap", join(profiling.heap, `${name}.heapsnapshot`));
    }
    wanted.push("--expose-gc", "--import", probe.href);
  }
  if (profiling.cpu !== undefined) {
    const folder = join(profiling.cpu, name);
    mkdirSync(folder, { recursive: true });
    wanted.push("--cpu-prof", `--cpu-prof-dir=${folder}`);
  }
  return wanted;
}
