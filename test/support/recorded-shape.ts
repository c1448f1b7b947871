// Compares what a server said with what was recorded: same keys, same types, same values. Ids and times can't be the
// same; they must stand for the same things: one recorded id is one id here and the other way round, one recorded time is
// one time here, and times keep their order.

const ID = /[a-z0-9]{26}/g;
const isTime = (value: unknown): value is number => typeof value === "number" && value > 1_600_000_000_000;

export interface Recorded {
  /** The differences, each with where it is; empty when there is none. */
  differences(recorded: unknown, actual: unknown, tolerate?: Tolerances): string[];
  learnId(recorded: string, actual: string): void;
  /** A recorded text with the ids of here. */
  here(text: string): string;
  timeHere(recorded: number): number;
  /** Pairs of times that are in another order than recorded, of those recorded later than this. */
  timeDisorder(later: number): string[];
}

/** The end of a place, such as `.hello.version`, and what may differ there. */
export type Tolerances = readonly {
  readonly at: RegExp;
  readonly allow: "anyValueOfThisType" | "missing" | "otherOrderOfParts";
  readonly because: string;
}[];

export function createRecorded(): Recorded {
  const ids = new Map<string, string>();
  const taken = new Map<string, string>();
  const times = new Map<number, number>();

  function learnId(recorded: string, actual: string): void {
    ids.set(recorded, actual);
    taken.set(actual, recorded);
  }

  function here(text: string): string {
    return text.replace(ID, (id) => ids.get(id) ?? id);
  }

  function compareText(recorded: string, actual: string, at: string): string[] {
    const isId = (text: string) => text.length === 26 && text.replace(ID, "") === "";
    if (isId(recorded) && isId(actual) && !ids.has(recorded) && !taken.has(actual)) learnId(recorded, actual);
    return here(recorded) === actual ? [] : [`${at}: "${actual}" instead of "${here(recorded)}"`];
  }

  function compareNumber(recorded: number, actual: number, at: string): string[] {
    if (isTime(recorded) && isTime(actual)) {
      const known = times.get(recorded);
      times.set(recorded, known ?? actual);
      return known === undefined || known === actual
        ? []
        : [`${at}: another time than the one it is equal to`];
    }
    return recorded === actual ? [] : [`${at}: ${actual} instead of ${recorded}`];
  }

  function compare(recorded: unknown, actual: unknown, at: string, tolerate: Tolerances): string[] {
    const tolerance = tolerate.find((one) => one.at.test(at))?.allow;
    if (tolerance === "missing" && actual === undefined) return [];
    if (kindOf(recorded) !== kindOf(actual)) {
      return [`${at}: ${kindOf(actual)} instead of ${kindOf(recorded)}`];
    }
    if (tolerance === "anyValueOfThisType") return [];
    if (tolerance === "otherOrderOfParts") {
      const parts = (text: unknown) => String(text).split("__").sort().join("__");
      return compareText(parts(here(String(recorded))), parts(actual), at);
    }
    if (Array.isArray(recorded) && Array.isArray(actual)) {
      if (recorded.length !== actual.length) {
        return [`${at}: ${actual.length} entries instead of ${recorded.length}`];
      }
      return recorded.flatMap((one, index) => compare(one, actual[index], `${at}[${index}]`, tolerate));
    }
    if (isObject(recorded) && isObject(actual)) {
      const expected = Object.fromEntries(Object.entries(recorded).map(([key, one]) => [here(key), one]));
      const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
      return [...keys].flatMap((key) => compare(expected[key], actual[key], `${at}.${key}`, tolerate));
    }
    if (typeof recorded === "string" && typeof actual === "string") {
      const inner = [recorded, actual].map(parseInner);
      if (inner[0] !== undefined && inner[1] !== undefined) {
        return compare(inner[0], inner[1], `${at}<json>`, tolerate);
      }
      return compareText(recorded, actual, at);
    }
    if (typeof recorded === "number" && typeof actual === "number") {
      return compareNumber(recorded, actual, at);
    }
    return recorded === actual ? [] : [`${at}: ${String(actual)} instead of ${String(recorded)}`];
  }

  return {
    differences: (recorded, actual, tolerate = []) => compare(recorded, actual, "", tolerate),
    learnId,
    here,
    timeHere(recorded) {
      const direct = times.get(recorded);
      if (direct !== undefined) return direct;
      const [next] = [...times].filter(([time]) => time > recorded).sort(([a], [b]) => a - b);
      if (next === undefined) throw new Error(`No answer has had a time after ${recorded} so far`);
      return next[1] - 1;
    },
    timeDisorder(later) {
      const pairs = [...times].filter(([time]) => time > later).sort(([a], [b]) => a - b);
      return pairs
        .slice(1)
        .filter(([, time], index) => time < (pairs[index]?.[1] ?? 0))
        .map(([recorded, time]) => `${recorded} became ${time}`);
    },
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const kindOf = (value: unknown) =>
  value === null ? "null" : Array.isArray(value) ? "array" : (typeof value as string);

/** An object or a list inside a text, as WebSocket events carry posts. */
function parseInner(text: string): unknown {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
