// The daemon from its first check to its last child: checks until the server is there, starts the bridge, and ends
// it in order when a signal asks for it.

import { openAuditTrail } from "./audit/trail.ts";
import { startClaude } from "./claude/client.ts";
import { familyOf, killFamily } from "./claude/family.ts";
import type { ClaudeClient, StartClaude } from "./claude/types.ts";
import { claudeVersion } from "./claude/version.ts";
import { ConfigError } from "./config/error.ts";
import type { Config } from "./config/settings.ts";
import { connectRest } from "./mattermost/rest.ts";
import type { MattermostApi } from "./mattermost/types.ts";
import { loadPaint, type Paint } from "./paint.ts";
import { homePath } from "./render/paths.ts";
import { checkReadiness, type Readiness } from "./setup/checks.ts";
import { ownPaths } from "./setup/secrecy.ts";
import { type Folder, openFolder, redacted } from "./store/folder.ts";
import { takeLock } from "./store/lock.ts";
import { stateDirectory, stateRoot } from "./store/place.ts";
import { backoffMs } from "./util/backoff.ts";
import { systemClock } from "./util/clock.ts";
import { createLog, type Log } from "./util/log.ts";
import { createRedact } from "./util/redact.ts";

export interface Surroundings {
  readonly version: string;
  readonly home: string;
  /** What each Claude is given of the environment, cleaned of mm-claude's own settings; the daemon's own when left out. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Where state is kept instead of in the platform's place; absolute. */
  readonly stateHome?: string;
}

/** From the signal to the end, whatever hangs. */
const STOP_WITHIN_MS = 9000;
/** Something else than mm-claude has to be changed first. */
const SETTINGS_EXIT = 2;
const RETRY = { baseMs: 2000, maxMs: 30_000, random: () => 1 };

/** Runs until a signal ends it; gives the exit code. Throws ConfigError when a check says that a setting is wrong. */
export async function runBridge(config: Config, surroundings: Surroundings): Promise<number> {
  const { version, home, environment = process.env } = surroundings;
  const log = createLog({
    debug: config.debug,
    secrets: [config.token],
    write: (line) => console.error(line),
  });
  process.on("uncaughtException", (error) => log.error("A fault in mm-claude; please report it", error));
  const children = liveClaudes(environment, [config.token]);
  const { stop, stopAtOnce } = stopSignals();
  const api = connectRest({ url: config.url, token: config.token, log });
  const checking = untilReady(api, config, log, stop);
  // Its modules are read while the server and Claude answer.
  const loading = import("./bridge.ts");
  const ready = await checking;
  if (!ready) {
    return 0;
  }
  const paint = await loadPaint(process.stdout, process.env);
  console.log(banner(config, ready, version, home, paint));
  for (const hint of ready.hints) {
    log.warn(hint);
  }
  const { stateHome = process.env["XDG_STATE_HOME"] } = surroundings;
  const redact = createRedact([config.token]);
  const path = stateDirectory({ stateHome, home }, config.url, ready.account.id);
  const folder = redacted(openStateFolder(path, log), redact);
  const lock = takeLock(folder.path, ready.channel.id);
  if ("heldBy" in lock) {
    const where = `@${ready.account.username} in this channel is already run by another mm-claude`;
    throw new ConfigError([], [`${where} on this machine (process ${lock.heldBy}). Stop that one first.`]);
  }
  const { startBridge } = await loading;
  const bridge = await startBridge(
    config,
    {
      bot: ready.account,
      channel: ready.channel,
      allowedUsers: ready.allowedUsers,
      approvers: ready.approvers,
      postLimit: ready.postLimit,
    },
    {
      api,
      clock: systemClock,
      log,
      version,
      home,
      folder,
      audit: openAuditTrail({ folder: path, name: ready.channel.id, now: Date.now, log, redact }),
      deniedPaths: ownPaths({ cwd: config.directory, home }, stateRoot({ stateHome, home })),
      environment,
      startClaude: children.start(log),
    },
  );
  await Promise.race([bridge.ready, aborted(stop)]);
  if (!stop.aborted) {
    console.log(
      paint("green", `Ready! Waiting for @${config.botName ?? ready.account.username} mentions...`),
    );
  }
  const rival = await Promise.race([aborted(stop).then(() => undefined), bridge.rival]);
  if (rival !== undefined) {
    log.error(rival);
  }
  console.log("Stopping: every Claude gets a moment to save its conversation. Ctrl-C again to stop at once.");
  await Promise.race([bridge.stop(), sleep(STOP_WITHIN_MS), aborted(stopAtOnce)]);
  children.kill();
  lock.release();
  return stopAtOnce.aborted ? 1 : rival === undefined ? 0 : SETTINGS_EXIT;
}

