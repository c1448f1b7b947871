// A project as long as it is served: its sessions, its waiting Claudes, and who has which rights in it.

import { randomUUID } from "node:crypto";
import type { AuditEntry } from "../audit/record.ts";
import type { ChannelId, MattermostApi, ThreadId, User, UserId } from "../mattermost/types.ts";
import type { ListedSession } from "../render/sessions.ts";
import type { RoutedProject } from "../router/routed-projects.ts";
import { createAllowList } from "../session/allow-list.ts";
import { authorize, type Person, type RightsOf } from "../session/authorization.ts";
import type { SessionDependencies } from "../session/dependencies.ts";
import { SessionManager } from "../session/manager.ts";
import type { KeptSession } from "../session/passive-sessions.ts";
import type { ProjectCards, ProjectCommand } from "../session/project-commands.ts";
import { isSafeRule } from "../session/safe-rules.ts";
import type { ReadyProject } from "../setup/project-checks.ts";
import type { Later } from "../util/later.ts";
import { adopt } from "./adoption.ts";
import type { Connection } from "./bridge.ts";
import type { BookedCosts } from "./cost-book.ts";
import { KeptRules } from "./kept-rules.ts";
import { prewarmClaudes, type Waiting } from "./prewarm.ts";
import { projectCommands } from "./project-commands.ts";
import { machineOf, type ProjectMachine } from "./project-machine.ts";
import { memoryCommands, ProjectMemory } from "./project-memory.ts";
import { ProjectRoutines } from "./project-routines.ts";
import type { Replies } from "./replies.ts";
import { admitted } from "./restore.ts";
import { startThread, type ThreadStart, type ThreadStarted } from "./thread-start.ts";

/** What it has in common with the others of its channel. */
export interface ProjectPlace {
  readonly connection: Connection;
  readonly channelId: ChannelId;
  /** Whose writes wait while the channel can't be written to. */
  readonly api: MattermostApi;
  readonly sendTyping: SessionDependencies["sendTyping"];
  readonly onCardPosted: SessionDependencies["onCardPosted"];
  readonly onChanged: SessionDependencies["onChanged"];
  readonly readSnapshot: SessionDependencies["readSnapshot"];
  readonly audit: SessionDependencies["audit"];
  readonly sessionsFor: (by: UserId) => readonly ListedSession[];
  /** Posts a single reply in a thread, whether it has a session or not. */
  readonly reply: Replies["send"];
  /** Nothing can be heard or written there. */
  readonly isAway: () => boolean;
  /** Names of the channel's projects that sessions can begin in, as of now. */
  readonly names: () => readonly string[];
}

export class ServedProject implements RoutedProject {
  readonly #place: ProjectPlace;
  readonly sessions: SessionManager;
  #ready: ReadyProject;
  #warm: Waiting;
  readonly #keptRules: KeptRules;
  readonly #memory: ProjectMemory;
  readonly #costs: BookedCosts;
  readonly #routines: ProjectRoutines;
  /** Where Claude works. */
  #machine: ProjectMachine;
  #carryOut: RoutedProject["command"] | undefined;
  #rights: RightsOf;

