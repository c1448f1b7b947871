// What the daemon says while it runs, a line for each event and each line of its log: for a person at a terminal, for a
// file or a service's journal, or as JSON for a program.

import type { DaemonEvent, EventName } from "../control/events.ts";
import { type LogLevel, labelOf } from "../util/log.ts";
import type { Print } from "../util/output.ts";

export const LOG_FORMATS = ["text", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export type Colour = "cyan" | "dim" | "green" | "red" | "yellow";

export interface DaemonOutputOptions {
  readonly format: LogFormat;
  readonly out: Print;
  /** For warnings and errors. */
  readonly err: Print;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where a thread is in a browser. */
  readonly linkOf: (thread: string) => string;
  /** A person looks on; undefined: no terminal, and lines are left as long as they are. */
  readonly terminal: Terminal | undefined;
  /** Whoever reads the lines knows when each came. */
  readonly isTimed: boolean;
}

export interface Terminal {
  readonly columns: () => number;
  readonly colour: (colour: Colour, text: string) => string;
  /** At words, `columns` wide; colours don't count. */
  readonly wrap: (text: string, columns: number) => string;
}

const SIGNS: Readonly<Record<EventName, readonly [sign: string, colour: Colour]>> = {
  started: ["▶", "cyan"],
  resumed: ["▶", "cyan"],
  asked: ["?", "yellow"],
  decided: ["✓", "green"],
  finished: ["●", "green"],
  slept: ["☾", "dim"],
  crashed: ["✗", "red"],
  stopped: ["■", "dim"],
  ended: ["■", "dim"],
  failed: ["✗", "red"],
  refused: ["⊘", "yellow"],
  "server-lost": ["✗", "red"],
  "server-back": ["✓", "green"],
};

/** Those after which somebody may want to go there. */
const WITH_LINK: ReadonlySet<EventName> = new Set([
  "started",
  "resumed",
  "asked",
  "crashed",
  "failed",
  "refused",
]);

const NARROWEST = 20;

export class DaemonOutput {
  readonly #options: DaemonOutputOptions;

  constructor(options: DaemonOutputOptions) {
    this.#options = options;
  }

  event(event: DaemonEvent): void {
    const { format, out, terminal, linkOf } = this.#options;
    const { name, thread, slot, by, text, seconds } = event;
    if (format === "json") {
      out(
        JSON.stringify({
          time: this.#isoTime(),
          level: "info",
          event: name,
          thread,
          session: slot,
          by,
          seconds,
          message: sentenceOf(event),
        }),
      );
      return;
    }
    const [sign, colour] = SIGNS[name];
    const place = slot === undefined ? "" : `#${slot} `;
    const link = thread !== undefined && WITH_LINK.has(name) ? linkOf(thread) : "";
    const paint = terminal?.colour ?? ((_colour, plain) => plain);
    const words = `${by === undefined ? "" : `@${by} `}${text}`;
    this.#line(out, `${paint(colour, sign)} ${place}${words}${link === "" ? "" : ` ${paint("dim", link)}`}`);
  }

  /** `line`: as the log made it, with its level in front. */
  log(line: string, level: LogLevel): void {
    const { format, out, err, terminal } = this.#options;
    const print = level === "info" ? out : err;
    if (format === "json") {
      print(JSON.stringify({ time: this.#isoTime(), level, message: line.slice(labelOf(level).length) }));
      return;
    }
    const colour = level === "error" ? "red" : level === "warning" ? "yellow" : undefined;
    this.#line(print, terminal && colour ? terminal.colour(colour, line) : line);
  }

  #line(print: Print, text: string): void {
    const { terminal, isTimed, now } = this.#options;
    if (!terminal) {
      print(isTimed ? text : `${this.#isoTime()} ${text}`);
      return;
    }
    const time = new Date(now()).toTimeString().slice(0, 8);
    const indent = " ".repeat(time.length + 1);
    const columns = Math.max(NARROWEST, terminal.columns() - indent.length);
    const [first = "", ...rest] = terminal.wrap(text, columns).split("\n");
    print([`${terminal.colour("dim", time)} ${first}`, ...rest.map((line) => indent + line)].join("\n"));
  }

  #isoTime(): string {
    return new Date(this.#options.now()).toISOString();
  }
}

/** As one sentence would say it in a list of many daemons' lines. */
export function sentenceOf({ slot, by, text }: DaemonEvent): string {
  const who = by === undefined ? "" : `@${by} `;
  return `${slot === undefined ? "" : `#${slot} `}${who}${text}`;
}
