// The posts in which Claude's questions to people stand, open and decided. Pure.

import type { Question } from "../claude/types.ts";
import { cell, quietGroupMentions, quietMentions, quote, showHidden } from "./markdown.ts";

/** Emoji of the choices 1 to 9: how they look and what the server calls them. */
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

/** What has become of a card: a line that replaces its call to action. */
export type Verdict = string;

/** `tool`: the tool in full, from `toolInFull`; `outcome`: `↳ …`, once it ran. */
export function permissionCard(tool: string, owner: string, verdict?: Verdict, outcome = ""): string {
  if (verdict !== undefined) {
    return `${verdict}${outcome === "" ? "" : ` ${outcome}`}\n${tool}`;
  }
  return `⚠️ **Permission requested** · @${owner}\n${tool}\n👍 allow · ✅ allow all for this session · 👎 deny`;
}

export function planCard(plan: string, owner: string, verdict?: Verdict): string {
  const body = quietGroupMentions(plan.trim());
  if (verdict !== undefined) {
    return `${verdict}\n\n${body}`;
  }
  return `📋 **Plan** · @${owner}\n\n${body}\n\n👍 start building · 👎 request changes · or reply with the changes`;
}

export interface QuestionView {
  readonly question: Question;
  /** Counted from 0. */
  readonly index: number;
  readonly total: number;
}

export function questionCard(view: QuestionView, owner: string, verdict?: Verdict): string {
  const { question, index, total } = view;
  const position = total > 1 ? ` *(${index + 1}/${total})*` : "";
  const options = question.options.slice(0, DIGITS.length).map((option, at) => {
    const description = option.description.trim() === "" ? "" : ` - ${line(option.description)}`;
    return `${DIGITS[at]?.emoji} **${line(option.label)}**${description}`;
  });
  const head = `❓ **Question**${position}`;
  const asked = quietGroupMentions(question.question.trim());
  if (verdict !== undefined) {
    return [head, asked, "", ...options, "", verdict].join("\n");
  }
  const how = question.multiSelect
    ? "React with every choice, then ✅ when done · or reply with your own answer"
    : "React with your choice · or reply with your own answer";
  return [`${head} · @${owner}`, asked, "", ...options, "", how].join("\n");
}

export function guestCard(
  guest: string,
  message: string,
  fileNames: readonly string[],
  owner: string,
  verdict?: Verdict,
): string {
  const text = message.trim() === "" ? [] : [quote(quietMentions(showHidden(message.trim())))];
  const files = fileNames.map((name) => `> 📎 ${line(name)}`);
  if (verdict !== undefined) {
    return [verdict, ...text, ...files].join("\n");
  }
  return [
    `🔒 @${guest} wants to send a message:`,
    ...text,
    ...files,
    "",
    `React 👍 to allow this message, ✅ to invite them to the session, 👎 to deny · @${owner}`,
  ].join("\n");
}

/** One line of an option: no line break, no emphasis that it could close. */
function line(text: string): string {
  return cell(quietMentions(text.replace(/\s+/g, " ").trim())).replace(/\*/g, "\\*");
}