  constructor(ready: ReadyProject, place: ProjectPlace) {
    this.#place = place;
    this.#ready = ready;
    this.#rights = this.#bindRights();
    this.#machine = machineOf(ready.project, place.connection);
    this.#keptRules = new KeptRules(place.connection.folder, place.channelId, ready.project);
    this.#memory = new ProjectMemory(place.connection.folder, place.channelId, ready.project);
    this.#costs = place.connection.costs.of({
      key: this.#key,
      channelId: place.channelId,
      limitUsd: () => this.#ready.project.maxCostPerDay,
      onRaised: () => this.sessions.limitsChanged(),
    });
    this.#warm = this.#prewarm();
    this.sessions = new SessionManager(this.#dependencies());
    this.#routines = new ProjectRoutines(this, place);
  }

  /** Where it is served. */
  get place(): ProjectPlace {
    return this.#place;
  }

  get ready(): ReadyProject {
    return this.#ready;
  }

  get name(): string {
    return this.#ready.project.name;
  }

  get maxSessions(): number {
    return this.#ready.project.maxSessions;
  }

  /** As of now: those who lose a right lose it in the sessions that run. */
  readonly rightsOf: RightsOf = (id) => this.#rights(id);

  get hasLiveSessions(): boolean {
    return this.sessions.liveThreads().length > 0;
  }

  get cards(): ProjectCards {
    return this.#routines.cards;
  }

  adopt(threadId: ThreadId, by: Person, conversationId: string): Later<string | undefined> {
    return adopt(conversationId, by, {
      rightsOf: this.#rights,
      approvers: namesOf(this.#ready.approvers, ({ id }) => this.#rights(id)?.isApprover),
      find: this.#machine.findConversation,
      // A channel that is being served for the first time is not among the others yet.
      isHeld: (id) => this.sessions.holds(id) || this.#place.connection.isHeld(id),
      begin: (opening) => this.sessions.begin(threadId, opening),
    });
  }

  command(command: ProjectCommand): void {
    this.#carryOut ??= this.#commands();
    this.#carryOut(command);
  }

  /** A session begins by itself, in a thread of its own, for somebody who may start one. */
  start(start: ThreadStart): Promise<ThreadStarted> {
    return startThread(start, {
      api: this.#place.api,
      channelId: this.#place.channelId,
      newUuid: randomUUID,
      mayStart: ({ id }) => authorize("start", id, undefined, this.rightsOf),
      maxSessions: this.maxSessions,
      sessions: this.sessions,
    });
  }

  async removeWorktree(branch: string, how: { readonly isConfirmed: boolean }) {
    return this.#machine.worktrees?.removeOf(branch, how);
  }

  /** Whether it is to be served as it is now. */
  isAsked(ready: ReadyProject): boolean {
    const asked = ({ project, allowedUsers, approvers, bots }: ReadyProject): string =>
      JSON.stringify([project, allowedUsers, approvers, bots]);
    return asked(ready) === asked(this.#ready);
  }

  /** From now on Claudes wait for new sessions. */
  open(): void {
    this.#lookUpKeepers();
    this.#warm.open();
    this.#routines.open();
  }

  /** Where everyone is listed, nobody is known by name: a rule rests on the right of who has kept it. */
  #lookUpKeepers(): void {
    const { users, log } = this.#place.connection;
    for (const id of new Set(this.#keptRules.all().map(({ by }) => by.id))) {
      users
        .byId(id)
        .catch((error: unknown) => log.debug("who has kept a rule could not be looked up", error));
    }
  }

  /** Who may do what holds at once; all else in sessions that begin from now on. */
  reconfigure(ready: ReadyProject): void {
    this.#ready = ready;
    this.#rights = this.#bindRights();
    this.#machine = machineOf(ready.project, this.#place.connection);
    void this.#warm.close();
    this.#warm = this.#prewarm();
    this.#warm.open();
    this.sessions.reconfigure(this.#dependencies());
    this.sessions.judgeRules();
    this.sessions.limitsChanged();
  }

  async close(): Promise<void> {
    this.#costs.close();
    this.#routines.close();
    await Promise.all([this.#warm.close(), this.sessions.shutDown()]);
  }

  /** Whether that session of an earlier run is one of this project's. */
  owns({ project: named, directory }: KeptSession, others: readonly ServedProject[]): boolean {
    const { origin, name, directory: here, runner } = this.#ready.project;
    if (named !== undefined) {
      return origin !== "settings" && name === named;
    }
    // It was the only project. Where the settings name none any more, it is the one that works in the same place.
    const isHere = directory === here && runner === undefined;
    const isOnlyHeir = isHere && !others.some(({ ready }) => ready.project.origin === "settings");
    return origin === "settings" || isOnlyHeir;
  }

  /** Under which what is kept of the project is found again. */
  get #key(): string {
    const { origin, name } = this.#ready.project;
    return { settings: this.#place.channelId, file: `project-${name}`, direct: "direct" }[origin];
  }

  #bindRights(): RightsOf {
    const { allowedUsers, approvers, bots } = this.#ready;
    const { users, folder, log, sameNames } = this.#place.connection;
    const bound = (setting: "ALLOWED_USERS" | "APPROVERS" | "BOTS", named: readonly User[]) =>
      named.length === 0 ? undefined : sameNames(admitted(setting, named, this.#key, folder, log));
    for (const user of [...allowedUsers, ...approvers, ...bots]) {
      users.foundBefore(user);
    }
    return createAllowList({
      known: users.known,
      allowed: bound("ALLOWED_USERS", allowedUsers),
      approvers: bound("APPROVERS", approvers),
      bots: bound("BOTS", bots) ?? [],
    });
  }

  #commands(): RoutedProject["command"] {
    const { audit, connection, reply } = this.#place;
    const { clock, redact, timeZone } = connection;
    const world = {
      rightsOf: this.rightsOf,
      clock,
      reply,
      audit: (entry: AuditEntry) => audit.append(entry),
      redact,
      timeZone,
    };
    const { make, list } = this.#routines.commands;
    return projectCommands({ ...memoryCommands(this.#memory, world), routine: make, routines: list }, world);
  }

  #prewarm(): Waiting {
    const { clock, log, home, chatTools } = this.#place.connection;
    const { project } = this.#ready;
    const { directory } = project;
    const machine = this.#machine;
    const place = { home, directory, machine: machine.name, deniedPaths: machine.deniedPathsIn(directory) };
    const options = { clock, log, machine, ownTools: chatTools.tools };
    return prewarmClaudes(project, options, {
      allowedRules: () =>
        this.#keptRules
          .all()
          .filter(
            ({ rule, by }) =>
              authorize("approve", by.id, undefined, this.rightsOf) && isSafeRule(rule, place),
          )
          .map(({ rule }) => rule),
      instructions: () => this.#memory.given()?.text,
    });
  }

  #dependencies(): SessionDependencies {
    const { project } = this.#ready;
    const { connection, api, channelId, audit, sendTyping, onCardPosted, names } = this.#place;
    const { users, clock, log, folder, watch, redact } = connection;
    const { rightsOf } = this;
    const machine = this.#machine;
    const { startClaude, shell, deniedPathsIn, worktrees, conversations, claudeVersion } = machine;
    // Those that wait now are started as this project is now: later ones are not for sessions that began before.
    const warm = this.#warm;
    return {
      api,
      users,
      clock,
      log,
      startClaude,
      shell,
      warm,
      newConversationId: randomUUID,
      sendTyping,
      onCardPosted,
      context: {
        version: connection.version,
        botName: connection.botName,
        directory: project.directory,
        machine: machine.name,
        runner: project.runner,
        worktree: project.worktree,
        defaults: {
          mode: project.mode,
          model: project.model,
          effort: project.effort,
          thinking: project.thinking,
        },
        project: project.origin === "settings" ? undefined : project.name,
        claudePath: project.claudePath,
        linkTo: connection.links.thread,
        sessionsFor: this.#place.sessionsFor,
        otherProjects: () => names().filter((name) => name !== project.name),
        home: connection.home,
        maxSessions: project.maxSessions,
        idleMs: project.sessionTimeoutMs,
        isAuto: project.skipPermissions,
        postLimit: connection.postLimit,
        rightsOf,
        keptRules: () => this.#keptRules.all(),
        notes: () => this.#memory.given(),
        timeZone: connection.timeZone,
        costs: this.#costs,
        notifyAfterMs: connection.notifyAfterMs,
        isNotified: connection.switches.isNotified,
        approvers: () => namesOf(this.#ready.approvers, ({ id }) => rightsOf(id)?.isApprover),
        listed: () => namesOf(this.#ready.allowedUsers, ({ id }) => rightsOf(id)?.isListed),
      },
      claudePath: project.claudePath,
      // A session in a worktree has what is checked out there beside what lies in the project's own directory.
      deniedPathsIn: (directory) => [...new Set([project.directory, directory].flatMap(deniedPathsIn))],
      keepRules: (rules) => {
        this.#keptRules.keep(rules);
        this.sessions.judgeRules();
      },
      redact,
      botId: connection.bot.id,
      channelId,
      audit,
      costs: this.#costs,
      documents: folder,
      readSnapshot: this.#place.readSnapshot,
      ...watch,
      onChanged: this.#place.onChanged,
      listeners: connection.listeners,
      growthPace: connection.growthPace,
      chatTools: connection.chatTools,
      calling: connection.calling,
      worktrees,
      ...conversations,
      claudeVersion,
    };
  }
}

const namesOf = (users: readonly User[], isMeant: (user: User) => boolean | undefined): readonly string[] =>
  users.filter(isMeant).map(({ username }) => username);

/** The threads of those that no project here can take up. */
export function restoreInto(
  projects: readonly ServedProject[],
  snapshots: readonly KeptSession[],
): { readonly lost: readonly ThreadId[]; readonly left: readonly ThreadId[] } {
  const lost: ThreadId[] = [];
  let left = snapshots;
  for (const project of projects) {
    const own = left.filter((snapshot) => project.owns(snapshot, projects));
    left = left.filter((snapshot) => !own.includes(snapshot));
    lost.push(...project.sessions.restore(own));
  }
  return { lost, left: left.map(({ threadId }) => threadId) };
}
