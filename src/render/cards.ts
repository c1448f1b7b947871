// The posts in which somebody is asked to decide something, open and decided. Pure.

import type { Question } from "../claude/types.ts";
import type { Bar } from "../mattermost/types.ts";
import { bar, type Tone } from "./bars.ts";
import { codePoints, fence, harmless, oneLine, quote, showHidden } from "./markdown.ts";
import { pieces } from "./split.ts";
import type { FullTool } from "./tools.ts";

/** The emoji of the choices 1 to 9: how they look and what the server calls them. */
export const DIGITS: readonly { readonly emoji: string; readonly name: string }[] = [
  { emoji: "1️⃣", name: "one" },
  { emoji: "2️⃣", name: "two" },
  { emoji: "3️⃣", name: "three" },
  { emoji: "4️⃣", name: "four" },
  { emoji: "5️⃣", name: "five" },
  { emoji: "6️⃣", name: "six" },
  { emoji: "7️⃣", name: "seven" },
  { emoji: "8️⃣", name: "eight" },
  { emoji: "9️⃣", name: "nine" },
];

export interface Card {
  readonly head: string;
  /** What it is about. */
  readonly body: string;
  /** How to decide; stands in the bar. */
  readonly choices: string;
}

export interface CardPost {
  readonly markdown: string;
  readonly bar?: Bar;
}

/** Room for the head beside a piece of the body. */
const FRAME_ROOM = 600;

/** The posts of an open card, in order; the last one takes the reactions. `limit` in code points. */
export function openCard(card: Card, limit: number): CardPost[] {
  const bodies = pieces(card.body, limit - FRAME_ROOM);
  return bodies.map((body, index) => {
    const head = index === 0 ? [card.head] : [];
    const markdown = [...head, body].filter((part) => part !== "").join("\n");
    const isLast = index === bodies.length - 1;
    return { markdown, ...(isLast && card.choices !== "" ? { bar: bar("ask", card.choices) } : {}) };
  });
}

/** The last post of a card once it is decided; `verdict` says by whom and how. */
export function closedCard(card: Card, limit: number, verdict: string, tone: Tone): Required<CardPost> {
  const markdown = (pieces(card.body, limit - FRAME_ROOM).at(-1) ?? "").trimEnd();
  return { markdown, bar: bar(tone, verdict) };
}

/** All of it, as a file that goes along with a card that can't show it. */
export interface WholeFile {
  readonly name: string;
  readonly text: string;
}

/** The tool in full; what one post can't show stands in a file, and the card says so. `names`: who is called. */
export function permissionCard(
  { headline, parts, fileName }: FullTool,
  names: readonly string[],
  limit: number,
): { readonly card: Card; readonly file?: WholeFile } {
  const blocks = parts.map(({ text, language }) => fence(text, language));
  const body = [headline, ...blocks].join("\n");
  const head = `⚠️ **Permission requested** · ${called(names)}`;
  const choices = "👍 allow · ✅ allow all for this session · 👎 deny";
  if (codePoints(body) <= limit - FRAME_ROOM) {
    return { card: { head, body, choices } };
  }
  const [shown = ""] = pieces(body, limit - 2 * FRAME_ROOM);
  const whole = [headline, ...parts.map(({ text }) => text)].join("\n\n");
  const note = `📎 **This is only its beginning.** All that will run is in the file \`${fileName}\` below: read it before you decide.`;
  return { card: { head, body: `${shown}\n\n${note}`, choices }, file: { name: fileName, text: whole } };
}

/** Calls people, five at most. */
function called(names: readonly string[]): string {
  return names
    .slice(0, 5)
    .map((name) => `@${name}`)
    .join(" ");
}

export function planCard(plan: string, names: readonly string[]): Card {
  return {
    head: `📋 **Plan** · ${called(names)}`,
    body: `\n${harmless(showHidden(plan.trim()))}\n`,
    choices: "👍 start building · 👎 request changes, or reply with them",
  };
}

/** `index` counts from 0. */
export function questionTitle(index: number, total: number): string {
  return `❓ **Question**${total > 1 ? ` *(${index + 1}/${total})*` : ""}`;
}

export function questionCard(question: Question, title: string, owner: string): Card {
  const options = question.options.slice(0, DIGITS.length).map((option, at) => {
    const description = option.description.trim() === "" ? "" : ` - ${oneLine(option.description)}`;
    return `${DIGITS[at]?.emoji} **${oneLine(option.label)}**${description}`;
  });
  return {
    head: `${title} · @${owner}`,
    body: `${harmless(showHidden(question.question.trim()))}\n\n${options.join("\n")}\n`,
    choices: question.multiSelect
      ? "React with every choice, then ✅ when done · or reply with your own answer"
      : "React with your choice · or reply with your own answer",
  };
}

export function guestCard(guest: string, message: string, fileNames: readonly string[], owner: string): Card {
  const text = message.trim() === "" ? [] : [quote(harmless(showHidden(message.trim())))];
  return {
    head: `🔒 @${guest} wants to send a message:`,
    body: [...text, ...fileNames.map((name) => `> 📎 ${oneLine(name)}`), "", called([owner])].join("\n"),
    choices: "React 👍 to allow this message, ✅ to invite them to the session, 👎 to deny",
  };
}
