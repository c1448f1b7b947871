// Finds the choices a card of the bot's offers, so that each can be a button with words on it: an emoji is a choice when
// the bot itself has put it under its post, and the post says what it means, in the attachment below its message if it has one.
// Pure; knows no bot by name.

import { emojiCharacter } from "./emoji.ts";

export interface Choice {
  readonly emojiName: string;
  readonly emoji: string;
  /** What it does, in the card's own words. */
  readonly label: string;
}

/** Only numbers: what stands in a card's body must never name its 👍. */
const OPTION = /^([1-9]\ufe0f?\u20e3) \*\*(.+?)\*\*(?: - .*)?$/;

/** What an attachment says can be done: `👍 allow · …` or `… React 👍 to …`. A verdict goes on in bold, or with a name. */
const INVITATION = /^\p{Extended_Pictographic}\S* \p{Ll}.*$|(?<=^|\. )React .*$/u;

/** `offered`: the names of the emoji that the bot has put there, in its order. `attachment`: the text of the post's last attachment. */
export function findChoices(message: string, offered: readonly string[], attachment?: string): Choice[] {
  const lines = [...message.trimEnd().split("\n"), ...(attachment ?? "").trimEnd().split("\n")];
  const foot =
    attachment === undefined ? (message.trimEnd().split("\n").at(-1) ?? "") : invitationIn(attachment);
  if (foot === "") return [];
  // What is decided has lost its last line, which said how to decide.
  if (OPTION.test(foot)) return [];
  const options = new Map(
    lines.flatMap((line) => {
      const [, emoji = "", label = ""] = OPTION.exec(line) ?? [];
      return emoji === "" ? [] : [[emoji, label] as const];
    }),
  );
  return offered.flatMap((emojiName) => {
    const emoji = emojiCharacter(emojiName);
    if (emoji === undefined) return [];
    const label = options.get(emoji) ?? labelIn(foot, emoji);
    return label === undefined ? [] : [{ emojiName, emoji, label: sentence(label) }];
  });
}

/** What its last lines say can be done: a rule stands in a line of its own. */
function invitationIn(attachment: string): string {
  const lines = attachment.trimEnd().split("\n");
  const invitations = lines.map((line) => INVITATION.exec(line)?.[0]);
  const from = invitations.lastIndexOf(undefined) + 1;
  return invitations.slice(from).join(" · ");
}

/** A message or an attachment without the last lines that say nothing but what the choices say. */
export function withoutLegend(text: string, choices: readonly Choice[]): string {
  const rest = withoutLastLine(text, choices);
  return rest === text || rest === "" ? rest : withoutLegend(rest, choices);
}

function withoutLastLine(text: string, choices: readonly Choice[]): string {
  const at = text.trimEnd().lastIndexOf("\n");
  const parts = text
    .slice(at + 1)
    .trimEnd()
    .split(" · ");
  const isSaid = (part: string): boolean =>
    choices.some(
      ({ emoji, label }) => part.startsWith(emoji) && sentence(part.slice(emoji.length).trim()) === label,
    );
  return parts.every(isSaid) ? text.slice(0, Math.max(at, 0)) : text;
}

/** `👍 allow · …` and `React 👍 to allow this message, …`. */
function labelIn(foot: string, emoji: string): string | undefined {
  const at = foot.indexOf(emoji);
  if (at < 0) return undefined;
  const words = foot.slice(at + emoji.length).split(/ · |, /, 1)[0] ?? "";
  const label = words.trim().replace(/^(?:to|when) /, "");
  return label === "" ? undefined : label;
}

function sentence(text: string): string {
  const plain = text.replaceAll("`", "").replaceAll(/\\([\\`*_~[\](){}<>#|!.+-])/g, "$1");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
