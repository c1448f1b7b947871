// What people say about routines: they make one, decide about its card, and list, pause, resume, run and remove those
// that there are.

import { randomUUID } from "node:crypto";
import type { AuditAction, AuditEntry } from "../audit/record.ts";
import type { MattermostApi, ThreadId, UserId } from "../mattermost/types.ts";
import { notice } from "../render/attachments.ts";
import { inlineCode } from "../render/markdown.ts";
import type { Book, Card, Routine } from "../routines/book.ts";
import { readRoutine } from "../routines/reading.ts";
import { momentWords, nextRun, scheduleWords } from "../routines/schedule.ts";
import * as steps from "../routines/steps.ts";
import { cardNotice, listNotice, type Verdict, verdictOn } from "../routines/words.ts";
import type { Person } from "../session/authorization.ts";
import type { SessionManager } from "../session/manager.ts";
import type { CardReaction, ProjectCards, ProjectCommand } from "../session/project-commands.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import type { Replies } from "./replies.ts";
import { isBusy, type Routines } from "./routines.ts";

export interface RoutineCommandsOptions {
  readonly routines: Routines;
  readonly api: Pick<MattermostApi, "editPost" | "post">;
  readonly clock: Clock;
  readonly log: Log;
  readonly timeZone: string;
  /** The longest post in code points. */
  readonly postLimit: number;
  readonly rights: (id: UserId) => { readonly mayStart: boolean; readonly mayApprove: boolean };
  readonly sessions: Pick<SessionManager, "find">;
  readonly linkTo: (thread: string) => string;
  readonly reply: Replies["send"];
  readonly audit: (entry: AuditEntry) => void;
}

const MAX_TASK = 4000;
const KEEP = ["+1", "white_check_mark"];
const DROP = "-1";
const CHANGE = /^(pause|resume|run|remove)\s+#?(\d{1,6})$/i;

export class RoutineCommands {
  readonly #options: RoutineCommandsOptions;
  readonly cards: ProjectCards;

