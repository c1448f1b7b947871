// Days as people write them: every weekday, mondays, mon-fri, the 1st, the last Friday of the month, 1 December.

export type Days =
  /** The last three fields of a cron expression. */
  | { readonly kind: "recurring"; readonly fields: string }
  /** The next day that these fields name. */
  | { readonly kind: "next"; readonly fields: string; readonly isAfterToday?: boolean }
  | { readonly kind: "ahead"; readonly days: number }
  | { readonly kind: "date"; readonly year: number; readonly month: number; readonly day: number };

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const MONTHS = "january february march april may june july august september october november december".split(
  " ",
);
const SETS: Readonly<Record<string, string>> = {
  day: "*",
  days: "*",
  weekday: "1-5",
  weekdays: "1-5",
  workday: "1-5",
  workdays: "1-5",
  "working day": "1-5",
  "working days": "1-5",
  weekend: "6,0",
  weekends: "6,0",
};
const NTH: Readonly<Record<string, string>> = { first: "1", second: "2", third: "3", fourth: "4", last: "L" };
const OF_THE_MONTH = "of (?:the|every|each) month";
const NTH_DAY = new RegExp(`^(?:on )?the (\\w+) (\\w+) ${OF_THE_MONTH}$`);
const MONTHLY = new RegExp(
  `^(?:(?:every|each) month |monthly )?(?:on )?(?:the |every )?([^ ]+(?:(?:, | and | & )[^ ]+)*(?: day)?)(?: ${OF_THE_MONTH}| every month)?$`,
);

/** `text` is short, in lower case, its words a single space apart. Undefined when it is not understood. */
export function readDays(text: string): Days | undefined {
  if (text === "today") return { kind: "ahead", days: 0 };
  if (text === "tomorrow") return { kind: "ahead", days: 1 };
  if (text === "daily" || text === "everyday") return recurring("* * *");
  if (/^(?:monthly|(?:every|each) month)$/.test(text)) return recurring("1 * *");
  return readWeekdays(text) ?? readNth(text) ?? readDate(text) ?? readMonthly(text);
}

const recurring = (fields: string): Days => ({ kind: "recurring", fields });

function readWeekdays(text: string): Days | undefined {
  const [, every, before, named = ""] =
    /^((?:every|each) (?:week (?:on )?)?|weekly (?:on )?)?(on |next |this |all )?(.+)$/.exec(text) ?? [];
  const field = SETS[named] ?? weekdayList(named);
  if (field === undefined) return undefined;
  const isOne = weekday(named) !== undefined && !named.endsWith("s");
  if (every === undefined && isOne) {
    return { kind: "next", fields: `* * ${field}`, isAfterToday: before === "next " };
  }
  return every === undefined && (named === "day" || before === "next " || before === "this ")
    ? undefined
    : recurring(`* * ${field}`);
}

function weekdayList(text: string): string | undefined {
  const fields = text.split(/, and |, | and | & |,/).map((part) => {
    const range = part.split(/ ?[-–] ?| to | through | until /).map((each) => weekday(each));
    const [first, last] = range;
    if (first === undefined || range.length > 2) return undefined;
    if (range.length === 1) return String(first);
    if (last === undefined) return undefined;
    // From Saturday to Monday goes over the end of the week.
    if (first <= last) return `${first}-${last}`;
    return last === 0 ? `${first}-7` : `${first === 6 ? "6" : `${first}-6`},0-${last}`;
  });
  return fields.includes(undefined) ? undefined : fields.join(",");
}

/** Monday, mondays, mon. */
function weekday(text: string): number | undefined {
  const at = text.length < 3 ? -1 : DAYS.findIndex((day) => isShortFor(text, day) || text === `${day}s`);
  return at < 0 ? undefined : at;
}

const isShortFor = (text: string, name: string): boolean =>
  text === name || (text.length >= 3 && text.length <= 5 && name.startsWith(text));

function readNth(text: string): Days | undefined {
  const [, nth = "", day = ""] = NTH_DAY.exec(text) ?? [];
  const number = NTH[nth] ?? /^([1-5])(?:st|nd|rd|th)$/.exec(nth)?.[1];
  const of = weekday(day);
  return number === undefined || of === undefined ? undefined : recurring(`* * ${of}#${number}`);
}

function readMonthly(text: string): Days | undefined {
  const named = MONTHLY.exec(text)?.[1];
  if (named === undefined) return undefined;
  if (named === "last day") return recurring("L * *");
  const days = named.split(/, and |, | and | & /).map((each) => {
    if (each === "first day") return 1;
    return Number(/^(\d{1,2})(?:st|nd|rd|th)(?: day)?$/.exec(each)?.[1] ?? "0");
  });
  return days.every((day) => day >= 1 && day <= 31) ? recurring(`${days.join()} * *`) : undefined;
}

function readDate(text: string): Days | undefined {
  const iso = /^(?:on )?(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (iso) return { kind: "date", year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) };
  const [, every, date = ""] = /^((?:every|each) (?:year )?)?(?:on )?(?:the )?(.+)$/.exec(text) ?? [];
  const first = /^(\d{1,2})(?:st|nd|rd|th)? (?:of )?([a-z]+)(?:,? (\d{4}))?$/.exec(date);
  const second = /^([a-z]+) (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?$/.exec(date);
  const [day, name = "", year] = first ? first.slice(1) : second ? [second[2], second[1], second[3]] : [];
  const month = MONTHS.findIndex((each) => isShortFor(name, each)) + 1;
  if (month === 0) return undefined;
  if (year === undefined) {
    const fields = `${Number(day)} ${month} *`;
    return every === undefined ? { kind: "next", fields } : recurring(fields);
  }
  return every === undefined ? { kind: "date", year: Number(year), month, day: Number(day) } : undefined;
}
