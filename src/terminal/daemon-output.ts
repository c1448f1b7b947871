// What the daemon says while it runs, a line for each event and each line of its log: for a person at a terminal, for a
// file or a service's journal, or as JSON for a program.

import type { DaemonEvent, EventName } from "../control/events.ts";
import { jsonLine } from "../control/json-line.ts";
import { type LogLevel, labelOf } from "../util/log.ts";
import type { Print } from "../util/output.ts";
import { printable } from "../util/printable.ts";
import type { Colour, Colours } from "./colours.ts";
import type { Wrap } from "./wrapping.ts";

export const LOG_FORMATS = ["text", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface DaemonOutputOptions {
  readonly format: LogFormat;
  readonly out: Print;
  /** For warnings and errors. */
  readonly err: Print;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Where a thread is in a browser. */
  readonly linkOf: (thread: string) => string;
  readonly colour: Colours;
  /** A person looks on; undefined: no terminal, and lines are left as long as they are. */
  readonly terminal: Terminal | undefined;
  /** Whoever reads the lines knows when each came. */
  readonly isTimed: boolean;
}

export interface Terminal {
  readonly columns: () => number;
  /** At words, `columns` wide; colours don't count. */
  readonly wrap: Wrap;
  /** Whether it writes by itself what somebody types, such as `^C`, wherever the cursor is. */
  readonly isEchoing: () => boolean;
}

const SIGNS: Readonly<Record<EventName, readonly [sign: string, colour: Colour]>> = {
  started: ["▶", "cyan"],
  resumed: ["▶", "cyan"],
  asked: ["?", "yellow"],
  decided: ["✓", "green"],
  finished: ["●", "green"],
  slept: ["☾", "dim"],
  crashed: ["✗", "red"],
  "machine-lost": ["✗", "red"],
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
  "machine-lost",
  "failed",
  "refused",
]);

const NARROWEST = 20;
const NAME_WIDTH = 12;

export class DaemonOutput {
  readonly #options: DaemonOutputOptions;

  constructor(options: DaemonOutputOptions) {
    this.#options = options;
  }

  /** What it is and where it works, before anything happens. */
  banner(title: string, rows: readonly (readonly [name: string, value: string])[]): void {
    const { format, out, colour } = this.#options;
    if (format === "json") {
      this.#json(out, "info", title, Object.fromEntries(rows));
      return;
    }
    out(`${colour("bold", title)}\n`);
    this.rows(rows);
  }

  /** More of what the banner says. */
  rows(rows: readonly (readonly [name: string, value: string])[]): void {
    const { format, out, colour } = this.#options;
    if (format === "json") {
      return;
    }
    for (const [name, value] of rows) {
      out(this.#wrapped(`  ${colour("dim", name.padEnd(NAME_WIDTH))} `, NAME_WIDTH + 3, printable(value)));
    }
  }

  /** An empty line. */
  gap(): void {
    const { format, out } = this.#options;
    if (format === "text") {
      out("");
    }
  }

  /** A sentence for whoever looks on. */
  say(text: string, colour?: Colour): void {
    const { format, out } = this.#options;
    if (format === "json") {
      this.#json(out, "info", text);
    } else {
      const plain = printable(text);
      out(this.#lineStart() + this.#wrapped("", 0, colour ? this.#options.colour(colour, plain) : plain));
    }
  }

  event(event: DaemonEvent): void {
    const { format, out, linkOf, colour: paint, now } = this.#options;
    const { name, thread } = event;
    if (format === "json") {
      out(jsonLine({ at: now(), level: "info", text: sentenceOf(event), event }));
      return;
    }
    const [sign, colour] = SIGNS[name];
    const link = thread !== undefined && WITH_LINK.has(name) ? ` ${paint("dim", linkOf(thread))}` : "";
    this.#line(out, `${paint(colour, sign)} ${printable(sentenceOf(event))}${link}`);
  }

  /** `line`: as the log made it, with its level in front. */
  log(line: string, level: LogLevel): void {
    const { format, out, err, colour } = this.#options;
    const print = level === "info" ? out : err;
    if (format === "json") {
      this.#json(print, level, line.slice(labelOf(level).length));
      return;
    }
    const paint = level === "error" ? "red" : level === "warning" ? "yellow" : undefined;
    this.#line(print, paint ? colour(paint, line) : line);
  }

  #line(print: Print, text: string): void {
    const { terminal, colour, isTimed, now } = this.#options;
    if (!terminal) {
      print(isTimed ? text : `${this.#isoTime()} ${text}`);
      return;
    }
    const time = new Date(now()).toTimeString().slice(0, 8);
    print(this.#lineStart() + this.#wrapped(`${colour("dim", time)} `, time.length + 1, text));
  }

  /** Leads over what was typed. */
  #lineStart(): string {
    return this.#options.terminal?.isEchoing() ? "\r" : "";
  }

  /** The lines of a long text stand under each other, beside `head`, which takes `indent` columns. */
  #wrapped(head: string, indent: number, text: string): string {
    const { terminal } = this.#options;
    if (!terminal) {
      return head + text;
    }
    const columns = Math.max(NARROWEST, terminal.columns() - indent);
    return head + terminal.wrap(text, columns).replaceAll("\n", `\n${" ".repeat(indent)}`);
  }

  #json(print: Print, level: LogLevel, text: string, more?: Readonly<Record<string, unknown>>): void {
    print(jsonLine({ at: this.#options.now(), level, text }, more));
  }

  #isoTime(): string {
    return new Date(this.#options.now()).toISOString();
  }
}

/** As it stands in a list of what many sessions do. */
export function sentenceOf({ project, slot, by, text }: Omit<DaemonEvent, "name">): string {
  const which = [
    project,
    slot === undefined ? undefined : `#${slot}`,
    by === undefined ? undefined : `@${by}`,
  ];
  return [...which.filter((part) => part !== undefined), text].join(" ");
}
