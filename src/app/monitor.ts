// What is known of the daemon while it runs, for those who look: the terminal, the newest lines, the figures, the last
// error. Told by the log, the sessions and the connection; changes nothing of them.

import { machineOf, type Project } from "../config/project.ts";
import type { DaemonEvent } from "../control/events.ts";
import { LogHistory } from "../control/log-history.ts";
import { Metrics } from "../control/metrics.ts";
import { type DaemonState, PROTOCOL, type SessionStatus, type Status } from "../control/protocol.ts";
import { placePath } from "../render/paths.ts";
import type { SessionView } from "../session/view.ts";
import type { Colour } from "../terminal/colours.ts";
import { type DaemonOutput, sentenceOf } from "../terminal/daemon-output.ts";
import { type LogLevel, labelOf } from "../util/log.ts";
import { Activity } from "./activity.ts";
import type { Bridge } from "./bridge.ts";

export interface MonitorOptions {
  readonly version: string;
  readonly url: string;
  /** Where it was started, as people read it. */
  readonly directory: string;
  readonly home: string;
  readonly output: DaemonOutput;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where a thread is in a browser. */
  readonly linkOf: (thread: string) => string;
}

/** What is known once the server has answered. */
interface Place {
  readonly bot: string;
  /** Where the channels are in a browser, by their ids. */
  readonly links: ReadonlyMap<string, string>;
}

type Served = Pick<Bridge, "sessions" | "channels" | "directProject">;

export class Monitor {
  readonly history = new LogHistory();
  readonly activity: Activity;
  readonly #options: MonitorOptions;
  readonly #metrics = new Metrics();
  readonly #startedAt: number;
  #connection: { readonly isConnected: boolean; readonly since: number; readonly lost: number };
  #lastError: { readonly at: number; readonly text: string } | undefined;
  #place: Place | undefined;
  state: DaemonState = "starting";
  #bridge: Served = { sessions: () => [], channels: () => [], directProject: () => undefined };
  #requests: () => Status["requests"] = () => ({ waiting: 0, underWay: 0 });

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#connection = { isConnected: false, since: this.#startedAt, lost: 0 };
    this.activity = new Activity(options.now, (event) => this.#happened(event));
  }

  /** A line of the log, with its level in front. */
  readonly logged = (line: string, level: LogLevel): void => {
    const { output, now } = this.#options;
    output.log(line, level);
    const text = line.slice(labelOf(level).length);
    this.history.add({ at: now(), level, text });
    if (level === "warning" || level === "error") {
      this.#metrics.countProblem(level);
    }
    if (level === "error") {
      this.#lastError = { at: now(), text };
    }
  };

  /** A sentence that is no event of a session. */
  say(text: string, colour?: Colour): void {
    const { output, now } = this.#options;
    output.say(text, colour);
    this.history.add({ at: now(), level: "info", text });
  }

  /** Whose requests are counted. */
  connects(requests: () => Status["requests"]): void {
    this.#requests = requests;
  }

  found(place: Place): void {
    this.#place = place;
  }

  watch(bridge: Served): void {
    this.#bridge = bridge;
  }

  /** Of the first channel, once it is known. */
  get channelLink(): string | undefined {
    return this.#channels()[0]?.channel.link;
  }

  connected(): void {
    if (!this.#connection.isConnected) {
      this.#connection = { ...this.#connection, isConnected: true, since: this.#options.now() };
      this.activity.connected();
    }
  }

  disconnected(reason: string): void {
    if (this.#connection.isConnected) {
      const lost = this.#connection.lost + 1;
      this.#connection = { isConnected: false, since: this.#options.now(), lost };
      this.activity.disconnected(reason);
    }
  }

  /** From when a write was asked for until the server had it. */
  written(ms: number): void {
    this.#metrics.observePostDelay(ms);
  }

  status(): Status {
    const { version, url, directory, linkOf } = this.#options;
    const { rss, heapUsed } = process.memoryUsage();
    return {
      protocol: PROTOCOL,
      version,
      pid: process.pid,
      startedAt: this.#startedAt,
      state: this.state,
      server: { url, ...this.#connection },
      ...(this.#place ? { bot: this.#place.bot } : {}),
      ...this.#whatIsServed(directory),
      sessions: this.#bridge.sessions().flatMap((view) => statusOf(view, linkOf)),
      requests: this.#requests(),
      memory: { rssBytes: rss, heapBytes: heapUsed },
      ...(this.#lastError ? { lastError: this.#lastError } : {}),
    };
  }

  /** For Prometheus. */
  metrics(): string {
    return this.#metrics.text(this.status());
  }

  #channels() {
    const { url } = this.#options;
    return this.#bridge.channels().map((served) => {
      const { id, displayName } = served.channel;
      return { served, channel: { name: displayName, link: this.#place?.links.get(id) ?? url } };
    });
  }

  /** A daemon with one project says less, and says it where earlier versions did. */
  #whatIsServed(startedIn: string): Pick<Status, "directory" | "channel" | "maxSessions" | "projects"> {
    const { home } = this.#options;
    const channels = this.#channels().filter(({ served }) => !served.isDirect);
    const projects = channels.flatMap(({ served, channel }) =>
      served.projects.map(({ name, ready, sessions, maxSessions }) => ({
        shown: {
          name,
          ...placeOf(ready.project, home),
          channel,
          sessions: sessions.liveThreads().length,
          ...(served.away === undefined ? {} : { away: served.away }),
        },
        maxSessions,
      })),
    );
    projects.push(...this.#directMessages());
    const [first] = projects;
    return {
      directory: projects.length === 1 && first ? first.shown.directory : startedIn,
      ...(projects.length === 1 && first ? { channel: first.shown.channel } : {}),
      maxSessions: projects.reduce((sum, { maxSessions }) => sum + maxSessions, 0),
      projects: projects.map(({ shown }) => shown),
    };
  }

  /** One project, however many people have written. */
  #directMessages() {
    const { home, url } = this.#options;
    const project = this.#bridge.directProject();
    const served = this.#bridge.channels().filter(({ isDirect }) => isDirect);
    const own = served.flatMap(({ projects }) => projects);
    return project === undefined
      ? []
      : [
          {
            shown: {
              name: project.name,
              ...placeOf(project, home),
              channel: { name: `@${this.#place?.bot}`, link: url },
              sessions: own.reduce((sum, { sessions }) => sum + sessions.liveThreads().length, 0),
            },
            maxSessions: own.reduce((sum, { maxSessions }) => sum + maxSessions, 0) || project.maxSessions,
          },
        ];
  }

  #happened(event: DaemonEvent): void {
    const { output, now } = this.#options;
    output.event(event);
    this.history.add({ at: now(), level: "info", text: sentenceOf(event), event });
    this.#metrics.countEvent(event.name);
  }
}

function statusOf(
  { threadId, project, by, phase, asks, queued, lastActivityAt }: SessionView,
  linkOf: (thread: string) => string,
): SessionStatus[] {
  if (phase === "ended") {
    return [];
  }
  const waitsFor = asks.map(({ subject }) => subject);
  const of = project === undefined ? {} : { project };
  return [{ thread: threadId, link: linkOf(threadId), by, ...of, phase, waitsFor, queued, lastActivityAt }];
}

function placeOf(project: Project, home: string): { readonly directory: string; readonly machine?: string } {
  const machine = machineOf(project);
  return {
    directory: placePath(project.directory, home, machine),
    ...(machine === undefined ? {} : { machine }),
  };
}
