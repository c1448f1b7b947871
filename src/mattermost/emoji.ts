// The emoji that mm-claude shows and understands, with one canonical name each. Knows nothing of what a choice means.

/** Server's name → the character people see. The names are those that a 7.10 server accepts for reactions. */
export const EMOJI = {
  "+1": "👍",
  "-1": "👎",
  white_check_mark: "✅",
  x: "❌",
  octagonal_sign: "🛑",
  double_vertical_bar: "⏸️",
  one: "1️⃣",
  two: "2️⃣",
  three: "3️⃣",
  four: "4️⃣",
  five: "5️⃣",
  six: "6️⃣",
  seven: "7️⃣",
  eight: "8️⃣",
  nine: "9️⃣",
  arrows_counterclockwise: "🔄",
  repeat: "🔁",
  eyes: "👀",
  hourglass_flowing_sand: "⏳",
  herb: "🌿",
  open_file_folder: "📂",
  leftwards_arrow_with_hook: "↩️",
  paperclip: "📎",
} as const;

export type EmojiName = keyof typeof EMOJI;

const ALIASES: Readonly<Record<string, EmojiName>> = {
  thumbsup: "+1",
  thumbsdown: "-1",
  pause_button: "double_vertical_bar",
};

const SKIN_TONE = /_(?:light|medium_light|medium|medium_dark|dark)_skin_tone$/;

/** The canonical name of a reaction as the server names it; undefined for every emoji that means nothing to us. */
export function canonicalEmoji(serverName: string): EmojiName | undefined {
  const name = serverName.replace(SKIN_TONE, "");
  if (Object.hasOwn(EMOJI, name)) {
    return name as EmojiName;
  }
  return Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
}
