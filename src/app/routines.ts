// A project's routines as long as it is served: what is kept of them, and one timer for what comes next.

import type { AuditEntry } from "../audit/record.ts";
import type { ChannelId, MattermostApi, ThreadId, User, UserId } from "../mattermost/types.ts";
import { type Book, decodeBook, encodeBook, type Pending, type Routine } from "../routines/book.ts";
import { scheduleWords } from "../routines/schedule.ts";
import { type Facts, find, nextMoment, settled, ticked } from "../routines/steps.ts";
import type { Place } from "../routines/words.ts";
import type { SessionManager } from "../session/manager.ts";
import type { DocumentStore } from "../store/document-store.ts";
import type { Clock, Timer } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { RoutinePosts } from "./routine-posts.ts";
import { perform } from "./routine-runs.ts";
import type { ThreadStart, ThreadStarted } from "./thread-start.ts";

export interface RoutinesOptions {
  /** The name of theirs. */
  readonly document: string;
  readonly folder: Pick<DocumentStore, "change" | "saved">;
  readonly clock: Clock;
  readonly log: Log;
  readonly api: Pick<MattermostApi, "createPost" | "postsSince" | "thread">;
  readonly channelId: ChannelId;
  readonly botId: UserId;
  readonly timeZone: string;
  readonly linkTo: (thread: string) => string;
  readonly userById: (id: UserId) => Promise<User | undefined>;
  readonly mayStart: (id: UserId) => boolean;
  readonly sessions: Pick<SessionManager, "find">;
  readonly start: (start: ThreadStart) => Promise<ThreadStarted>;
  readonly audit: (entry: AuditEntry) => void;
  /** Sessions can begin there now. */
  readonly isServed: () => boolean;
}

const LOST = "the project has no routines any more";
/** So it is noticed that a clock was set, or that the machine slept. */
const LONGEST_MS = 60_000;
/** After something that could not be done. */
const RETRY_MS = 30_000;

/** As an earlier run has left them; undefined when it has left none that can be understood. */
export function keptBook(
  document: string,
  folder: Pick<DocumentStore, "read" | "quarantine">,
): Book | undefined {
  const found = folder.read(document, LOST);
  const book = decodeBook(found);
  if (found !== undefined && !book) {
    folder.quarantine(document, "it is damaged, or another version wrote it", LOST);
  }
  return book;
}

export class Routines {
  readonly #options: RoutinesOptions;
  readonly #posts: RoutinePosts;
  #book: Book;
  #timer: Timer | undefined;
  #isWorking = false;
  /** Something has changed since the work under way looked. */
  #isStale = false;
  #isOpen = false;
  #isClosed = false;
  /** What comes of cards by time alone. */
  #onTick = (): void => {};

  constructor(options: RoutinesOptions, book: Book) {
    this.#options = options;
    this.#posts = new RoutinePosts(options);
    this.#book = book;
  }

  get book(): Book {
    return this.#book;
  }

  get place(): Place {
    const { clock, timeZone, linkTo } = this.#options;
    return { now: clock.now(), timeZone, linkTo };
  }

  /** Runs begin from now on. `onTick`: called before the routines are looked at. */
  open(onTick: () => void): void {
    this.#isOpen = true;
    this.#onTick = onTick;
    this.#work();
  }

  /** What is under way is found at the next start. */
  close(): void {
    this.#isClosed = true;
    this.#options.clock.clearTimeout(this.#timer);
  }

  change(book: Book): void {
    this.#keep(book);
    this.#work();
  }

  /** Resolves when the disk has what they are now, or can't have it. */
  async saved(): Promise<void> {
    const { document, folder } = this.#options;
    await folder.saved(document);
  }

  get #facts(): Facts {
    const { clock, sessions } = this.#options;
    return { now: clock.now(), isAtWork: (thread) => isBusy(sessions.find(thread)) };
  }

  #keep(book: Book): Promise<void> | undefined {
    const { document, folder } = this.#options;
    if (book !== this.#book) {
      this.#book = book;
      folder.change(document, () => encodeBook(this.#book));
    }
    return folder.saved(document);
  }

  #work(): void {
    this.#isStale = true;
    if (!this.#isOpen || this.#isClosed || this.#isWorking) {
      return;
    }
    this.#isWorking = true;
    this.#workOff()
      .catch((error: unknown) => this.#options.log.error("Routines could not be looked at", error))
      .finally(() => {
        this.#isWorking = false;
        this.#schedule();
      });
  }

  async #workOff(): Promise<void> {
    const { isServed } = this.#options;
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false;
      this.#onTick();
      if (!isServed()) {
        return;
      }
      await this.#keep(this.#noted(ticked(this.#book, this.#facts)));
      await Promise.all(
        this.#book.routines.map((routine) => routine.pending && this.#do(routine, routine.pending)),
      );
    }
  }

  /** What is noted now was not tried before. */
  #noted(book: Book): Book {
    for (const routine of book.routines) {
      const { pending } = routine;
      if (pending && find(this.#book, routine.number)?.pending !== pending) {
        this.#posts.isNew(this.#posts.key(routine, pending));
      }
    }
    return book;
  }

  async #do(routine: Routine, pending: Pending): Promise<void> {
    const { number } = routine;
    const outcome = await perform(routine, pending, {
      ...this.#options,
      posts: this.#posts,
      place: () => this.place,
      isOver: () => this.#isClosed || find(this.#book, number)?.pending !== pending,
    });
    if (this.#isClosed && outcome.kind !== "ran") {
      return;
    }
    await this.#keep(this.#noted(settled(this.#book, number, outcome, this.#facts)));
    this.#tell(routine, pending, outcome.kind, "thread" in outcome ? outcome.thread : undefined);
    // What it has become is done at once, and so are windows that have come meanwhile.
    this.#isStale ||= outcome.kind !== "later";
  }

  #tell(
    { number, by, schedule }: Routine,
    { what: pending, window }: Pending,
    kind: string,
    thread: ThreadId | undefined,
  ): void {
    const { audit, log } = this.#options;
    const what = {
      routine: number,
      schedule: scheduleWords(schedule, this.#options.timeZone),
      window: new Date(window).toISOString(),
    };
    if (kind === "ran" && thread) {
      audit({ action: "routine-run", by, threadId: thread, what });
    } else if (kind === "told" && pending === "stop" && thread) {
      audit({ action: "routine-paused", threadId: thread, what: { ...what, maker: by } });
      log.warn(`Routine ${number} is stopped: @${by.name} may start no session there.`);
    }
  }

  #schedule(): void {
    const { clock, isServed } = this.#options;
    clock.clearTimeout(this.#timer);
    const next = nextMoment(this.#book);
    const isPending = this.#book.routines.some(({ pending }) => pending);
    if (this.#isClosed || (next === undefined && !isPending)) {
      return;
    }
    const isLater = isPending || next === undefined || !isServed();
    const ms = isLater ? RETRY_MS : Math.max(0, next - clock.now());
    this.#timer = clock.setTimeout(() => this.#work(), Math.min(ms, LONGEST_MS));
  }
}

/** It works, or waits for people or for what it has begun. */
export function isBusy(session: ReturnType<SessionManager["find"]>): boolean {
  if (session === undefined || session.isIdle) {
    return false;
  }
  const { phase, queued } = session.view;
  return phase === "working" || phase === "idle" || (phase === "asleep" && queued > 0);
}
