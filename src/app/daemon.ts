// Runs the daemon: repeats the checks until the server answers, starts the bridge, and ends it. A signal ends it in
// order; an error that nobody caught ends it at once.

import { AuditTrail } from "../audit/trail.ts";
import { claudeVersion } from "../claude/version.ts";
import { StartError } from "../config/error.ts";
import type { Config } from "../config/settings.ts";
import { connectRest, type RestClient } from "../mattermost/rest.ts";
import { homePath } from "../render/paths.ts";
import { checkReadiness, type Readiness } from "../setup/checks.ts";
import { ownPaths } from "../setup/token-exposure.ts";
import { DocumentFolder } from "../store/document-store.ts";
import { isServerKnown, machineLockDirectories, stateDirectory, stateRoot } from "../store/locations.ts";
import { type Lock, lockDaemon } from "../store/lock.ts";
import type { DaemonOutput, LogFormat } from "../terminal/daemon-output.ts";
import { openDaemonOutput } from "../terminal/open-output.ts";
import { pauseMs } from "../util/backoff.ts";
import { systemClock } from "../util/clock.ts";
import { createLog, type Log } from "../util/log.ts";
import { createRedact } from "../util/redact.ts";
import { bannerRows, sessionRow } from "./banner.ts";
import type { Bridge, BridgeDependencies, BridgeFacts } from "./bridge.ts";
import { type ClaudeProcesses, claudeProcesses } from "./claude-processes.ts";
import { offerKeys } from "./key-commands.ts";
import { channelLink, type Links, linksAt } from "./links.ts";
import { Monitor } from "./monitor.ts";
import { removeOldDocuments } from "./old-documents.ts";
import { Reports, withoutReports } from "./reports.ts";
import { aborted, type StopSignals, sleep, stopSignals } from "./stop-signals.ts";
import { firstUncaughtError } from "./uncaught-errors.ts";

export interface DaemonOptions {
  readonly version: string;
  readonly home: string;
  /** What each Claude is given of the environment, cleaned of mm-claude's own settings; the daemon's own when left out. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Where state is kept instead of in the platform's place; absolute. */
  readonly stateHome?: string;
  readonly logFormat?: LogFormat | undefined;
  /** Elsewhere than at the server's own address. */
  readonly links?: Links;
}

const EXIT = { ended: 0, failed: 1, refused: 2 } as const;
/** From the signal to the end, whatever hangs. */
const STOP_WITHIN_MS = 9000;
const RETRY = { baseMs: 2000, maxMs: 30_000, random: () => 1 };

/** Runs until a signal ends it; gives the exit code. Throws StartError when a check says what stands in its way. */
export async function runDaemon(config: Config, options: DaemonOptions): Promise<number> {
  const environment = withoutReports(options.environment ?? process.env);
  const secrets = [config.token];
  const { thread: linkOf } = options.links ?? linksAt(config.url);
  const output = await openDaemonOutput({ format: options.logFormat ?? "text", linkOf }, process.env);
  const monitor = new Monitor({
    version: options.version,
    url: config.url,
    directory: homePath(config.directory, options.home),
    maxSessions: config.maxSessions,
    output,
    now: Date.now,
    linkOf,
  });
  const log = createLog({ debug: config.debug, secrets, write: monitor.logged });
  const fault = firstUncaughtError(process, log);
  const claudes = claudeProcesses({ environment, secrets, log });
  const reports = Reports.start({
    monitor,
    log,
    clock: systemClock,
    environment: process.env,
    metricsFile: config.metricsFile,
  });
  const atEnd = [() => reports.close(), () => claudes.kill()];
  const signals = stopSignals();
  const daemon = { config, options, environment, output, monitor, reports, log, claudes, atEnd, ...signals };
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
  readonly output: DaemonOutput;
  readonly monitor: Monitor;
  readonly reports: Reports;
  readonly log: Log;
  readonly claudes: ClaudeProcesses;
  /** What must be done whatever the end is. */
  readonly atEnd: (() => void)[];
}

