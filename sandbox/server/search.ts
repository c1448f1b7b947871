// What a search's terms mean, as the server documents them: words, "phrases", prefixes*, -without, and from:, in:,
// before:, after:, on:. Finds words as they stand: nothing of languages, such as stems. Knows no permissions.
import type { PostRecord } from "./posts.ts";

/** Who or what stands behind the names in the terms; undefined where there is nothing of that name. */
export interface SearchNames {
  userId(username: string): string | undefined;
  channelId(name: string): string | undefined;
}

type Matches = (post: PostRecord) => boolean;

const FLAG = /^(-?)(from|in|channel|before|after|on):(.*)$/i;
const DAY_MS = 24 * 3_600_000;

/** `isOr`: one of the words is enough. Undefined when the terms say nothing to look for. */
export function searchFor(terms: string, isOr: boolean, names: SearchNames): Matches | undefined {
  const wanted: Matches[] = [];
  const filters: Matches[] = [];
  const excluded: Matches[] = [];
  // Several senders, or channels, are one or the other.
  const either = { from: [] as Matches[], in: [] as Matches[] };
  for (const { isNot, flag, value } of partsOf(terms)) {
    if (flag === "from" || flag === "in") {
      const matches = flag === "from" ? by(names.userId(value)) : inside(names.channelId(value));
      (isNot ? excluded : either[flag]).push(matches);
    } else {
      const matches = flag === undefined ? holding(value) : dated(flag, value);
      if (matches) (isNot ? excluded : flag === undefined ? wanted : filters).push(matches);
    }
  }
  for (const some of Object.values(either)) {
    if (some.length > 0) filters.push((post) => some.some((matches) => matches(post)));
  }
  if (wanted.length + filters.length + excluded.length === 0) return undefined;
  return (post) =>
    (isOr && wanted.length > 0
      ? wanted.some((matches) => matches(post))
      : wanted.every((matches) => matches(post))) &&
    filters.every((matches) => matches(post)) &&
    !excluded.some((matches) => matches(post));
}

interface Part {
  readonly isNot: boolean;
  /** Undefined for words. */
  readonly flag: string | undefined;
  readonly value: string;
}

function partsOf(terms: string): Part[] {
  const words = terms.match(/-?"[^"]*"|[^\s"]+/g) ?? [];
  const parts: Part[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    const [, not, flag = "", glued = ""] = FLAG.exec(word) ?? [];
    if (flag === "") {
      const isNot = word.startsWith("-") && word !== "-";
      parts.push({ isNot, flag: undefined, value: isNot ? word.slice(1) : word });
      continue;
    }
    // `from: alice` means the same.
    if (glued === "") at += 1;
    const value = (glued || (words[at] ?? "")).replace(/^~/, "").toLowerCase();
    const name = flag.toLowerCase();
    parts.push({ isNot: not === "-", flag: name === "channel" ? "in" : name, value });
  }
  return parts;
}

const by =
  (userId: string | undefined): Matches =>
  (post) =>
    post.userId === userId;

const inside =
  (channelId: string | undefined): Matches =>
  (post) =>
    post.channelId === channelId;

function dated(flag: string, value: string): Matches | undefined {
  const day = /^\d{4}-\d{1,2}-\d{1,2}$/.test(value) ? Date.parse(`${value} UTC`) : Number.NaN;
  if (Number.isNaN(day)) return undefined;
  return ({ createAt }) =>
    flag === "before"
      ? createAt < day
      : flag === "after"
        ? createAt >= day + DAY_MS
        : createAt >= day && createAt < day + DAY_MS;
}

/** Whole words, one after the other; the last one is the beginning of one where a `*` follows it. */
function holding(value: string): Matches | undefined {
  const sought = wordsOf(value);
  if (sought.trim() === "") return undefined;
  const isPrefix = value.endsWith("*");
  return ({ message }) => wordsOf(message).includes(isPrefix ? sought.slice(0, -1) : sought);
}

/** With a blank around each. */
const wordsOf = (text: string): string =>
  ` ${(text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []).join(" ")} `;
