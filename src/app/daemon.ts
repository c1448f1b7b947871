// Runs the daemon: repeats the checks until the server answers, starts the bridge, and ends it. A signal ends it in
// order; an error that nobody caught ends it at once.

import { claudeVersion } from "../claude/version.ts";
import { StartError } from "../config/error.ts";
import { settingsProject } from "../config/project.ts";
import type { Config } from "../config/settings.ts";
import { connectRest, type RestClient } from "../mattermost/rest.ts";
import { killRunners } from "../remote/shell.ts";
import { homePath } from "../render/paths.ts";
import { checkReadiness, type Readiness } from "../setup/readiness.ts";
import { isServerKnown } from "../store/locations.ts";
import type { DaemonOutput } from "../terminal/daemon-output.ts";
import { openDaemonOutput } from "../terminal/open-output.ts";
import { pauseMs } from "../util/backoff.ts";
import { systemClock } from "../util/clock.ts";
import { createLog } from "../util/log.ts";
import { bannerRows, sessionRow } from "./banner.ts";
// Not while the daemon works: where packages are links, Node 20 leaves a module empty that is found while the last file
// that was looked at is a socket, and runs after a look at another one.
import { type Bridge, startBridge } from "./bridge.ts";
import { claudeProcesses } from "./claude-processes.ts";
import {
  baseDirectories,
  bridgeDependencies,
  type DaemonOptions,
  type DaemonParts,
  factsIn,
  openState,
  servable,
} from "./daemon-bridge.ts";
import { offerKeys } from "./key-commands.ts";
import { linksAt, projectLinks } from "./links.ts";
import { Monitor } from "./monitor.ts";
import { type HeldProject, type Offer, tellHeld, tellOtherDaemon } from "./other-daemon.ts";
import { ProjectUpdates, whyAt } from "./project-updates.ts";
import { Reports, withoutReports } from "./reports.ts";
import { aborted, type StopSignals, sleep, stopSignals } from "./stop-signals.ts";
import { firstUncaughtError } from "./uncaught-errors.ts";

const EXIT = { ended: 0, failed: 1, refused: 2 } as const;
/** From the signal to the end, whatever hangs. */
const STOP_WITHIN_MS = 9000;
const RETRY = { baseMs: 2000, maxMs: 30_000, random: () => 1 };

export interface DaemonEnd {
  readonly exitCode: number;
  /** It did not start: another mm-claude serves the bot, and can be asked to serve this directory as well. */
  readonly offer?: Offer | undefined;
}

