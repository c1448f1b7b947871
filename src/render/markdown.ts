// Small pieces of safe Markdown: values that can't break the line, the fence, the quote or the table they stand in.

import { inWords } from "../util/storable.ts";
import { quietLinks } from "./permalinks.ts";
import { unambiguousCode } from "./unambiguous-code.ts";

const ZERO_WIDTH_SPACE = "\u200b";

/** Length in Unicode code points, which is how the server counts. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd800 && unit < 0xdc00) {
      const next = text.charCodeAt(index + 1);
      if (next >= 0xdc00 && next < 0xe000) {
        count--;
        index++;
      }
    }
  }
  return count;
}

/** Whether `text` has more than `limit` code points, whatever its length. */
export function isLonger(text: string, limit: number): boolean {
  return text.length > limit && (text.length > 2 * limit || codePoints(text) > limit);
}

/** The first `count` code points of `text`, never half a pair. */
export function firstCodePoints(text: string, count: number): string {
  if (text.length <= count) {
    return text;
  }
  let seen = 0;
  let index = 0;
  while (index < text.length && seen < count) {
    index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
    seen++;
  }
  return text.slice(0, index);
}

export function truncate(text: string, count: number): string {
  const head = firstCodePoints(text, count);
  return head.length === text.length ? text : `${firstCodePoints(head, count - 1)}…`;
}

/**
 * Makes characters that hide or reorder text visible, as `⟨U+202E⟩`: what a person is asked to approve must look
 * like what will run. Newlines and tabs stay, and what joins the parts of one emoji.
 */
export function showHidden(text: string): string {
  return text.replace(
    /[^\P{C}\n\t]|\p{Default_Ignorable_Code_Point}|[\u2028\u2029\u2800]/gu,
    (char, at: number) => (isWithinEmoji(text, at, char) ? char : inWords(char)),
  );
}

/** A variation selector or joiner between the parts of an emoji shows by what it does. */
function isWithinEmoji(text: string, at: number, char: string): boolean {
  const before = text.slice(Math.max(0, at - 4), at);
  const after = text.slice(at + 1, at + 3);
  if (char === "\ufe0f") {
    return /\p{Extended_Pictographic}$/u.test(before) || after.startsWith("\u20e3");
  }
  return (
    char === "\u200d" &&
    /[\p{Extended_Pictographic}\p{Emoji_Modifier}]\ufe0f?$/u.test(before) &&
    /^\p{Extended_Pictographic}/u.test(after)
  );
}

/**
 * As `showHidden`, for text that somebody decides about: nothing of it is out of sight, far to the right or far below.
 * Long runs of blanks and of empty lines are described instead of shown.
 */
export function showEverything(text: string): string {
  return showHidden(text)
    .replace(/(?<=\S)[^\S\n]{24,}(?=\S)|[^\S\n]{80,}/g, (run) => `⟨${run.length} blanks⟩`)
    .replace(/\n(?:[^\S\n]*\n){8,}/g, (run) => `\n⟨${run.split("\n").length - 2} empty lines⟩\n`);
}

/**
 * One line of inline code, whatever the value holds; an empty value shows as an empty pair of quotes. `width` bounds
 * what is shown, in code points: a hidden character takes eight.
 */
export function inlineCode(value: string, width = Infinity): string {
  const line = truncate(
    showHidden(value.replace(/\r\n|[\r\n\u2028\u2029]/g, "⏎").replace(/\t/g, " ")),
    width,
  );
  if (line.trim() === "") {
    return "`''`";
  }
  const longest = (line.match(/`+/g) ?? []).reduce((length, run) => Math.max(length, run.length), 0);
  const ticks = "`".repeat(longest + 1);
  return longest === 0 ? `${ticks}${line}${ticks}` : `${ticks} ${line} ${ticks}`;
}

/** A longer marker would not leave room for the text where a block goes over several posts. */
const MAX_MARKER = 15;

/**
 * A fenced block that its content can't close: its marker is longer than any run of that character in it, also in
 * the middle of a line, where Mattermost's own clients look for the end.
 */
export function fence(content: string, language = ""): string {
  const backticks = 1 + longestRun(content, /`{3,}/g);
  const tildes = 1 + longestRun(content, /~{3,}/g);
  const marker = backticks > MAX_MARKER ? "~".repeat(Math.min(tildes, MAX_MARKER)) : "`".repeat(backticks);
  const shown =
    marker.startsWith("~") && tildes > MAX_MARKER
      ? content.replace(/~{15,}/g, (run) => `⟨~×${run.length}⟩`)
      : content;
  return `${marker}${language}\n${shown.replace(/\n$/, "")}\n${marker}`;
}

function longestRun(text: string, runs: RegExp): number {
  return (text.match(runs) ?? []).reduce((longest, run) => Math.max(longest, run.length), 2);
}

export function quote(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? ">" : `> ${line}`))
    .join("\n");
}

/** One line that can't close the emphasis or the cell it stands in, hides nothing and pings nobody. */
export function oneLine(text: string): string {
  const escaped = showHidden(text.replace(/\s+/g, " ").trim()).replace(/[\\*~`|]/g, "\\$&");
  return harmless(escaped);
}

/** A table cell: pipes escaped, one line. */
export function cell(text: string): string {
  return text.replace(/\r?\n/g, " ").replace(/\|/g, "\\|");
}

/** What the server takes for a mention outside code (7.10): an `@` that no letter or digit stands before. */
const MENTION = /(?<![\p{L}\p{N}])@(?=([a-z0-9][a-z0-9._-]*))/giu;

/**
 * Makes every mention outside code notify nobody, by a zero-width space after the `@`; the words look the same to
 * people. `except`: usernames, in lower case, that may be called. `@all`, `@channel` and `@here` never may.
 */
export function quietMentions(markdown: string, except: readonly string[] = []): string {
  return markdown.includes("@") ? outsideCode(markdown, (text) => withoutMentions(text, except)) : markdown;
}

/**
 * Claude's words as they may be shown: they call nobody except those in `names`, load no picture and show no other
 * post. A picture's address can contain what Claude has read, and clients load it without asking.
 */
export function harmless(markdown: string, names: readonly string[] = []): string {
  return /@|!\[|:\/\/|www/i.test(markdown)
    ? outsideCode(markdown, (text) => quietEverywhere(text, names))
    : markdown;
}

/** As `harmless`, in code as well. */
export function quietEverywhere(text: string, names: readonly string[] = []): string {
  return quietLinks(withoutMentions(text, names).replaceAll("![", `!${ZERO_WIDTH_SPACE}[`));
}

function outsideCode(markdown: string, change: (text: string) => string): string {
  return unambiguousCode(markdown)
    .map(({ code, text }) => (code ? text : change(text)))
    .join("");
}

function withoutMentions(text: string, except: readonly string[]): string {
  return text.replace(MENTION, (at, word: string) => (calls(word, except) ? at : `@${ZERO_WIDTH_SPACE}`));
}

/** The server takes off what may end a sentence before it compares, and splits at some of it. */
function calls(word: string, except: readonly string[]): boolean {
  const name = word.toLowerCase();
  return (
    !GROUPS.test(name) &&
    except.some((one) => name.startsWith(one) && /^[._-]*$/.test(name.slice(one.length)))
  );
}

const GROUPS = /^(?:all|channel|here)(?![a-z0-9])/;
