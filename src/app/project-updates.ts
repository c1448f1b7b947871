// Keeps what is served in step with projects.yaml while the daemon runs: on request, when the file changes, and when
// what stood in a project's way may be gone. A change that is wrong changes nothing.

import { unwatchFile, watchFile } from "node:fs";
import { ConfigError, renderProblem } from "../config/error.ts";
import type { Project } from "../config/project.ts";
import type { ReloadAnswer } from "../control/protocol.ts";
import type { MattermostApi, User } from "../mattermost/types.ts";
import type { ClaudeVersion } from "../setup/checks.ts";
import { checkProjects, type ReadyProject, withoutTwins } from "../setup/project-checks.ts";
import { checkClaudes, ELSEWHERE, type Readiness, type UnservedProject } from "../setup/readiness.ts";
import type { Clock, Timer } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import type { Bridge } from "./bridge.ts";

/** The projects that are asked for, and where that is written. */
export interface ProjectsSource {
  readonly path: string;
  /** The one of the settings among them. Throws ConfigError. */
  readonly read: () => readonly Project[];
  /** Such as `projects.yaml:8:3`. */
  readonly placeOf?: (project: Project) => string | undefined;
}

/** What stands in a project's way, with where it is set. */
export function whyAt({ project, why }: UnservedProject, source: ProjectsSource | undefined): string {
  const place = source?.placeOf?.(project);
  return place === undefined ? why : `${place}: ${why}`;
}

export interface ProjectUpdatesOptions {
  readonly source: ProjectsSource;
  readonly api: MattermostApi;
  readonly account: User;
  readonly claudeVersion: ClaudeVersion;
  readonly bridge: Pick<Bridge, "update">;
  readonly clock: Clock;
  readonly log: Log;
}

const LOOK_EVERY_MS = 2000;
/** A channel that the bot was not in, a directory that was not mounted. */
const RETRY_MS = 60_000;
/** A server that could not be asked. */
const PASSING_RETRY_MS = 5000;

interface Checked {
  readonly ready: readonly ReadyProject[];
  readonly failed: readonly UnservedProject[];
}

export class ProjectUpdates {
  readonly #options: ProjectUpdatesOptions;
  #served: readonly ReadyProject[];
  #unserved: readonly UnservedProject[];
  /** One after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #timer: Timer | undefined;
  /** What the last look found in a project's way may pass by itself. */
  #isPassing = false;
  /** So the file was not gone by. */
  #isPostponed = false;
  #isClosed = false;

  constructor(
    options: ProjectUpdatesOptions,
    { projects, unserved }: Pick<Readiness, "projects" | "unserved">,
  ) {
    this.#options = options;
    this.#served = projects;
    this.#unserved = unserved;
  }

  get unserved(): readonly UnservedProject[] {
    return this.#unserved;
  }

  start(): void {
    watchFile(this.#options.source.path, { interval: LOOK_EVERY_MS, persistent: false }, this.#onFileChange);
    // Since the checks of the start it may have gone.
    this.lookAgain();
  }

  /** What stood in a project's way may be gone. */
  lookAgain(): void {
    this.#inOrder<unknown>(() => (this.#isPostponed ? this.#reload() : this.#retry())).catch((error) =>
      this.#options.log.error("The projects that are not served could not be looked at again", error),
    );
  }

  close(): void {
    this.#isClosed = true;
    unwatchFile(this.#options.source.path, this.#onFileChange);
    this.#options.clock.clearTimeout(this.#timer);
  }

  reload(): Promise<ReloadAnswer> {
    return this.#inOrder(() => this.#reload());
  }

  readonly #onFileChange = (): void => {
    const { log, source } = this.#options;
    const goesOn = `${source.path} was changed, and what it was before goes on`;
    this.reload().then(
      (answer) => {
        if (!answer.ok) {
          log.error(`${goesOn}: ${answer.problems.join(" ")}`);
        }
      },
      (error) => log.error(goesOn, error),
    );
  };

