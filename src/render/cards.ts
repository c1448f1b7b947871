// The posts in which somebody is asked to decide something, open and decided. Pure.

import type { Question } from "../claude/types.ts";
import type { Attachment } from "../mattermost/types.ts";
import { attachment, type Tone } from "./attachments.ts";
import { decidedBy, decidedByLine } from "./hidden-text.ts";
import { codePoints, fence, inlineCode, showEverything } from "./markdown.ts";
import { cut, cutAt, pieces } from "./split.ts";
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
  /** What of the head stays above the body once it is decided; nobody is called again. */
  readonly title?: string;
  /** What it is about. */
  readonly body: string;
  /** How to decide; stands in the attachment. */
  readonly choices: string;
}

export interface CardPost {
  readonly markdown: string;
  readonly attachment?: Attachment;
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
    return {
      markdown,
      ...(isLast && card.choices !== "" ? { attachment: attachment("ask", card.choices) } : {}),
    };
  });
}

export interface SettledCard extends Required<CardPost> {
  /** What was decided, in short: for a post that says nothing else but the verdict. Calls nobody. */
  readonly about: string;
}

/** The last post of a card once it is decided; `verdict` says by whom and how. */
export function settledCard(card: Card, limit: number, verdict: string, tone: Tone): SettledCard {
  const bodies = pieces(card.body, limit - FRAME_ROOM);
  const title = bodies.length > 1 ? undefined : card.title;
  const markdown = [title, bodies.at(-1)].filter((part) => part !== undefined).join("\n");
  return {
    markdown: markdown.trimEnd(),
    attachment: attachment(tone, verdict),
    about: beginningOf(card.body.trim()),
  };
}

const ABOUT_LENGTH = 300;

/** The first paragraph, or of a long one its beginning. */
function beginningOf(body: string): string {
  const end = body.indexOf("\n\n");
  const paragraph = end < 0 ? body : cutAt(body, end).head;
  return cut(paragraph, ABOUT_LENGTH).head.trimEnd();
}

/** All of it, as a file that goes along with a card that can't show it. */
export interface WholeFile {
  readonly name: string;
  readonly text: string;
}

/** A card that says all that is decided about, itself or by its file. */
export interface WholeCard {
  readonly card: Card;
  readonly file?: WholeFile;
  /** Neither is possible: it takes nothing but a denial. */
  readonly isIncomplete?: true;
}

/** More than that nobody reads, and a thread has other things to show. */
const MAX_POSTS = 12;

/** The tool in full. `names`: who is called. `takesFiles`: false once the server has refused one. */
export function permissionCard(
  { headline, parts, fileName }: FullTool,
  names: readonly string[],
  limit: number,
  takesFiles = true,
): WholeCard {
  const blocks = parts.map(({ text, language }) => fence(text, language));
  const body = [headline, ...blocks].join("\n");
  const head = headed("⚠️ **Permission requested**", names);
  const choices = "👍 allow · ✅ allow all for this session · 👎 deny";
  if (fits(body, limit - FRAME_ROOM, takesFiles ? 1 : MAX_POSTS)) {
    return { card: { head, body, choices } };
  }
  const beginning = cut(body, limit - 2 * FRAME_ROOM).head;
  const text = [headline, ...parts.map((part) => part.text)].join("\n\n");
  if (takesFiles) {
    const note = `📎 **This is only its beginning.** All that will run is in the file \`${fileName}\` below: read it before you decide.`;
    return { card: { head, body: `${beginning}\n\n${note}`, choices }, file: { name: fileName, text } };
  }
  const note =
    `🚫 **This is only its beginning, so it can't be allowed.** It has ${codePoints(text)} characters, ` +
    "and the server takes no such file. An administrator of the server can allow files " +
    "(`FileSettings.EnableFileAttachments`) and larger ones (`FileSettings.MaxFileSize`); or ask Claude for smaller steps.";
  return { card: { head, body: `${beginning}\n\n${note}`, choices: "👎 deny" }, isIncomplete: true };
}

function fits(body: string, limit: number, maxPosts: number): boolean {
  return codePoints(body) <= limit * maxPosts && pieces(body, limit).length <= maxPosts;
}

/** A longer plan is read in a file: more posts than that would push everything else out of sight. */
const MAX_PLAN_POSTS = 3;