function openStateFolder(path: string, log: Log): Folder {
  try {
    return openFolder(path, log);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const mend = "Mend its rights, or set XDG_STATE_HOME to a directory that can be written.";
    throw new ConfigError([], [`${path} can't be used to keep sessions over a restart (${why}). ${mend}`]);
  }
}

/** The first signal asks for an orderly end, the second for an end at once. */
function stopSignals(): { readonly stop: AbortSignal; readonly stopAtOnce: AbortSignal } {
  const stop = new AbortController();
  const stopAtOnce = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => (stop.signal.aborted ? stopAtOnce : stop).abort());
  }
  return { stop: stop.signal, stopAtOnce: stopAtOnce.signal };
}

/** Undefined when a signal came first. */
async function untilReady(
  api: MattermostApi,
  config: Config,
  log: Log,
  stop: AbortSignal,
): Promise<Readiness | undefined> {
  for (let attempt = 0; !stop.aborted; attempt++) {
    const checked = await checkReadiness({
      api,
      config,
      claudeVersion: (path) => claudeVersion(path, { secrets: [config.token] }),
    });
    if (checked.ok) {
      return checked;
    }
    if (!checked.isServerDown) {
      throw new ConfigError([], checked.problems);
    }
    const ms = backoffMs(attempt, RETRY);
    log.warn(`${checked.problems.join(" ")} Trying again in ${ms / 1000} s.`);
    await Promise.race([sleep(ms), aborted(stop)]);
  }
  return undefined;
}

function banner(
  config: Config,
  { account, claudeVersion: claude }: Readiness,
  version: string,
  home: string,
  paint: Paint,
): string {
  const rows = [
    ["Directory", homePath(config.directory, home)],
    ["Bot", `@${config.botName ?? account.username}`],
    ["Server", config.url],
    ["Claude Code", claude],
    ["Permissions", config.skipPermissions ? paint("yellow", "skipped (⚡ Auto)") : "interactive"],
  ];
  const lines = rows.map(([name = "", value]) => `  ${paint("dim", name.padEnd(12))} ${value}`);
  return `${paint("bold", `mm-claude v${version}`)}\n\n${lines.join("\n")}\n`;
}

interface LiveClaudes {
  start(log: Log): StartClaude;
  /** Ends every process that is left, with all that it started. */
  kill(): void;
}

function liveClaudes(environment: NodeJS.ProcessEnv, secrets: readonly string[]): LiveClaudes {
  const live = new Set<ClaudeClient>();
  return {
    start: (log) => (start, listener) => {
      const client = startClaude(
        start,
        (event) => {
          if (event.type === "exited") {
            live.delete(client);
          }
          listener(event);
        },
        { environment, secrets, debug: (line) => log.debug(line) },
      );
      live.add(client);
      return client;
    },
    kill() {
      for (const { pid } of live) {
        try {
          // Each runs in a process group of its own.
          if (pid !== undefined) {
            const family = familyOf(pid);
            process.kill(-pid, "SIGKILL");
            killFamily(family);
          }
        } catch {
          // It ended by itself.
        }
      }
    },
  };
}

// Keeps the process alive: while the server is down there is nothing else that would.
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    } else {
      signal.addEventListener("abort", () => resolve(), { once: true });
    }
  });
