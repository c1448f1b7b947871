// The posts in which somebody is asked to decide something, open and decided. Pure.

import type { Question } from "../claude/types.ts";
import { oneLine, quietGroupMentions, quietMentions, quote, showHidden } from "./markdown.ts";
import { pieces } from "./split.ts";

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
  /** What it is about, in full: never shortened. */
  readonly body: string;
  /** The choices. */
  readonly foot: string;
}

/** Room for head and foot beside a piece of the body. */
const FRAME_ROOM = 600;

/** The posts of an open card, in order; the last one takes the reactions. `limit` in code points. */
export function openCard(card: Card, limit: number): string[] {
  const bodies = pieces(card.body, limit - FRAME_ROOM);
  return bodies.map((body, index) => {
    const head = index === 0 ? [card.head] : [];
    const foot = index === bodies.length - 1 ? [card.foot] : [];
    return [...head, body, ...foot].filter((part) => part !== "").join("\n");
  });
}

/** The last post of a card once it is decided; `verdict` says by whom and how. */
export function closedCard(card: Card, limit: number, verdict: string): string {
  return [verdict, pieces(card.body, limit - FRAME_ROOM).at(-1) ?? ""]
    .filter((part) => part !== "")
    .join("\n")
    .trimEnd();
}

/** `tool`: the tool in full, from `toolInFull`. */
export function permissionCard(tool: string, owner: string): Card {
  return {
    head: `⚠️ **Permission requested** · @${owner}`,
    body: tool,
    foot: "👍 allow · ✅ allow all for this session · 👎 deny",
  };
}

export function planCard(plan: string, owner: string): Card {
  return {
    head: `📋 **Plan** · @${owner}`,
    body: `\n${quietGroupMentions(plan.trim())}\n`,
    foot: "👍 start building · 👎 request changes, or reply with them",
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
    body: `${quietGroupMentions(question.question.trim())}\n\n${options.join("\n")}\n`,
    foot: question.multiSelect
      ? "React with every choice, then ✅ when done · or reply with your own answer"
      : "React with your choice · or reply with your own answer",
  };
}

export function guestCard(guest: string, message: string, fileNames: readonly string[], owner: string): Card {
  const text = message.trim() === "" ? [] : [quote(quietMentions(showHidden(message.trim())))];
  return {
    head: `🔒 @${guest} wants to send a message:`,
    body: [...text, ...fileNames.map((name) => `> 📎 ${oneLine(name)}`), ""].join("\n"),
    foot: `React 👍 to allow this message, ✅ to invite them to the session, 👎 to deny · @${owner}`,
  };
}
