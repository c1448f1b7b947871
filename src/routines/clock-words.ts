// The words for a time of day and for days of the week, at the beginning of a text. Pure.

export interface Clock {
  readonly hour: number;
  readonly minute: number;
}

/** A time that nobody named. */
const MORNING: Clock = { hour: 9, minute: 0 };

/** `problem`: what is written for it, and is none. `at 9`, `9:30 pm`, `at noon`, and nothing at all: the morning. */
export function readClock(
  text: string,
):
  | { readonly clock: Clock; readonly rest: string; readonly isNamed: boolean }
  | { readonly problem: string } {
  const [named = "", word = ""] = /^,?\s*(?:at\s+)?(noon|midnight)\b/i.exec(text) ?? [];
  if (named !== "") {
    const hour = word.toLowerCase() === "noon" ? 12 : 0;
    return { clock: { hour, minute: 0 }, rest: text.slice(named.length), isNamed: true };
  }
  const [all = "", hours = "", minutes = "0", half = ""] =
    /^,?\s*(?:at\s+)?(\d{1,2})(?:[:.](\d{2}))?(?:\s*([ap])\.?m\b\.?)?(?:\s*o'?clock\b)?(?![\d.])/i.exec(
      text,
    ) ?? [];
  if (all === "") {
    return { clock: MORNING, rest: text, isNamed: false };
  }
  const hour = half === "" ? Number(hours) : (Number(hours) % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  const isRight =
    hour < 24 && Number(minutes) < 60 && (half === "" || (Number(hours) > 0 && Number(hours) < 13));
  return isRight
    ? { clock: { hour, minute: Number(minutes) }, rest: text.slice(all.length), isNamed: true }
    : { problem: all.trim() };
}

const DAYS: Readonly<Record<string, string>> = {
  day: "*",
  weekday: "1-5",
  "working day": "1-5",
  "week day": "1-5",
  weekend: "6,0",
  sun: "0",
  mon: "1",
  tue: "2",
  wed: "3",
  thu: "4",
  fri: "5",
  sat: "6",
};
const DAY =
  /^(?:sun(?:day)?|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?)(s?)\b/i;

export function daysIn(
  text: string,
): { readonly days: string; readonly rest: string; readonly isEach: boolean } | undefined {
  const [daily = ""] = /^daily\b/i.exec(text) ?? [];
  if (daily !== "") {
    return { days: "*", rest: text.slice(daily.length), isEach: true };
  }
  const [prefix = ""] = /^(?:every(?:\s+week)?\s+(?:on\s+)?|each\s+|on\s+)/i.exec(text) ?? [];
  const isEvery = /^e/i.test(prefix);
  let rest = text.slice(prefix.length);
  const [group = "", kind = "", plural = ""] =
    /^(day|weekday|working day|week day|weekend)(s?)\b/i.exec(rest) ?? [];
  if (group !== "") {
    const days = DAYS[kind.toLowerCase()] ?? "*";
    return isEvery || plural !== "" ? { days, rest: rest.slice(group.length), isEach: true } : undefined;
  }
  const days: string[] = [];
  let isPlural = false;
  for (let next = DAY.exec(rest); next; next = DAY.exec(rest)) {
    days.push(DAYS[next[0].slice(0, 3).toLowerCase()] ?? "");
    isPlural ||= next[1] !== "";
    rest = rest.slice(next[0].length);
    const [and = ""] =
      /^(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*)(?=(?:sun|mon|tue|wed|thu|fri|sat))/i.exec(rest) ?? [];
    rest = rest.slice(and.length);
    if (and === "") {
      break;
    }
  }
  const isEach = isEvery || isPlural || days.length > 1;
  return days.length === 0 ? undefined : { days: [...new Set(days)].sort().join(","), rest, isEach };
}
