// Runs the daemon: repeats the checks until the server answers, starts the bridge, and ends it. A signal ends it in
// order; an error that nobody caught ends it at once.

import { AuditTrail } from "../audit/trail.ts";
import { claudeVersion } from "../claude/version.ts";
import { ConfigError } from "../config/error.ts";
import type { Config } from "../config/settings.ts";
import { connectRest } from "../mattermost/rest.ts";
import type { MattermostApi } from "../mattermost/types.ts";
import { homePath } from "../render/paths.ts";
import { checkReadiness, type Readiness } from "../setup/checks.ts";
import { ownPaths } from "../setup/token-exposure.ts";
import { DocumentFolder } from "../store/document-store.ts";
import { isServerKnown, machineLockDirectories, stateDirectory, stateRoot } from "../store/locations.ts";
import { type Lock, lockDaemon } from "../store/lock.ts";
import { pauseMs } from "../util/backoff.ts";
import { systemClock } from "../util/clock.ts";
import { createLog, type Log } from "../util/log.ts";
import { lineWriter, type Print } from "../util/output.ts";
import { createRedact } from "../util/redact.ts";
import type { Bridge, BridgeDependencies, BridgeFacts } from "./bridge.ts";
import { type ClaudeProcesses, claudeProcesses } from "./claude-processes.ts";
import { type Colours, loadColours } from "./colours.ts";
import { removeOldDocuments } from "./old-documents.ts";
import { aborted, type StopSignals, sleep, stopSignals } from "./stop-signals.ts";
import { firstUncaughtError } from "./uncaught-errors.ts";

export interface DaemonOptions {
  readonly version: string;
  readonly home: string;
  /** What each Claude is given of the environment, cleaned of mm-claude's own settings; the daemon's own when left out. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Where state is kept instead of in the platform's place; absolute. */
  readonly stateHome?: string;
}

const EXIT = { ended: 0, failed: 1, refused: 2 } as const;
/** From the signal to the end, whatever hangs. */
const STOP_WITHIN_MS = 9000;
const RETRY = { baseMs: 2000, maxMs: 30_000, random: () => 1 };
/** What may wait for a terminal that is held, or for a reader that sleeps. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** Runs until a signal ends it; gives the exit code. Throws ConfigError when a check says that a setting is wrong. */
export async function runDaemon(config: Config, options: DaemonOptions): Promise<number> {
  const { environment = process.env } = options;
  const secrets = [config.token];
  const write = lineWriter(process.stderr, MOST_UNREAD_BYTES);
  const log = createLog({ debug: config.debug, secrets, write });
  const fault = firstUncaughtError(process, log);
  const claudes = claudeProcesses({ environment, secrets, log });
  const atEnd = [() => claudes.kill()];
  const daemon = { config, options, environment, log, claudes, atEnd, ...stopSignals() };
  try {
    return await Promise.race([fault.then(() => EXIT.failed), untilStopped(daemon)]);
  } finally {
    for (const end of atEnd) {
      end();
    }
  }
}

interface Daemon extends StopSignals {
  readonly config: Config;
  readonly options: DaemonOptions;
  readonly environment: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly claudes: ClaudeProcesses;
  /** What must be done whatever the end is. */
  readonly atEnd: (() => void)[];
}

async function untilStopped(daemon: Daemon): Promise<number> {
  const { config, options, log, atEnd, stop } = daemon;
  const api = connectRest({ url: config.url, token: config.token, log });
  const checking = untilReady(api, daemon, isServerKnown(baseDirectories(options), config.url));
  // Its modules are read while the server and Claude answer.
  const loading = import("./bridge.ts");
  const ready = await checking;
  if (!ready) {
    return EXIT.ended;
  }
  const { account } = ready;
  const { folder, lock } = openState(daemon, ready);
  if ("heldBy" in lock) {
    const where = `@${account.username} in this channel is already run by another mm-claude`;
    log.error(`${where} on this machine (process ${lock.heldBy}). Stop that one first.`);
    return EXIT.refused;
  }
  atEnd.push(lock.release);
  removeOldDocuments(folder.path, ready.channel.id, Date.now(), log);
  const colour = await loadColours(process.stdout, process.env);
  const print = lineWriter(process.stdout, MOST_UNREAD_BYTES);
  print(banner(config, ready, options, colour));
  for (const hint of ready.hints) {
    log.warn(hint);
  }
  const { startBridge } = await loading;
  const starting = startBridge(config, factsIn(ready), bridgeDependencies(daemon, ready, { api, folder }));
  // It may wait for the server, for as long as that is away.
  const bridge = await Promise.race([starting, aborted(stop)]);
  if (!bridge) {
    return EXIT.ended;
  }
  await Promise.race([bridge.ready, aborted(stop)]);
  if (!stop.aborted) {
    print(colour("green", `Ready! Waiting for @${config.botName ?? account.username} mentions...`));
  }
  return untilBridgeStopped(bridge, daemon, print);
}