  #inOrder<T>(perform: () => Promise<T>): Promise<T> {
    const done = this.#last.then(perform);
    this.#last = done.catch(() => {}).then(() => this.#setTimer());
    return done;
  }

  #setTimer(): void {
    const { clock } = this.#options;
    clock.clearTimeout(this.#timer);
    if (!this.#isClosed) {
      const ms = this.#isPassing ? PASSING_RETRY_MS : RETRY_MS;
      this.#timer = clock.setTimeout(() => this.lookAgain(), ms);
    }
  }

  async #reload(): Promise<ReloadAnswer> {
    this.#isPostponed = false;
    let wanted: readonly Project[];
    try {
      wanted = this.#options.source.read();
    } catch (error) {
      if (error instanceof ConfigError) {
        return { ok: false, problems: error.problems.map(renderProblem) };
      }
      throw error;
    }
    if (wanted.length === 0) {
      return { ok: false, problems: ["No project is left. Stop mm-claude to serve none."] };
    }
    const checked = await this.#check(wanted);
    const isKnownToFail = ({ project }: UnservedProject): boolean =>
      this.#unserved.some((one) => isSame(one.project, project));
    const problems = checked.failed
      .filter((failure) => !isKnownToFail(failure))
      .map((failure) => whyAt(failure, this.#options.source));
    if (problems.length > 0 || this.#isClosed) {
      this.#isPostponed = this.#isPassing;
      return { ok: false, problems: [...new Set(problems)] };
    }
    return this.#serve(checked.ready, checked.failed);
  }

  /** Those that are served as they are need no other look. */
  async #check(wanted: readonly Project[]): Promise<Checked> {
    const { api, account, claudeVersion } = this.#options;
    const known = new Map(this.#served.map((ready) => [JSON.stringify(ready.project), ready]));
    const isServed = (project: Project): ReadyProject | undefined => known.get(JSON.stringify(project));
    const others = wanted.filter((project) => !isServed(project));
    const [claudes, checked] = await Promise.all([
      checkClaudes(others, claudeVersion),
      checkProjects(api, others, account),
    ]);
    const checks = new Map(others.map((project, index) => [project, checked[index]]));
    const ready: ReadyProject[] = [];
    const failed: UnservedProject[] = [];
    let isPassing = false;
    for (const project of wanted) {
      const served = isServed(project);
      const claude = project.runner ? ELSEWHERE : claudes.get(project.claudePath);
      const check = checks.get(project);
      if (served ?? (check?.ok && claude?.ok)) {
        ready.push(served ?? (check as { readonly value: ReadyProject }).value);
      } else {
        const why = [check, claude].flatMap((one) => (one && !one.ok ? [one.text] : []));
        failed.push({ project, why: why.join("\n") });
        isPassing ||= check !== undefined && !check.ok && (check.isServerDown || check.isForeign);
      }
    }
    this.#isPassing = isPassing;
    const { distinct, twins } = withoutTwins(ready);
    return { ready: distinct, failed: [...failed, ...twins] };
  }

  async #serve(ready: readonly ReadyProject[], failed: readonly UnservedProject[]): Promise<ReloadAnswer> {
    const { bridge, log } = this.#options;
    const before = this.#served;
    const refused = await bridge.update(ready);
    const isRefused = (name: string): boolean => refused.some((one) => one.name === name);
    this.#served = ready.filter(({ project }) => !isRefused(project.name));
    this.#unserved = [
      ...failed,
      ...ready.flatMap(({ project }) => {
        const why = refused.find(({ name }) => name === project.name)?.why;
        return why === undefined ? [] : [{ project, why }];
      }),
    ];
    const added = this.#served.filter(({ project }) => !named(before, project.name)).map(nameOf);
    const removed = before.filter(({ project }) => !named(ready, project.name)).map(nameOf);
    const changed = this.#served
      .filter(({ project }) => {
        const old = named(before, project.name);
        return old !== undefined && !isSame(old.project, project);
      })
      .map(nameOf);
    for (const [names, what] of [
      [added, "is served from now on"],
      [removed, "is served no more; sessions that run go on until they sleep"],
      [changed, "is changed: rights hold at once, the rest in sessions that begin from now on"],
    ] as const) {
      for (const name of names) {
        log.info(`Project ${name} ${what}.`);
      }
    }
    return {
      ok: true,
      added,
      removed,
      changed,
      unserved: this.#unserved.map(({ project, why }) => ({ name: project.name, why })),
    };
  }

  async #retry(): Promise<void> {
    if (this.#unserved.length === 0 || this.#isClosed) {
      return;
    }
    const wanted = [
      ...this.#served.map(({ project }) => project),
      ...this.#unserved.map(({ project }) => project),
    ];
    const { ready, failed } = await this.#check(wanted);
    if (ready.length > this.#served.length && !this.#isClosed) {
      await this.#serve(ready, failed);
    }
  }
}

const isSame = (one: Project, other: Project): boolean => JSON.stringify(one) === JSON.stringify(other);
const nameOf = ({ project }: ReadyProject): string => project.name;
const named = (all: readonly ReadyProject[], name: string): ReadyProject | undefined =>
  all.find(({ project }) => project.name === name);
