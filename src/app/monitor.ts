// What is known of the daemon while it runs, for those who look: the terminal, the newest lines, the figures, the last
// error. Told by the log, the sessions and the connection; changes nothing of them.

import type { AuditEntry } from "../audit/record.ts";
import type { DaemonEvent } from "../control/events.ts";
import { LogHistory } from "../control/log-history.ts";
import { Metrics } from "../control/metrics.ts";
import { PROTOCOL, type SessionStatus, type Status } from "../control/protocol.ts";
import { homePath } from "../render/paths.ts";
import type { SessionView } from "../session/view.ts";
import { type DaemonOutput, sentenceOf } from "../terminal/daemon-output.ts";
import { type LogLevel, labelOf } from "../util/log.ts";
import { Activity } from "./activity.ts";

/** What does not change while it runs. */
export interface Identity {
  readonly version: string;
  readonly bot: string;
  readonly url: string;
  readonly channel: { readonly name: string; readonly link: string };
  readonly directory: string;
  readonly home: string;
  readonly maxSessions: number;
}

export class Monitor {
  readonly history = new LogHistory();
  readonly metrics = new Metrics();
  readonly activity: Activity;
  readonly #output: DaemonOutput;
  readonly #now: () => number;
  readonly #startedAt: number;
  #connection = { isConnected: false, since: 0, lost: 0 };
  #lastError: { readonly at: number; readonly text: string } | undefined;

  constructor(output: DaemonOutput, now: () => number) {
    this.#output = output;
    this.#now = now;
    this.#startedAt = now();
    this.#connection.since = now();
    this.activity = new Activity(now, (event) => this.#happened(event));
  }

  /** A line of the log, with its level in front. */
  readonly logged = (line: string, level: LogLevel): void => {
    this.#output.log(line, level);
    const text = line.slice(labelOf(level).length);
    this.history.add({ at: this.#now(), level, text });
    if (level === "warning" || level === "error") {
      this.metrics.countProblem(level);
    }
    if (level === "error") {
      this.#lastError = { at: this.#now(), text };
    }
  };

  audited(entry: AuditEntry): void {
    this.activity.audited(entry);
  }

  connected(isConnected: boolean): void {
    if (isConnected !== this.#connection.isConnected) {
      const lost = this.#connection.lost + (isConnected ? 0 : 1);
      this.#connection = { isConnected, since: this.#now(), lost };
      this.activity.connected(isConnected);
    }
  }

  status(
    { version, bot, url, channel, directory, home, maxSessions }: Identity,
    sessions: readonly SessionView[],
    requests: Status["requests"],
    linkOf: (thread: string) => string,
  ): Status {
    const { rss, heapUsed } = process.memoryUsage();
    return {
      protocol: PROTOCOL,
      version,
      pid: process.pid,
      startedAt: this.#startedAt,
      bot,
      server: { url, ...this.#connection },
      channel,
      directory: homePath(directory, home),
      maxSessions,
      sessions: sessions.flatMap((view) => statusOf(view, linkOf)),
      requests,
      memory: { rssBytes: rss, heapBytes: heapUsed },
      ...(this.#lastError ? { lastError: this.#lastError } : {}),
    };
  }

  #happened(event: DaemonEvent): void {
    this.#output.event(event);
    this.history.add({ at: this.#now(), level: "info", text: sentenceOf(event) });
    this.metrics.countEvent(event.name);
  }
}

function statusOf(
  { threadId, by, phase, asks, queued, lastActivityAt }: SessionView,
  linkOf: (thread: string) => string,
): SessionStatus[] {
  if (phase === "ended") {
    return [];
  }
  const waitsFor = asks.map(({ subject }) => subject);
  return [{ thread: threadId, link: linkOf(threadId), by, phase, waitsFor, queued, lastActivityAt }];
}
