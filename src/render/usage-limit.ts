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

function moment(at: number, now: number, timeZone: string): string {
  const read = (time: number, options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat("en-GB", { timeZone, ...options }).format(time);
  const time = `at ${read(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })}`;
  const date: Intl.DateTimeFormatOptions = { day: "numeric", month: "long" };
  const year: Intl.DateTimeFormatOptions = { year: "numeric" };
  if (read(at, { ...date, ...year }) === read(now, { ...date, ...year })) return time;
  return `on ${read(at, read(at, year) === read(now, year) ? date : { ...date, ...year })} ${time}`;
}
