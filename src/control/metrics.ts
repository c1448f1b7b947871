// Figures for Prometheus, in its text format (version 0.0.4): counted while the daemon runs, and what it says of itself.

import { SESSION_PHASES, type Status } from "./protocol.ts";

/** Upper ends, in seconds: from what feels instant to what the server's rate limit makes of a busy channel. */
const DELAY_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}

export class Metrics {
  readonly #events = new Map<string, number>();
  readonly #problems = new Map<string, number>();
  readonly #delays = DELAY_BUCKETS.map(() => 0);
  #delaySum = 0;
  #delayCount = 0;

  /** Of a session, by its name. */
  countEvent(name: string): void {
    this.#events.set(name, (this.#events.get(name) ?? 0) + 1);
  }

  /** A line of the log, by its level. */
  countProblem(level: string): void {
    this.#problems.set(level, (this.#problems.get(level) ?? 0) + 1);
  }

  /** From when a post or a change to one was asked for until the server had it. */
  observePostDelay(ms: number): void {
    const seconds = ms / 1000;
    this.#delaySum += seconds;
    this.#delayCount++;
    DELAY_BUCKETS.forEach((end, at) => {
      if (seconds <= end) {
        this.#delays[at] = (this.#delays[at] ?? 0) + 1;
      }
    });
  }

  text(status: Status): string {
    const { sessions, server, requests, memory } = status;
    const of = (phase: string): number => sessions.filter((one) => one.phase === phase).length;
    return [
      family("info", "gauge", "The version that runs.", [{ labels: { version: status.version }, value: 1 }]),
      family("start_time_seconds", "gauge", "When it was started, since the epoch.", [
        { value: status.startedAt / 1000 },
      ]),
      family("connected", "gauge", "Whether the connection to the server stands.", [
        { value: server.isConnected ? 1 : 0 },
      ]),
      family("connection_losses_total", "counter", "How often it was lost.", [{ value: server.lost }]),
      family(
        "sessions",
        "gauge",
        "Sessions by what they do.",
        SESSION_PHASES.map((state) => ({ labels: { state }, value: of(state) })),
      ),
      family("sessions_max", "gauge", "How many may have a Claude at a time.", [
        { value: status.maxSessions },
      ]),
      family("decisions_pending", "gauge", "Cards and questions that wait for somebody.", [
        { value: sum(sessions.map(({ waitsFor }) => waitsFor.length)) },
      ]),
      family("messages_queued", "gauge", "Messages that wait for Claude.", [
        { value: sum(sessions.map(({ queued }) => queued)) },
      ]),
      family("requests_waiting", "gauge", "Requests to the server that wait for a slot.", [
        { value: requests.waiting },
      ]),
      family("requests_in_flight", "gauge", "Requests to the server under way.", [
        { value: requests.underWay },
      ]),
      family(
        "session_events_total",
        "counter",
        "What happened in sessions.",
        labelled(this.#events, "event"),
      ),
      family(
        "log_lines_total",
        "counter",
        "Warnings and errors in the log.",
        labelled(this.#problems, "level"),
      ),
      family("post_delay_seconds", "histogram", "From the wish to write a post until the server has it.", [
        ...DELAY_BUCKETS.map((end, at) => ({
          suffix: "_bucket",
          labels: { le: String(end) },
          value: this.#delays[at] ?? 0,
        })),
        { suffix: "_bucket", labels: { le: "+Inf" }, value: this.#delayCount },
        { suffix: "_sum", value: this.#delaySum },
        { suffix: "_count", value: this.#delayCount },
      ]),
      family("resident_memory_bytes", "gauge", "Memory of the daemon, without its Claudes.", [
        { value: memory.rssBytes },
      ]),
      family("heap_bytes", "gauge", "JavaScript objects of the daemon.", [{ value: memory.heapBytes }]),
    ].join("");
  }
}

function family(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const full = `mm_claude_${name}`;
  const lines = samples.map(
    ({ suffix = "", labels = {}, value }) => `${full}${suffix}${labelText(labels)} ${value}\n`,
  );
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join("")}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

const labelled = (counts: ReadonlyMap<string, number>, name: string): Sample[] =>
  [...counts].map(([label, value]) => ({ labels: { [name]: label }, value }));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