async function untilStopped(daemon: Daemon): Promise<number> {
  const { config, options, log, monitor, atEnd, stop } = daemon;
  const api = connectRest({ url: config.url, token: config.token, log });
  monitor.requests = api.load;
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
  const { startBridge } = await loading;
  const starting = startBridge(config, factsIn(ready), bridgeDependencies(daemon, ready, { api, folder }));
  await introduce(api, daemon, ready);
  // It may wait for the server, for as long as that is away.
  const bridge = await Promise.race([starting, aborted(stop)]);
  if (!bridge) {
    return EXIT.ended;
  }
  monitor.sessions = bridge.sessions;
  await Promise.race([bridge.ready, aborted(stop)]);
  if (!stop.aborted) {
    welcome(daemon, ready);
  }
  return untilBridgeStopped(bridge, daemon);
}

/** Who it is and where, and what about that people should know. */
async function introduce(
  api: RestClient,
  { config, options, output, monitor, log }: Daemon,
  ready: Readiness,
) {
  const { account, channel, hints } = ready;
  const link = options.links?.channel ?? (await channelLink(api, config.url, channel));
  monitor.found({ bot: account.username, channel: { name: channel.displayName, link } });
  output.banner(`mm-claude v${options.version}`, bannerRows(config, ready, { home: options.home, link }));
  for (const hint of hints) {
    log.warn(hint);
  }
}

function welcome({ config, options, output, monitor, reports, atEnd }: Daemon, { account }: Readiness): void {
  monitor.state = "running";
  output.rows([sessionRow(monitor.status())]);
  output.gap();
  monitor.say(`Ready! Waiting for @${config.botName ?? account.username} mentions...`, "green");
  reports.ready();
  if (options.logFormat !== "json") {
    const { channel } = monitor.status();
    atEnd.push(
      offerKeys({ say: (text) => output.say(text, "dim"), channelLink: channel?.link ?? config.url }),
    );
  }
}

/** By a signal, or because another mm-claude does the same work. */
async function untilBridgeStopped(
  bridge: Bridge,
  { log, monitor, reports, stop, stopAtOnce }: Daemon,
): Promise<number> {
  const otherInstance = await Promise.race([aborted(stop).then(() => undefined), bridge.otherInstance]);
  if (otherInstance !== undefined) {
    log.error(otherInstance);
  }
  monitor.state = "stopping";
  reports.stopping();
  monitor.say("Stopping: every Claude gets a moment to save its conversation. Ctrl-C again to stop at once.");
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

/** Throws StartError when nothing can be kept there. */
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
    throw new StartError([`${path} can't be used to keep sessions over a restart (${why}). ${mend}`]);
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
  { config, options, environment, monitor, log, claudes }: Daemon,
  { channel }: Readiness,
  { api, folder }: Pick<BridgeDependencies, "api" | "folder">,
): BridgeDependencies {
  const { version, home } = options;
  const trail = new AuditTrail({
    folder: folder.path,
    channelId: channel.id,
    now: Date.now,
    log,
    redact: createRedact([config.token]),
    maxFileBytes: config.auditFileMb * 1_000_000,
    maxFiles: config.auditFiles,
  });
  return {
    api,
    clock: systemClock,
    log,
    version,
    // Where Claude is at home, which is another place in the demo.
    home: environment["HOME"] || home,
    folder,
    audit: {
      append(entry) {
        trail.append(entry);
        monitor.activity.audited(entry);
      },
    },
    deniedPaths: ownPaths(
      { cwd: config.directory, home, configHome: process.env["XDG_CONFIG_HOME"] },
      stateRoot(baseDirectories(options)),
    ),
    environment,
    startClaude: claudes.start,
    watch: {
      onChanged: (view, hasCrashed) => monitor.activity.changed(view, hasCrashed),
      onForgotten: (threadId) => monitor.activity.forget(threadId),
      onWritten: (ms) => monitor.written(ms),
      onConnected: () => monitor.connected(),
      onDisconnected: (reason) => monitor.disconnected(reason),
    },
  };
}

/** Undefined when a signal came first. */
async function untilReady(
  api: RestClient,
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
      throw new StartError(checked.problems);
    }
    const ms = pauseMs(attempt, checked.retryAfterMs, RETRY);
    log.warn(`${checked.problems.join(" ")} Trying again in ${ms / 1000} s.`);
    await Promise.race([sleep(ms), aborted(stop)]);
  }
  return undefined;
}
