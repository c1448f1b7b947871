// What people read about routines: cards, lists, the first post of a run, and why there was none. Names are written so
// that they call nobody. Pure.

import type { Attachment } from "../mattermost/types.ts";
import { attachment, type Notice, notice } from "../render/attachments.ts";
import { nameOf } from "../render/cards.ts";
import { decidedBy } from "../render/hidden-text.ts";
import {
  cell,
  harmless,
  inlineCode,
  quietMentions,
  quote,
  showHidden,
  truncate,
} from "../render/markdown.ts";
import type { Card, Maker, Missed, Pending, Routine } from "./book.ts";
import { momentWords, nextRun, nextRuns, type Schedule, scheduleWords } from "./schedule.ts";

/** Where and when it is said. */
export interface Place {
  readonly now: number;
  readonly timeZone: string;
  /** Undefined: threads have no address. */
  readonly linkTo?: ((thread: string) => string) | undefined;
}

/** More of a task than that stands on its card. */
const QUOTED = 1500;

const quiet = ({ name }: Maker): string => quietMentions(nameOf(name));
const numbered = ({ number }: Routine): string => `**Routine ${number}**`;
const runs = (count: number, isMore = false): string =>
  `${isMore ? "more than " : ""}${count} ${count === 1 && !isMore ? "run" : "runs"}`;

/** An expression that has no words stands as code. */
function whenInWords(schedule: Schedule, timeZone: string): string {
  const words = scheduleWords(schedule, timeZone);
  return words.includes("*") ? inlineCode(words) : words;
}

const zoneOf = (schedule: Schedule, { timeZone }: Place): string =>
  schedule.kind === "cron" ? schedule.timeZone : timeZone;

const moment = (at: number, schedule: Schedule, place: Place): string =>
  momentWords(at, zoneOf(schedule, place), place.now);

export function cardNotice({ by, schedule, text }: Card, place: Place): Notice {
  const next = nextRuns(schedule, place.now, 3).map((at) => moment(at, schedule, place));
  const times =
    next.length === 1
      ? `Once: **${next[0]}**`
      : `${whenInWords(schedule, place.timeZone)}, next: **${next.join("**, **")}**`;
  return {
    markdown: `🕘 **A routine** of ${quiet(by)}\n${quote(decidedBy(text))}`,
    attachment: attachment("ask", `${times}\nReact 👍 to keep it, 👎 to drop it`),
  };
}

/** What stands below a card once it is decided. */
export type Verdict =
  | { readonly kind: "kept"; readonly by: Maker; readonly routine: Routine }
  | { readonly kind: "dropped"; readonly by: Maker }
  | { readonly kind: "tooLate" | "expired" | "tooMany" };

export function verdictOn(verdict: Verdict, place: Place): Attachment {
  switch (verdict.kind) {
    case "kept": {
      const { by, routine } = verdict;
      const next = routine.schedule.kind === "once" ? undefined : nextRun(routine.schedule, place.now);
      const when = next === undefined ? "" : `, next: ${moment(next, routine.schedule, place)}`;
      return attachment(
        "good",
        `✅ **Kept** by ${quiet(by)} as routine ${routine.number}: ${whenInWords(routine.schedule, place.timeZone)}${when}`,
      );
    }
    case "dropped":
      return attachment("bad", `👎 **Dropped** by ${quiet(verdict.by)}`);
    case "tooLate":
      return attachment("void", "⌛ **Not kept**: its time has passed");
    case "expired":
      return attachment("void", "⌛ **Not kept**: nobody has decided for a day");
    case "tooMany":
      return attachment("void", "⌛ **Not kept**: too many others wait, or are kept already");
  }
}

const MOST_TITLE = 60;