  constructor(options: RoutineCommandsOptions) {
    this.#options = options;
    this.cards = {
      open: () =>
        this.#book.cards.flatMap(({ threadId, postId }) =>
          postId === undefined ? [] : { threadId, postId },
        ),
      take: (reaction) => this.#react(reaction),
    };
  }

  /** `!routine …` */
  readonly make = ({ argument, by, threadId }: ProjectCommand): void => {
    const { clock, postLimit, reply, routines, timeZone } = this.#options;
    const read = readRoutine(argument, { now: clock.now(), timeZone });
    if ("problem" in read) {
      reply(threadId, notice(read.problem));
      return;
    }
    const { schedule, text } = read;
    const maker = { id: by.id, name: by.name };
    const card: Card = { id: randomUUID(), by: maker, schedule, text, madeAt: clock.now(), threadId };
    const shown = cardNotice(card, routines.place);
    const isTooLong = [...text].length > MAX_TASK || [...shown.markdown].length > postLimit;
    if (isTooLong || this.#isFull) {
      reply(threadId, notice(isTooLong ? TOO_LONG : FULL));
      return;
    }
    const { book, dropped } = steps.cardMade(this.#book, card);
    routines.change(book);
    for (const old of dropped) {
      this.#show(old, { kind: "tooMany" });
    }
    this.#onceSaved(() =>
      reply(threadId, shown, {
        emojis: ["+1", DROP],
        onPosted: (postId) => routines.change(steps.cardPosted(this.#book, card.id, postId)),
      }),
    );
  };

  /** `!routines`, and what changes one of them. */
  readonly list = ({ argument, by, threadId }: ProjectCommand): void => {
    const { reply, rights, routines } = this.#options;
    const asked = argument.trim();
    const [, verb = "", digits = ""] = CHANGE.exec(asked) ?? [];
    const routine = steps.find(this.#book, Number(digits));
    if (asked === "") {
      reply(threadId, listNotice(this.#book.routines, routines.place));
    } else if (verb === "") {
      reply(threadId, notice(USAGE));
    } else if (!routine) {
      reply(threadId, notice(`ℹ️ There is no routine ${digits}. \`!routines\` lists them.`));
    } else if (!steps.mayChange(routine, by.id, rights(by.id))) {
      const [maker, name] = [routine.by.name, by.name].map((one) => inlineCode(`@${one}`));
      reply(threadId, notice(`⚠️ Only ${maker} and those who may approve can do that, ${name}`));
    } else {
      const said = notice(this.#change(verb.toLowerCase(), routine, by, threadId));
      this.#onceSaved(() => reply(threadId, said));
    }
  };

  /** Cards that nobody has decided about. */
  readonly expire = (): void => {
    const { clock, routines } = this.#options;
    for (const card of steps.cardsExpired(this.#book, clock.now())) {
      routines.change(steps.withoutCard(this.#book, card));
      this.#show(card, { kind: "expired" });
    }
  };

  /** Nobody is told what a crash could still take back. */
  #onceSaved(tell: () => void): void {
    void this.#options.routines.saved().then(tell);
  }

  get #book(): Book {
    return this.#options.routines.book;
  }

  get #isFull(): boolean {
    return this.#book.routines.length >= steps.MAX_ROUTINES;
  }

  /** Gives what to say. */
  #change(verb: string, routine: Routine, by: Person, threadId: ThreadId): string {
    const { clock, linkTo, routines, sessions } = this.#options;
    const { number, last, pending, schedule } = routine;
    const who = { id: by.id, name: by.name };
    const now = clock.now();
    if (verb === "remove") {
      routines.change(steps.removed(this.#book, number));
      this.#audit("routine-removed", by, threadId, routine);
      return `🗑️ Routine ${number} is taken out`;
    }
    if (verb === "pause") {
      if (routine.paused) {
        return `ℹ️ Routine ${number} is paused already`;
      }
      routines.change(steps.paused(this.#book, number, who));
      this.#audit("routine-paused", by, threadId, routine);
      return `⏸️ Routine ${number} is paused. \`!routines resume ${number}\` has it go on.`;
    }
    if (verb === "run") {
      if (pending || (last && isBusy(sessions.find(last.thread)))) {
        const where = last && !pending ? `: [its thread](${linkTo(last.thread)})` : "";
        return `ℹ️ Routine ${number} is at work already${where}`;
      }
      routines.change(steps.askedFor(this.#book, number, now));
      return `▶️ Routine ${number} begins, in a thread of its own`;
    }
    if (!routine.paused) {
      return `ℹ️ Routine ${number} is not paused`;
    }
    const next = nextRun(schedule, now);
    if (next === undefined) {
      return `ℹ️ The time of routine ${number} has passed. \`!routines run ${number}\` runs it now, \`!routines remove ${number}\` takes it out.`;
    }
    routines.change(steps.resumed(this.#book, number, now));
    this.#audit("routine-resumed", by, threadId, routine);
    return `▶️ Routine ${number} goes on, next: ${this.#moment(next)}`;
  }

  #moment(at: number): string {
    const { clock, timeZone } = this.#options;
    return momentWords(at, timeZone, clock.now());
  }

  #react({ by, postId, emojiName, isRemoval }: CardReaction): boolean {
    const { clock, rights, routines } = this.#options;
    const card = this.#book.cards.find((one) => one.postId === postId);
    if (!card) {
      return false;
    }
    const isDropped = emojiName === DROP;
    if (isRemoval || !(isDropped || KEEP.includes(emojiName))) {
      return true;
    }
    if (!steps.mayChange(card, by.id, rights(by.id))) {
      return true;
    }
    const who = { id: by.id, name: by.name };
    const without = steps.withoutCard(this.#book, card);
    const kept = isDropped || this.#isFull ? undefined : steps.kept(without, card, clock.now());
    routines.change(kept?.book ?? without);
    if (kept) {
      this.#audit("routine-made", by, card.threadId, kept.routine, { task: card.text, maker: card.by });
    }
    const refusal: Verdict = isDropped
      ? { kind: "dropped", by: who }
      : { kind: this.#isFull ? "tooMany" : "tooLate" };
    const verdict: Verdict = kept ? { kind: "kept", by: who, routine: kept.routine } : refusal;
    this.#onceSaved(() => this.#show(card, verdict));
    return true;
  }

  /** On the card itself; where that can't be edited any more, below it. */
  #show(card: Card, verdict: Verdict): void {
    const { api, log, reply, routines } = this.#options;
    const { postId, threadId } = card;
    if (postId === undefined) {
      return;
    }
    const attachment = verdictOn(verdict, routines.place);
    const { markdown } = cardNotice(card, routines.place);
    const edit = async (): Promise<void> => {
      const { pendingPostId } = await api.post(postId);
      if (pendingPostId === undefined) {
        throw new Error("it is no post of mm-claude's");
      }
      await api.editPost(postId, { message: markdown, attachment, pendingPostId });
    };
    edit().catch((error: unknown) => {
      log.debug("a routine's card could not be edited", error);
      reply(threadId, { markdown: "", attachment });
    });
  }

  #audit(action: AuditAction, by: Person, threadId: ThreadId, routine: Routine, more: object = {}): void {
    const { number, schedule } = routine;
    const what = { routine: number, schedule: scheduleWords(schedule, this.#options.timeZone), ...more };
    this.#options.audit({ action, by: { id: by.id, name: by.name }, threadId, what });
  }
}

const USAGE = "Write it as `!routines`, or `!routines pause 2` (or `resume`, `run`, `remove`)";
const TOO_LONG = `ℹ️ That is too long: a routine's task has at most ${MAX_TASK} characters, and its card has to fit into a post.`;
const FULL = `ℹ️ There are ${steps.MAX_ROUTINES} routines here, and no more are kept. \`!routines remove 2\` takes one out.`;
