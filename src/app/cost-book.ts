// What was used in each channel, by day and project, over restarts; and how often somebody has let a project go on above
// its limit. Days are those of the machine's time zone.

import { z } from "zod";
import type { ChannelId } from "../mattermost/types.ts";
import {
  type CostChange,
  NOTHING,
  type ProjectCosts,
  plus,
  type Spent,
} from "../session/steering/spending.ts";
import type { DocumentStore } from "../store/document-store.ts";

const PREFIX = "costs-";
/** As many days are kept by themselves; all of them in the sum. */
const DAYS_KEPT = 62;
const LOST = "what was used in its channel before is not counted";

const number = z.number().nonnegative();
const spent = z.object({ microUsd: number, inputTokens: number, outputTokens: number });
const document = z.object({
  version: z.literal(1),
  since: z.string(),
  inAll: spent,
  days: z.record(z.string(), z.record(z.string(), z.object({ spent, raised: number }))),
});

interface Entry {
  spent: Spent;
  /** By how many times its limit somebody has let it go on above that. */
  raised: number;
}

interface ChannelBook {
  readonly since: string;
  inAll: Spent;
  /** By day, such as 2026-11-28, and by project. */
  readonly days: Map<string, Map<string, Entry>>;
}

export interface CostBookOptions {
  readonly folder: DocumentStore;
  /** An IANA name. */
  readonly timeZone: string;
}

export interface BookedProject {
  readonly key: string;
  readonly channelId: ChannelId;
  /** As of now. */
  readonly limitUsd: () => number | undefined;
  /** A project with that key may use more than before. */
  readonly onRaised: () => void;
}

export class CostBook {
  readonly #folder: DocumentStore;
  readonly #days: Intl.DateTimeFormat;
  readonly #channels = new Map<string, ChannelBook>();
  readonly #booked = new Set<BookedProject>();

  constructor({ folder, timeZone }: CostBookOptions) {
    this.#folder = folder;
    this.#days = new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" });
    for (const name of folder.names().filter((one) => one.startsWith(PREFIX))) {
      const found = folder.read(name, LOST);
      const parsed = document.safeParse(found);
      if (parsed.success) {
        this.#channels.set(name.slice(PREFIX.length), bookOf(parsed.data));
      } else if (found !== undefined) {
        folder.quarantine(name, "it does not say what was used", LOST);
      }
    }
  }

  of(project: BookedProject): BookedCosts {
    this.#booked.add(project);
    return new BookedCosts(project, this);
  }

  /** Nobody is told of it any more. */
  close(project: BookedProject): void {
    this.#booked.delete(project);
  }

  channel({ channelId }: BookedProject, now: number): ReturnType<ProjectCosts["channel"]> {
    const { days, inAll, since } = this.#channelOf(channelId, now);
    const entries = [...(days.get(this.#day(now))?.values() ?? [])];
    return { today: entries.map((one) => one.spent).reduce(plus, NOTHING), inAll, since };
  }

  dayOf({ key, limitUsd }: BookedProject, now: number): ReturnType<ProjectCosts["dayOf"]> {
    const day = this.#day(now);
    const entries = [...this.#channels.values()].flatMap(({ days }) => days.get(day)?.get(key) ?? []);
    const limit = limitUsd();
    const stepMicroUsd = limit === undefined ? undefined : Math.round(limit * 1_000_000);
    const raised = entries.reduce((sum, one) => sum + one.raised, 0);
    return {
      spent: entries.map((one) => one.spent).reduce(plus, NOTHING),
      limitMicroUsd: stepMicroUsd === undefined ? undefined : stepMicroUsd * (1 + raised),
      stepMicroUsd,
      endsAt: this.#endOf(day, now),
    };
  }

  change(project: BookedProject, change: CostChange, now: number): void {
    const { channelId, key } = project;
    const book = this.#channelOf(channelId, now);
    const entry = entryOf(book, this.#day(now), key);
    const name = `${PREFIX}${channelId}`;
    if (change.type === "spent") {
      entry.spent = plus(entry.spent, change.spent);
      book.inAll = plus(book.inAll, change.spent);
      this.#folder.change(name, () => encode(book));
      return;
    }
    const { spent: used, stepMicroUsd = 0, limitMicroUsd = 0 } = this.dayOf(project, now);
    // One turn may have used a lot more than there was left: to be let go on means at least a little.
    const missing = stepMicroUsd === 0 ? 0 : Math.floor((used.microUsd - limitMicroUsd) / stepMicroUsd);
    entry.raised += 1 + Math.max(0, missing);
    this.#folder.change(name, () => encode(book));
    void this.#folder.saved(name);
    for (const one of [...this.#booked]) {
      if (one.key === key) {
        one.onRaised();
      }
    }
  }

  #channelOf(channelId: ChannelId, now: number): ChannelBook {
    const book = this.#channels.get(channelId) ?? { since: this.#day(now), inAll: NOTHING, days: new Map() };
    this.#channels.set(channelId, book);
    return book;
  }

  #day(now: number): string {
    return this.#days.format(now);
  }

  /** Days have 23 to 25 hours. */
  #endOf(day: string, now: number): number {
    let [before, after] = [now, now + 26 * 3_600_000];
    while (after - before > 1) {
      const between = Math.floor((before + after) / 2);
      if (this.#day(between) === day) {
        before = between;
      } else {
        after = between;
      }
    }
    return after;
  }
}

/** A class, since there is one for each project: closures would take several times the memory. */
export class BookedCosts implements ProjectCosts {
  readonly #project: BookedProject;
  readonly #book: CostBook;

  constructor(project: BookedProject, book: CostBook) {
    this.#project = project;
    this.#book = book;
  }

  dayOf(now: number): ReturnType<ProjectCosts["dayOf"]> {
    return this.#book.dayOf(this.#project, now);
  }

  channel(now: number): ReturnType<ProjectCosts["channel"]> {
    return this.#book.channel(this.#project, now);
  }

  change(change: CostChange, now: number): void {
    this.#book.change(this.#project, change, now);
  }

  /** It hears of no raised limit any more. */
  close(): void {
    this.#book.close(this.#project);
  }
}

function entryOf({ days }: ChannelBook, day: string, key: string): Entry {
  const projects = days.get(day) ?? new Map<string, Entry>();
  days.set(day, projects);
  const [oldest] = [...days.keys()].sort();
  if (days.size > DAYS_KEPT && oldest !== undefined && oldest !== day) {
    days.delete(oldest);
  }
  const entry = projects.get(key) ?? { spent: NOTHING, raised: 0 };
  projects.set(key, entry);
  return entry;
}

const bookOf = ({ since, inAll, days }: z.output<typeof document>): ChannelBook => ({
  since,
  inAll,
  days: new Map(Object.entries(days).map(([day, projects]) => [day, new Map(Object.entries(projects))])),
});

function encode({ since, inAll, days }: ChannelBook): string {
  const plain = [...days].map(([day, projects]) => [day, Object.fromEntries(projects)] as const);
  return JSON.stringify({ version: 1, since, inAll, days: Object.fromEntries(plain) });
}
