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
  const written = (text.match(TIMES) ?? []).flatMap((list) => list.match(ONE) ?? []);
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
  };
}

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