/** An empty plan is said to be one. `takesFiles`: false once the server has refused one; then posts say all of it. */
export function planCard(
  plan: string,
  names: readonly string[],
  limit: number,
  takesFiles = true,
): WholeCard {
  const head = headed("📋 **Plan**", names);
  const text = plan.trim();
  if (text === "") {
    const body = "*Claude gave no text for its plan.*";
    const choices = "👍 let it build all the same · 👎 ask for a plan, or reply with what you want";
    return { card: { head, body, choices } };
  }
  const choices = "👍 start building · 👎 request changes, or reply with them";
  const body = `\n${decidedBy(text)}\n`;
  if (!takesFiles || fits(body, limit - FRAME_ROOM, MAX_PLAN_POSTS)) {
    return { card: { head, body, choices } };
  }
  const { head: beginning } = cut(decidedBy(text), limit - 2 * FRAME_ROOM);
  const note = "📎 **This is only its beginning.** The whole plan is in the file `plan.md` below.";
  return {
    card: { head, body: `\n${beginning}\n\n${note}\n`, choices },
    file: { name: "plan.md", text: showEverything(text) },
  };
}

function headed(title: string, names: readonly string[]): string {
  return [title, called(names)].filter((part) => part !== "").join(" · ");
}

/** Calls people, five at most. */
function called(names: readonly string[]): string {
  return names.slice(0, 5).map(nameOf).join(" ");
}

/** A person by username; a name that Markdown could make something of stands as code, and then calls nobody. */
export function nameOf(username: string): string {
  const isPlain = /^[\p{L}\p{N}._-]+$/u.test(username) && !/^_|__|_$/.test(username);
  return isPlain ? `@${username}` : inlineCode(`@${username}`);
}

/** `index` counts from 0. */
export function questionTitle(index: number, total: number): string {
  return `❓ **Question**${total > 1 ? ` *(${index + 1}/${total})*` : ""}`;
}

export function questionCard(question: Question, title: string, names: readonly string[]): Card {
  const text = [question.question, question.header]
    .map((words) => words.trim())
    .find((words) => words !== "");
  const options = question.options.map((option, at) => {
    const description = option.description.trim() === "" ? "" : ` - ${decidedByLine(option.description)}`;
    const label = decidedByLine(option.label) || "*(no words)*";
    return `${DIGITS[at]?.emoji ?? "▫️"} **${label}**${description}`;
  });
  return {
    head: headed(title, names),
    title,
    body: `${text === undefined ? "*Claude gave no text for its question.*" : decidedBy(text)}\n\n${options.join("\n")}\n`,
    choices: questionChoices(question),
  };
}

/** Nine choices have an emoji. */
function questionChoices({ options, multiSelect }: Question): string {
  if (options.length === 0) {
    return "Reply with your answer";
  }
  const beyond = options.length > DIGITS.length;
  const reply = beyond
    ? "reply in words with one of the others, or your own answer"
    : "reply with your own answer";
  return multiSelect
    ? `React with every choice, then ✅ when done · or ${reply}`
    : `React with your choice · or ${reply}`;
}

/** The words as Claude gets them, whatever Markdown would make of them. `names`: who is called. */
export function guestCard(
  guest: string,
  message: string,
  fileNames: readonly string[],
  names: readonly string[],
): Card {
  const text = message === "" ? [] : [fence(showEverything(message))];
  const files = fileNames.map((name) => `📎 ${inlineCode(name)}`);
  const title = `🔒 ${nameOf(guest)} wants to send a message`;
  return {
    head: names.length === 0 ? `${title}:` : headed(title, names),
    body: [...text, ...files].join("\n"),
    choices: "React 👍 to allow this message, ✅ to invite them to the session, 👎 to deny",
  };
}

/** What a card says once when words came that decide nothing. `isAlone`: no other card is open. */
export function waitingHint(
  kind: "permission" | "plan" | "question",
  { isAlone, isIncomplete, hasEmoji }: { isAlone: boolean; isIncomplete: boolean; hasEmoji: boolean },
): string {
  const { emoji, words } = WAYS[isIncomplete ? "denial" : kind];
  const inWords = isAlone || !hasEmoji ? `, or reply ${words}` : "";
  const why = isAlone || !hasEmoji ? "" : " A reply can't tell which of the open cards it means.";
  const ways = hasEmoji ? `${emoji}${inWords}` : `reply ${words}`;
  return `⏳ Still waiting: ${ways}.${why} Your message waits until then.`;
}

const WAYS = {
  permission: { emoji: "👍 allows, 👎 denies", words: "`yes` / `no, because …`" },
  denial: { emoji: "👎 denies", words: "`no, because …`" },
  plan: { emoji: "👍 starts building, 👎 requests changes", words: "`yes` / what to change" },
  question: { emoji: "react with your choice", words: "with your answer" },
} as const;