/** By a signal, or because another mm-claude does the same work. */
async function untilBridgeStopped(
  bridge: Bridge,
  { log, stop, stopAtOnce }: Daemon,
  print: Print,
): Promise<number> {
  const otherInstance = await Promise.race([aborted(stop).then(() => undefined), bridge.otherInstance]);
  if (otherInstance !== undefined) {
    log.error(otherInstance);
  }
  print("Stopping: every Claude gets a moment to save its conversation. Ctrl-C again to stop at once.");
  await Promise.race([bridge.stop(), sleep(STOP_WITHIN_MS), aborted(stopAtOnce)]);
  if (stopAtOnce.aborted) {
    return EXIT.failed;
  }
  return otherInstance === undefined ? EXIT.ended : EXIT.refused;
}

const baseDirectories = ({ home, stateHome = process.env["XDG_STATE_HOME"] }: DaemonOptions) => ({
  home,
  stateHome,
});

/** Throws ConfigError when nothing can be kept there. */
function openState(
  { config, options, log }: Daemon,
  { account, channel }: Readiness,
): { readonly folder: DocumentFolder; readonly lock: Lock } {
  const path = stateDirectory(baseDirectories(options), config.url, account.id);
  try {
    const folder = DocumentFolder.open({
      path,
      clock: systemClock,
      log,
      redact: createRedact([config.token]),
    });
    const daemonOf = { botId: account.id, channelId: channel.id };
    return { folder, lock: lockDaemon(daemonOf, folder.path, machineLockDirectories()) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const mend = "Mend its rights, or set XDG_STATE_HOME to a directory that can be written.";
    throw new ConfigError([], [`${path} can't be used to keep sessions over a restart (${why}). ${mend}`]);
  }
}

const factsIn = ({ account, channel, allowedUsers, approvers, postLimit }: Readiness): BridgeFacts => ({
  bot: account,
  channel,
  allowedUsers,
  approvers,
  postLimit,
});

function bridgeDependencies(
  { config, options, environment, log, claudes }: Daemon,
  { channel }: Readiness,
  { api, folder }: Pick<BridgeDependencies, "api" | "folder">,
): BridgeDependencies {
  const { version, home } = options;
  return {
    api,
    clock: systemClock,
    log,
    version,
    // Where Claude is at home, which is another place in the demo.
    home: environment["HOME"] || home,
    folder,
    audit: new AuditTrail({
      folder: folder.path,
      channelId: channel.id,
      now: Date.now,
      log,
      redact: createRedact([config.token]),
      maxFileBytes: config.auditFileMb * 1_000_000,
      maxFiles: config.auditFiles,
    }),
    deniedPaths: ownPaths({ cwd: config.directory, home }, stateRoot(baseDirectories(options))),
    environment,
    startClaude: claudes.start,
  };
}

/** Undefined when a signal came first. */
async function untilReady(
  api: MattermostApi,
  { config, log, stop }: Daemon,
  isKnown: boolean,
): Promise<Readiness | undefined> {
  for (let attempt = 0; !stop.aborted; attempt++) {
    const checking = checkReadiness({
      api,
      config,
      claudeVersion: (path) => claudeVersion(path, { secrets: [config.token], signal: stop }),
    });
    const checked = await Promise.race([checking, aborted(stop)]);
    if (!checked) {
      return undefined;
    }
    if (checked.ok) {
      return checked;
    }
    // What answers for a server that was reached here before stands in its way, and goes again.
    if (!checked.isServerDown && !(checked.isForeign && isKnown)) {
      throw new ConfigError([], checked.problems);
    }
    const ms = pauseMs(attempt, checked.retryAfterMs, RETRY);
    log.warn(`${checked.problems.join(" ")} Trying again in ${ms / 1000} s.`);
    await Promise.race([sleep(ms), aborted(stop)]);
  }
  return undefined;
}

function banner(
  config: Config,
  { account, claudeVersion: claude }: Readiness,
  { version, home }: DaemonOptions,
  colour: Colours,
): string {
  const rows = [
    ["Directory", homePath(config.directory, home)],
    ["Bot", `@${config.botName ?? account.username}`],
    ["Server", config.url],
    ["Claude Code", claude],
    ["Permissions", config.skipPermissions ? colour("yellow", "skipped (⚡ Auto)") : "interactive"],
  ];
  const lines = rows.map(([name = "", value]) => `  ${colour("dim", name.padEnd(12))} ${value}`);
  return `${colour("bold", `mm-claude v${version}`)}\n\n${lines.join("\n")}\n`;
}