/** Runs until a signal ends it. Throws StartError when a check says what stands in its way. */
export async function runDaemon(config: Config, options: DaemonOptions): Promise<DaemonEnd> {
  const environment = withoutReports(options.environment ?? process.env);
  const secrets = [config.token];
  const { thread: linkOf } = options.links ?? linksAt(config.url);
  const output = await openDaemonOutput({ format: options.logFormat ?? "text", linkOf }, process.env);
  const monitor = new Monitor({
    version: options.version,
    url: config.url,
    directory: homePath(config.directory, options.home),
    home: options.home,
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
  const atEnd = [() => reports.close(), () => claudes.kill(), killRunners];
  const signals = stopSignals();
  const daemon = { config, options, environment, output, monitor, reports, log, claudes, atEnd, ...signals };
  try {
    return await Promise.race([fault.then(() => ({ exitCode: EXIT.failed })), untilStopped(daemon)]);
  } finally {
    for (const end of atEnd) {
      end();
    }
  }
}

interface Daemon extends DaemonParts, StopSignals {
  readonly output: DaemonOutput;
  readonly reports: Reports;
}

async function untilStopped(daemon: Daemon): Promise<DaemonEnd> {
  const { config, options, log, monitor, stop } = daemon;
  const api = connectRest({ url: config.url, token: config.token, log });
  monitor.connects(api.load);
  const ready = await untilReady(api, daemon, isServerKnown(baseDirectories(options), config.url));
  if (!ready) {
    return { exitCode: EXIT.ended };
  }
  const state = openState(daemon, ready);
  const { free: projects, held } = servable(daemon, ready, state.locks);
  if (projects.length === 0) {
    return refusedBy(held, daemon, ready);
  }
  for (const one of held) {
    tellHeld(one, false, { account: ready.account, log });
  }
  const starting = startBridge(
    factsIn(daemon, ready, projects),
    bridgeDependencies(daemon, { ...state, api }),
  );
  await introduce(api, daemon, { ...ready, projects });
  // It may wait for the server, for as long as that is away.
  const bridge = await Promise.race([starting, aborted(stop)]);
  if (!bridge) {
    return { exitCode: EXIT.ended };
  }
  monitor.watch(bridge);
  await Promise.race([bridge.ready, aborted(stop)]);
  if (!stop.aborted) {
    followProjects(daemon, ready, { api, bridge });
    daemon.reports.deliver(bridge.send);
    welcome(daemon, ready);
  }
  return { exitCode: await untilBridgeStopped(bridge, daemon) };
}

/** Nothing is left to serve. */
async function refusedBy(
  held: readonly HeldProject[],
  { config, options, log, release }: Daemon,
  { account }: Readiness,
): Promise<DaemonEnd> {
  const { home } = options;
  const offer = await tellOtherDaemon(held, { config, account, home, environment: process.env, log });
  // Nothing is there to end in order.
  release();
  return { exitCode: EXIT.refused, offer };
}

/** Where the channels are in a browser, for all who ask from now on. */
async function locate(
  api: RestClient,
  { config, options, monitor }: Daemon,
  { account, projects }: Pick<Readiness, "account" | "projects">,
): Promise<ReadonlyMap<string, string>> {
  const links = await projectLinks(api, config.url, projects, options.links?.channel);
  monitor.found({ bot: account.username, links });
  return links;
}

/** Who it is and where, and what about that people should know. */
async function introduce(api: RestClient, daemon: Daemon, ready: Readiness) {
  const { config, options, output, log } = daemon;
  const { unserved, hints } = ready;
  const links = await locate(api, daemon, ready);
  output.banner(`mm-claude v${options.version}`, bannerRows(config, ready, { home: options.home, links }));
  for (const hint of hints) {
    log.warn(hint);
  }
  for (const one of unserved) {
    log.error(`${whyAt(one, options.projects)} It is not served; mm-claude looks again every minute.`);
  }
}

/** From now on what is served follows projects.yaml. */
function followProjects(
  daemon: Daemon,
  ready: Readiness,
  { api, bridge }: { readonly api: RestClient; readonly bridge: Bridge },
): void {
  const { config, options, reports, log, atEnd, stop } = daemon;
  if (options.projects) {
    const updates = new ProjectUpdates(
      {
        source: options.projects,
        api,
        account: ready.account,
        claudeVersion: (path) => claudeVersion(path, { secrets: [config.token], signal: stop }),
        bridge: {
          update: async (projects) => {
            await locate(api, daemon, { ...ready, projects });
            return bridge.update(projects);
          },
        },
        clock: systemClock,
        log,
      },
      ready,
    );
    updates.start();
    bridge.onServable(() => updates.lookAgain());
    reports.follow(updates);
    atEnd.push(() => updates.close());
  }
}

function welcome({ config, options, output, monitor, reports, atEnd }: Daemon, { account }: Readiness): void {
  monitor.state = "running";
  output.rows([sessionRow(monitor.status())]);
  output.gap();
  monitor.say(`Ready! Waiting for @${config.botName ?? account.username} mentions...`, "green");
  reports.ready();
  if (options.logFormat !== "json") {
    const { channelLink } = monitor;
    atEnd.push(offerKeys({ say: (text) => output.say(text, "dim"), channelLink: channelLink ?? config.url }));
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

/** Undefined when a signal came first. */
async function untilReady(
  api: RestClient,
  { config, options, log, stop }: Daemon,
  isKnown: boolean,
): Promise<Readiness | undefined> {
  const own = settingsProject(config);
  for (let attempt = 0; !stop.aborted; attempt++) {
    const checking = checkReadiness({
      api,
      botName: config.botName,
      projects: options.projects?.read() ?? (own ? [own] : []),
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
