// Finds the choices a card of the bot's offers, so that each can be a button with words on it: an emoji is a choice when
// the bot itself has put it under its post, and the post says what it means. Pure; knows no bot by name.

import { emojiCharacter } from "./emoji.ts";

export interface Choice {
  readonly emojiName: string;
  readonly emoji: string;
  /** What it does, in the card's own words. */
  readonly label: string;
}

const OPTION = /^(\S+) \*\*(.+?)\*\*(?: - .*)?$/;

/** `offered`: the names of the emoji that the bot has put there, in its order. */
export function findChoices(message: string, offered: readonly string[]): Choice[] {
  const lines = message.trimEnd().split("\n");
  const foot = lines.at(-1) ?? "";
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

/** `👍 allow · …` and `React 👍 to allow this message, …`. */
function labelIn(foot: string, emoji: string): string | undefined {
  const at = foot.indexOf(emoji);
  if (at < 0) return undefined;
  const words = foot.slice(at + emoji.length).split(/ · |, /, 1)[0] ?? "";
  const label = words.trim().replace(/^(?:to|when) /, "");
  return label === "" ? undefined : label;
}

function sentence(text: string): string {
  const plain = text.replaceAll(/\\([\\`*_~[\](){}<>#|!.+-])/g, "$1");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