export function listNotice(routines: readonly Routine[], place: Place): Notice {
  if (routines.length === 0) {
    return notice("There are no routines here. `!routine every weekday at 9:00: …` makes one.");
  }
  const rows = routines.map((routine) => {
    const { number, schedule, by, last, text } = routine;
    return [
      String(number),
      whenInWords(schedule, place.timeZone),
      nextInWords(routine, place),
      inlineCode(`@${by.name}`),
      last ? linked(moment(last.window, schedule, place), last.thread, place) : "",
      inlineCode(text.trim(), MOST_TITLE),
    ];
  });
  const head = ["", "When", "Next", "Who", "Last", "Task"];
  const table = [head, head.map(() => ":--"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`);
  return notice("`!routines pause 2`, `resume 2`, `run 2` and `remove 2` change one.", table.join("\n"));
}

function nextInWords({ paused, schedule, handledUntil }: Routine, place: Place): string {
  if (paused) {
    return paused.by ? "⏸️ paused" : "⏸️ stopped";
  }
  const next = nextRun(schedule, handledUntil);
  return next === undefined ? "" : moment(next, schedule, place);
}

const linked = (words: string, thread: string, { linkTo }: Place): string =>
  linkTo ? `[${words}](${linkTo(thread)})` : words;

/** The first post of a run's thread. */
export function runRoot(routine: Routine, pending: Pending, place: Place): string {
  return [headOf(routine, place), ...remarks(routine, pending, place), quoted(routine)].join("\n");
}

function headOf(routine: Routine, { timeZone }: Place): string {
  return `🕘 ${numbered(routine)} of ${quiet(routine.by)} · ${whenInWords(routine.schedule, timeZone)}`;
}

const quoted = ({ text }: Routine): string => quote(harmless(showHidden(truncate(text.trim(), QUOTED))));

const LATE_MS = 2 * 60_000;
const WHY_MISSED = "mm-claude was not running then, or could not write here";

function remarks(
  { schedule }: Routine,
  { window, isByHand, missed, skipped }: Pending,
  place: Place,
): string[] {
  return [
    ...(isByHand ? ["Begun because somebody asked for it"] : []),
    ...(!isByHand && place.now - window > LATE_MS
      ? [`Late: it was due at ${moment(window, schedule, place)}`]
      : []),
    ...(missed ? [missedBefore(missed, schedule, place)] : []),
    ...(skipped > 0 ? [`⏭️ ${runs(skipped)} skipped before, because the last one was still at work`] : []),
  ];
}

const missedBefore = (missed: Missed, schedule: Schedule, place: Place): string =>
  `⚠️ ${missedInWords(missed, schedule, place)} before: ${WHY_MISSED}`;

function missedInWords({ count, isMore, first, last }: Missed, schedule: Schedule, place: Place): string {
  const since = moment(first, schedule, place);
  const when =
    count === 1 ? since : isMore ? `since ${since}` : `${since} to ${moment(last, schedule, place)}`;
  return `${runs(count, isMore)} missed (${when})`;
}

/** Begins a thread: nothing is run. */
export function missedRoot(routine: Routine, { missed, window }: Pending, place: Place): string {
  const { schedule, handledUntil } = routine;
  const what = missed ?? { count: 1, isMore: false, first: window, last: window };
  const next = nextRun(schedule, Math.max(handledUntil, place.now));
  const then =
    next === undefined ? "It does not run again." : `The next is at ${moment(next, schedule, place)}.`;
  return [
    headOf(routine, place),
    `⚠️ ${missedInWords(what, schedule, place)}: ${WHY_MISSED}. ${then}`,
    quoted(routine),
  ].join("\n");
}

/** Begins a thread: nothing is run. */
export function stoppedRoot(routine: Routine, { missed }: Pending, place: Place): string {
  const { by, number, schedule } = routine;
  const again =
    schedule.kind === "once"
      ? "It is not kept."
      : `\`!routines resume ${number}\` has it go on once they may, \`!routines remove ${number}\` takes it out.`;
  return [
    headOf(routine, place),
    `⏸️ **Stopped**: ${quiet(by)} is no longer among those who may start a session here. ${again}`,
    ...(missed ? [missedBefore(missed, schedule, place)] : []),
    quoted(routine),
  ].join("\n");
}

/** In the thread of the run before. */
export function skipNotice(routine: Routine, { window }: Pending, place: Place): Notice {
  return notice(
    `⏭️ Routine ${routine.number} did not begin its run of ${moment(window, routine.schedule, place)}: this one was still at ` +
      "work, or waited for somebody. Until that is over, it begins no other.",
  );
}

/** In the thread that was made for it. `why`: in a sentence. */
export function notRunNotice({ schedule, handledUntil }: Routine, why: string, place: Place): Notice {
  const next = nextRun(schedule, Math.max(handledUntil, place.now));
  const then =
    next === undefined
      ? " It was to run once: mention me in this thread to have it done."
      : ` The next is at ${moment(next, schedule, place)}.`;
  const sentence = /[.!]$/.test(why) ? why : `${why}.`;
  return notice(`${quietMentions(sentence)} This run did not begin.${then}`);
}

/** Why a run whose thread there is has no session in it. */
export const CUT_OFF = "⚠️ mm-claude was ended just then";
