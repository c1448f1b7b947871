// The emoji of the chat: the names that servers give them, the characters people see, and the few that a picker needs.
// The page stands for any Mattermost's: it is compiled and served alone, and knows nothing of the program it shows. That
// it knows every emoji of that one, by the same characters, is held by a test.

const CHARACTERS: Readonly<Record<string, string>> = {
  "+1": "👍",
  "-1": "👎",
  white_check_mark: "✅",
  x: "❌",
  octagonal_sign: "🛑",
  double_vertical_bar: "⏸️",
  pause_button: "⏸️",
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
  leftwards_arrow_with_hook: "↩️",
  repeat: "🔁",
  eyes: "👀",
  hourglass_flowing_sand: "⏳",
  herb: "🌿",
  open_file_folder: "📂",
  paperclip: "📎",
  thumbsup: "👍",
  thumbsdown: "👎",
  tada: "🎉",
  heart: "❤️",
  smile: "😄",
  rocket: "🚀",
  thinking: "🤔",
};

const TONES: Readonly<Record<string, string>> = {
  light: "🏻",
  medium_light: "🏼",
  medium: "🏽",
  medium_dark: "🏾",
  dark: "🏿",
};

/** What the picker offers, most used first, and what each does in a thread with the bot. */
export const PICKER: readonly { readonly name: string; readonly means: string }[] = [
  { name: "+1", means: "allow, approve" },
  { name: "-1", means: "deny, request changes" },
  { name: "white_check_mark", means: "allow all, done, invite" },
  { name: "repeat", means: "always allow" },
  { name: "leftwards_arrow_with_hook", means: "undo what Claude changed since" },
  { name: "one", means: "first choice" },
  { name: "two", means: "second choice" },
  { name: "three", means: "third choice" },
  { name: "four", means: "fourth choice" },
  { name: "double_vertical_bar", means: "interrupt the turn" },
  { name: "octagonal_sign", means: "stop the session" },
  { name: "x", means: "stop the session" },
  { name: "eyes", means: "seen" },
  { name: "tada", means: "hooray" },
  { name: "heart", means: "love it" },
  { name: "rocket", means: "ship it" },
];

/** The character of a name; undefined for one the page doesn't know. */
export function emojiCharacter(name: string): string | undefined {
  const [, plain = name, tone = ""] =
    /^(.*?)_((?:medium_)?(?:light|dark)|medium)_skin_tone$/.exec(name) ?? [];
  if (!Object.hasOwn(CHARACTERS, plain)) return undefined;
  return `${CHARACTERS[plain]}${TONES[tone] ?? ""}`;
}

/** Names in the order of their characters' first letter matter to nobody: `:+1:` as people read it. */
export function emojiText(name: string): string {
  return emojiCharacter(name) ?? `:${name}:`;
}
