// A cron expression in words, when it is one of those that people mean; otherwise the expression itself.

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

export function cronWords(expression: string): string {
  const fields = NICKNAMES[expression.toLowerCase()] ?? expression;
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = fields.trim().split(/\s+/);
  const time = timeWords(minute, hour);
  const days = time && dayWords(day, month, weekday, time.single);
  return time && days !== undefined ? `${days}${time.words}` : expression;
}

function timeWords(minute: string, hour: string): { words: string; single: boolean } | undefined {
  const minutes = numbers(minute, 59);
  if (hour === "*") {
    if (minute === "0") return { words: "every hour", single: false };
    const step = /^\*\/(\d{1,2})$/.exec(minute)?.[1];
    if (step && 60 % Number(step) === 0) return { words: `every ${step} minutes`, single: false };
    return minutes?.length === 1 ? { words: `every hour at :${two(minutes[0])}`, single: false } : undefined;
  }
  const span = /^(\d{1,2})-(\d{1,2})(?:\/(\d{1,2}))?$/.exec(hour);
  if (span && minutes?.length === 1) {
    const every = span[3] && span[3] !== "1" ? `every ${span[3]} hours` : "every hour";
    const words = `${every} ${two(span[1])}:${two(minutes[0])}–${two(span[2])}:${two(minutes[0])}`;
    return { words, single: false };
  }
  const hours = numbers(hour, 23);
  if (minutes === undefined || hours === undefined || minutes.length * hours.length > 6) return undefined;
  const times = hours.flatMap((each) => minutes.map((one) => `${two(each)}:${two(one)}`));
  return { words: andWords(times), single: true };
}

/** What stands before the time, a space included. */
function dayWords(day: string, month: string, weekday: string, single: boolean): string | undefined {
  if (month !== "*") return undefined;
  if (day === "*" && (weekday === "*" || weekday === "0-6" || weekday === "1-7"))
    return single ? "daily " : "";
  if (day === "*") {
    const nth = /^([0-7])#([1-5L])$/.exec(weekday);
    if (nth)
      return single
        ? `on the ${nthWords(nth[2] ?? "")} ${DAYS[Number(nth[1]) % 7]} of the month at `
        : undefined;
    const words = weekdayWords(weekday);
    return words && `${words} `;
  }
  if (weekday !== "*" || !single) return undefined;
  const days = day === "L" ? ["last day of the month"] : numbers(day, 31)?.map(ordinal);
  return days && `on the ${andWords(days)} at `;
}

function weekdayWords(field: string): string | undefined {
  const parts = field.split(",").map((part) => {
    const [first, last, ...more] = part.split("-").map(weekdayNumber);
    if (first === undefined || more.length > 0) return undefined;
    if (!part.includes("-")) return DAYS[first];
    return last === undefined ? undefined : `${DAYS[first]}–${DAYS[last]}`;
  });
  return parts.includes(undefined) ? undefined : parts.join(", ");
}

function weekdayNumber(text: string): number | undefined {
  if (/^[0-7]$/.test(text)) return Number(text) % 7;
  const found = DAYS.findIndex((name) => name.toLowerCase() === text.toLowerCase());
  return found < 0 ? undefined : found;
}

function numbers(field: string, most: number): readonly number[] | undefined {
  if (!/^\d{1,2}(,\d{1,2})*$/.test(field)) return undefined;
  const values = field.split(",").map(Number);
  return values.every((value) => value <= most) ? values.sort((a, b) => a - b) : undefined;
}

const two = (value: number | string | undefined): string => String(value ?? "").padStart(2, "0");

const nthWords = (nth: string): string => (nth === "L" ? "last" : ordinal(Number(nth)));

function ordinal(value: number): string {
  const suffix = ["th", "st", "nd", "rd"][value % 10];
  return `${value}${Math.floor(value / 10) === 1 || suffix === undefined ? "th" : suffix}`;
}

const andWords = (items: readonly string[]): string =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
