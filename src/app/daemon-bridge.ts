// What the bridge of a daemon is given: where its state is kept and who else may use it, what is known of the projects.

import { AuditTrail } from "../audit/trail.ts";
import { claudeEnvironment } from "../claude/argv.ts";
import { StartError } from "../config/error.ts";
import type { Config } from "../config/settings.ts";
import type { RestClient } from "../mattermost/rest.ts";
import type { ReadyProject } from "../setup/project-checks.ts";
import type { Readiness } from "../setup/readiness.ts";
import { ownPaths } from "../setup/token-exposure.ts";
import { DocumentFolder } from "../store/document-store.ts";
import { machineLockDirectories, stateDirectory, stateRoot } from "../store/locations.ts";
import type { LogFormat } from "../terminal/daemon-output.ts";
import { systemClock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { createRedact } from "../util/redact.ts";
import { sharing } from "../util/sharing.ts";
import { AuditTrails } from "./audit-trails.ts";
import type { BridgeDependencies, BridgeFacts } from "./bridge.ts";
import { ChannelLocks } from "./channel-locks.ts";
import type { ClaudeProcesses } from "./claude-processes.ts";
import type { Links } from "./links.ts";
import type { Monitor } from "./monitor.ts";
import { removeOldDocuments } from "./old-documents.ts";
import type { HeldProject } from "./other-daemon.ts";
import type { ProjectsSource } from "./project-updates.ts";
import { Worktrees, worktreesRoot } from "./worktrees.ts";

export interface DaemonOptions {
  readonly version: string;
  readonly home: string;
  /** What each Claude is given of the environment, cleaned of mm-claude's own settings; the daemon's own when left out. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Where state is kept instead of in the platform's place; absolute. */
  readonly stateHome?: string;
  /** Only the project of the settings when left out. */
  readonly projects?: ProjectsSource | undefined;
  readonly logFormat?: LogFormat | undefined;
  /** Elsewhere than at the server's own address. */
  readonly links?: Links;
}

export interface DaemonParts {
  readonly config: Config;
  readonly options: DaemonOptions;
  readonly environment: NodeJS.ProcessEnv;
  readonly monitor: Monitor;
  readonly log: Log;
  readonly claudes: ClaudeProcesses;
  /** What must be done whatever the end is. */
  readonly atEnd: (() => void)[];
}

export interface Servable {
  readonly free: readonly ReadyProject[];
  readonly held: readonly HeldProject[];
}

/** Those whose channels no other mm-claude on this machine serves, and the others. */
export function servable({ atEnd }: DaemonParts, { projects }: Readiness, locks: ChannelLocks): Servable {
  atEnd.push(locks.release);
  const held = projects.flatMap((ready) => {
    const lock = ready.channel && locks.take(ready.channel.id);
    return lock && "heldBy" in lock ? [{ ...ready, process: lock.heldBy }] : [];
  });
  const free = projects.filter(({ project }) => !held.some((one) => one.project === project));
  // Direct messages alone are for whoever serves the channels.
  const hasChannel = free.some(({ channel }) => channel !== undefined);
  return { held, free: held.length > 0 && !hasChannel ? [] : free };
}

export const baseDirectories = ({ home, stateHome = process.env["XDG_STATE_HOME"] }: DaemonOptions) => ({
  home,
  stateHome,
});

/** What is kept over a restart, and by whom alone. */
export interface State {
  readonly folder: DocumentFolder;
  readonly locks: ChannelLocks;
}

/** Throws StartError when nothing can be kept there. */
export function openState({ config, options, log }: DaemonParts, { account, projects }: Readiness): State {
  const path = stateDirectory(baseDirectories(options), config.url, account.id);
  try {
    const folder = DocumentFolder.open({
      path,
      clock: systemClock,
      log,
      redact: createRedact([config.token]),
    });
    const locks = new ChannelLocks({
      botId: account.id,
      stateFolder: folder.path,
      machineDirectories: machineLockDirectories(),
    });
    const served = projects.flatMap(({ channel }) => channel?.id ?? []);
    for (const channelId of served) {
      locks.take(channelId);
    }
    removeOldDocuments(folder.path, served, Date.now(), log);
    return { folder, locks };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const mend = "Mend its rights, or set XDG_STATE_HOME to a directory that can be written.";
    throw new StartError([`${path} can't be used to keep sessions over a restart (${why}). ${mend}`]);
  }
}

export const factsIn = (
  { config }: DaemonParts,
  { account, postLimit }: Readiness,
  projects: readonly ReadyProject[],
): BridgeFacts => ({
  url: config.url,
  token: config.token,
  bot: account,
  botName: config.botName ?? account.username,
  postLimit,
  notifyAfterMs: config.notifyAfterMs,
  sendAs: config.sendAs,
  projects,
});

export function bridgeDependencies(
  { config, options, environment, monitor, log, claudes }: DaemonParts,
  { api, folder, locks }: State & { readonly api: RestClient },
): BridgeDependencies {
  const { version, home } = options;
  const redact = createRedact([config.token]);
  const oneOf = sharing<readonly string[]>();
  const trails = new AuditTrails({
    open: (channelId) =>
      new AuditTrail({
        folder: folder.path,
        channelId,
        now: Date.now,
        log,
        redact,
        maxFileBytes: config.auditFileMb * 1_000_000,
        maxFiles: config.auditFiles,
      }),
    onAppended: (entry) => monitor.activity.audited(entry),
    clock: systemClock,
  });
  return {
    api,
    clock: systemClock,
    log,
    version,
    // Where Claude is at home, which is another place in the demo.
    home: environment["HOME"] || home,
    folder,
    lock: locks.take,
    auditOf: (channelId) => trails.of(channelId),
    deniedPathsIn: (directory) =>
      oneOf(
        ownPaths(
          { cwd: directory, home, configHome: process.env["XDG_CONFIG_HOME"] },
          stateRoot(baseDirectories(options)),
        ),
      ),
    environment,
    worktrees: new Worktrees({
      environment: claudeEnvironment(environment, [config.token]),
      root: worktreesRoot(environment, home),
    }),
    startClaude: claudes.start,
    linkOf: options.links?.thread,
    watch: {
      onChanged: (view, end) => monitor.activity.changed(view, end),
      onForgotten: (threadId) => monitor.activity.forget(threadId),
      onWritten: (ms) => monitor.written(ms),
      onConnected: () => monitor.connected(),
      onDisconnected: (reason) => monitor.disconnected(reason),
    },
  };
}
