// Times of day as people write them: 9:00, 9.30 pm, 9am, at 9, noon, midnight.

export interface Time {
  readonly hour: number;
  readonly minute: number;
}

export interface Times {
  /** In the order of the day, none twice. */
  readonly times: readonly Time[];
  /** What was written besides. */
  readonly rest: string;
  /** Something that looks like a time and is none. */
  readonly wrong?: string;
  /** Whether it is meant of the morning or the evening can't be known of one. */
  readonly isUnclear: boolean;
}

const HALF = String.raw`(?: ?[ap]\.?m\b\.?)`;
const CLEAR = String.raw`\d{1,2}[:.]\d{2}\b${HALF}?|\d{1,2}${HALF}|noon\b|midnight\b`;
// A bare number is a time only after "at", or after another time and an "and".
const BARE = String.raw`\d{1,2}(?: o'?clock)?(?![\w:.#])`;
const TIMES = new RegExp(
  String.raw`(?<![\w:.])(?:at (?:${CLEAR}|${BARE})|${CLEAR})(?:(?:, and |, | and | & )(?:at )?(?:${CLEAR}|${BARE}))*`,
  "g",
);
const ONE = new RegExp(`${CLEAR}|${BARE}`, "g");

/** `text` is short, in lower case, its words a single space apart. */
export function readTimes(text: string): Times {
  const lists = text.match(TIMES) ?? [];
  // Each has days of its own, as in "Monday at 9 and Friday at 17".
  if (lists.length > 1) return { times: [], rest: text, isUnclear: false };
  const written = lists.flatMap((list) => list.match(ONE) ?? []);
  const times = written.map(readTime);
  const wrong = written.find((_, at) => times[at] === undefined);
  const minutes = new Set(times.map((time) => (time ? time.hour * 60 + time.minute : 0)));
  return {
    times: [...minutes]
      .sort((a, b) => a - b)
      .map((each) => ({ hour: Math.floor(each / 60), minute: each % 60 })),
    rest: text
      .replace(TIMES, " ")
      .replaceAll(/ {2,}/g, " ")
      .replaceAll(/^[ ,]+|[ ,]+$/g, ""),
    ...(wrong === undefined ? {} : { wrong }),
    isUnclear: areUnclear(written),
  };
}

/** "5 and 9 pm": of one it is written, and of another it is not. */
export function areUnclear(written: readonly string[]): boolean {
  const isMarked = (time: string): boolean => /[ap]\.?m\.?$/.test(time);
  return (
    written.some(isMarked) &&
    written.some((time) => !isMarked(time) && /^(?:[1-9]|0[1-9]|1[0-2])(?!\d)/.test(time))
  );
}

/** A text that begins with a time. */
export const beginsWithTime = (text: string): boolean =>
  new RegExp(`^(?:at (?:${CLEAR}|${BARE})|${CLEAR})`).test(text.slice(0, 30).toLowerCase());

/** One time; a bare number is an hour. */
export function readTime(written: string): Time | undefined {
  if (written === "noon") return { hour: 12, minute: 0 };
  if (written === "midnight") return { hour: 0, minute: 0 };
  const match = /^(\d{1,2})(?:[:.](\d{2}))? ?(?:([ap])\.?m\.?)?(?: ?o'?clock)?$/.exec(written);
  if (!match) return undefined;
  const [, hours, minutes = "0", half] = match;
  const [hour, minute] = [Number(hours), Number(minutes)];
  if (minute > 59) return undefined;
  if (half === undefined) return hour < 24 ? { hour, minute } : undefined;
  return hour >= 1 && hour <= 12 ? { hour: (hour % 12) + (half === "p" ? 12 : 0), minute } : undefined;
}
