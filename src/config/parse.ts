// A person's text → a setting's value, or what is wrong with it and what would be right. Reads nothing.

import { resolve } from "node:path";
import { withoutEnd } from "../util/without-end.ts";

export type Parsed<T> = { readonly value: T } | { readonly problem: string; readonly mend: string };

export interface ParseContext {
  readonly cwd: string;
  readonly home: string;
}

/** Node's timers fire at once when told to wait longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function parseUrl(text: string): Parsed<string> {
  const mend = "Write the server's address as in the browser, such as https://chat.example.com";
  if (!/^https?:\/\//i.test(text))
    return { problem: `${quote(text)} doesn't begin with https:// or http://`, mend };
  if (!URL.canParse(text)) return { problem: `${quote(text)} is not a URL`, mend };
  const url = new URL(text);
  // Not quoted: it holds a password.
  if (url.username !== "" || url.password !== "")
    return { problem: "it contains a user name or password", mend };
  if (url.search !== "" || url.hash !== "")
    return { problem: `${quote(text)} has a part after ? or #`, mend };
  return { value: withoutEnd(text, "/") };
}

export function parseToken(text: string): Parsed<string> {
  if (/^[\x21-\x7e]+$/.test(text)) return { value: text };
  return {
    problem: "it holds spaces or characters that no token has",
    mend: "Copy the bot's access token again from Integrations > Bot Accounts",
  };
}

export function parseChannelId(text: string): Parsed<string> {
  // As servers make them all (7.10 to 10.11).
  if (/^[a-z0-9]{26}$/.test(text)) return { value: text };
  return {
    problem: `${quote(text)} is not a channel id`,
    mend: "Copy the id from the channel's View Info: 26 lower-case letters and digits",
  };
}

export function parseUsername(text: string): Parsed<string> {
  const name = text.replace(/^@/, "").toLowerCase();
  if (/^[a-z0-9._-]{1,64}$/.test(name)) return { value: name };
  return {
    problem: `${quote(text)} is not a username`,
    mend: "A username has letters, digits, '.', '-' and '_'",
  };
}

/** Comma-separated; spaces and a leading @ don't matter. */
export function parseUsernames(text: string): Parsed<readonly string[]> {
  const names = new Set<string>();
  const wrong: string[] = [];
  for (const part of text.split(/[\s,]+/).filter((one) => one !== "")) {
    const parsed = parseUsername(part);
    if ("value" in parsed) names.add(parsed.value);
    else wrong.push(quote(part));
  }
  // An empty list lets everyone in: what a template makes of two empty variables must not mean that.
  if (names.size === 0 && wrong.length === 0 && text.trim() !== "") wrong.push(quote(text));
  if (wrong.length === 0) return { value: [...names] };
  return {
    problem: `${wrong.join(", ")} ${wrong.length === 1 ? "is not a username" : "are not usernames"}`,
    mend: "Write usernames with commas between them, such as alice,bob",
  };
}

const YES = new Set(["true", "1", "yes", "on"]);
const NO = new Set(["false", "0", "no", "off"]);

export function parseBoolean(text: string): Parsed<boolean> {
  const word = text.toLowerCase();
  if (YES.has(word)) return { value: true };
  if (NO.has(word)) return { value: false };
  return {
    problem: `${quote(text)} is neither yes nor no`,
    mend: "Use true or false (1/0, yes/no, on/off work too)",
  };
}

export function parseCount(text: string): Parsed<number> {
  return parseInteger(text, 1, Number.MAX_SAFE_INTEGER, "Use a whole number from 1 up, such as 5");
}

/** How many wait: each costs memory. */
export function parseFew(text: string): Parsed<number> {
  return parseInteger(text, 0, 5, "Use a whole number from 0 to 5");
}

/** Of a file that is read as a whole. */
export function parseMegabytes(text: string): Parsed<number> {
  return parseInteger(text, 1, 1000, "Use a whole number of megabytes from 1 to 1000");
}

export function parseMilliseconds(text: string): Parsed<number> {
  const mend = `Use a whole number of milliseconds from 1 to ${LONGEST_TIMER_MS}, such as 1800000 for half an hour`;
  return parseInteger(text, 1, LONGEST_TIMER_MS, mend);
}

/** `min` is 0 or 1. */
function parseInteger(text: string, min: 0 | 1, max: number, mend: string): Parsed<number> {
  if (!/^-?\d+$/.test(text)) return { problem: `${quote(text)} is not a whole number`, mend };
  const value = Number(text);
  if (value < min) return { problem: `${quote(text)} is ${min === 1 ? "not positive" : "negative"}`, mend };
  if (value > max) return { problem: `${quote(text)} is too large`, mend };
  return { value };
}

/** `~/` is the home directory: no shell has looked at what stands in a file. */
export function parseProgram(text: string, { home }: ParseContext): Parsed<string> {
  return { value: text.replace(/^~(?=\/)/, home) };
}

/** Absolute. `~` would be a folder of that name: no shell has looked at what stands in a file. */
export function parseFile(text: string, { cwd }: ParseContext): Parsed<string> {
  const mend = "Write the whole path of a file, such as /var/lib/node_exporter/mm-claude.prom";
  if (text.startsWith("~"))
    return { problem: `${quote(text)} begins with ~, which stands for nothing here`, mend };
  if (text.endsWith("/")) return { problem: `${quote(text)} is a directory`, mend };
  return { value: resolve(cwd, text) };
}

/** Cut short: it may be of any length. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
