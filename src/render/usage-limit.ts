// "Claude AI usage limit reached|1760000000": what Claude Code says for programs, said for people.

/** Epoch seconds, or milliseconds; other numbers are none that we know. */
const stamped = /(limit reached)\|(\d{10}(?:\d{3})?)(?!\d)/gi;

/**
 * The text with each reset time in words, in `timeZone` (an IANA name, which the text names as well). Takes a complete
 * text: half a number would be another time.
 */
export function usageLimitInWords(text: string, now: number, timeZone: string): string {
  return text.replace(stamped, (_match, limit: string, digits: string) => {
    const at = Number(digits.padEnd(13, "0"));
    return `${limit}; it ${at > now ? "resets" : "was reset"} ${moment(at, now, timeZone)} (${timeZone})`;
  });
}

/** "You've hit your session limit · resets 2:27am (UTC)", "Weekly limit reached ∙ resets Dec 3, 2am" (2.0.76, 1.0.128). */
const clocked =
  /limit\b[^\n]{0,80}? resets (?:([A-Z][a-z]{2}) (\d{1,2}),? (?:at )?)?(\d{1,2})(?::(\d{2}))?([ap]m)(?: \(([\w/+-]{1,40})\))?/;
const MINUTE_MS = 60_000;
const SOON_MS = 8 * 24 * 3_600_000;

/** When a limit resets that a turn was refused by; milliseconds since the epoch. Undefined where no such time is told. */
export function usageLimitIn(text: string, now: number, timeZone: string): number | undefined {
  const [, , digits] = new RegExp(stamped.source, "i").exec(text) ?? [];
  if (digits !== undefined) {
    return Number(digits.padEnd(13, "0"));
  }
  const [, month, day, hour, minute = "00", half, zone = timeZone] = clocked.exec(text.slice(0, 500)) ?? [];
  if (hour === undefined || half === undefined) {
    return undefined;
  }
  const date = month === undefined ? "" : `${month} ${Number(day)}, `;
  const wanted = `${date}${Number(hour)}:${minute} ${half.toUpperCase()}`;
  const read = formatIn(zone, month !== undefined);
  const first = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  for (let at = first; read && at <= now + SOON_MS; at += MINUTE_MS) {
    if (read(at) === wanted) {
      // It is rounded down.
      return at + MINUTE_MS;
    }
  }
  return undefined;
}

function formatIn(timeZone: string, withDate: boolean): ((at: number) => string) | undefined {
  try {
    const time = { hour: "numeric", minute: "2-digit", hourCycle: "h12", timeZone } as const;
    const date = withDate ? ({ month: "short", day: "numeric" } as const) : {};
    const format = new Intl.DateTimeFormat("en-US", { ...date, ...time });
    return (at) => format.format(at).replaceAll(/\s/g, " ");
  } catch {
    return undefined;
  }
}

export function moment(at: number, now: number, timeZone: string): string {
  const read = (time: number, options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat("en-GB", { timeZone, ...options }).format(time);
  const time = `at ${read(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })}`;
  const date: Intl.DateTimeFormatOptions = { day: "numeric", month: "long" };
  const year: Intl.DateTimeFormatOptions = { year: "numeric" };
  if (read(at, { ...date, ...year }) === read(now, { ...date, ...year })) return time;
  return `on ${read(at, read(at, year) === read(now, year) ? date : { ...date, ...year })} ${time}`;
}
