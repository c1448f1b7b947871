// What the wizard calls the settings: by its questions. Who answers those knows no variables.

import { SETTINGS, type SettingKey } from "../config/settings.ts";

export const QUESTIONS = {
  url: "Mattermost URL",
  token: "Bot token",
  channelId: "Channel ID",
  botName: "Bot mention name",
  allowedUsers: "Allowed usernames",
  skipPermissions: "Skip permission prompts",
} as const satisfies Partial<Record<SettingKey, string>>;

const ASKED: ReadonlyMap<string, string> = new Map(Object.entries(QUESTIONS));

/** By variable. A check may name any setting, also one that is not asked for. */
const WORDS = new Map(
  Object.entries(SETTINGS).map(([key, { variable, description }]) => {
    const question = ASKED.get(key);
    const words = key === "claudePath" ? "the path of Claude Code" : description;
    return [
      variable,
      { label: question ?? words, inSentence: question === undefined ? words : `"${question}"` },
    ];
  }),
);

/** The text of a check with the settings named as the questions name them. */
export function inQuestionWords(text: string): string {
  return text.replace(/[A-Z_]{6,}/g, (name, at: number) => {
    const words = WORDS.get(name);
    if (words === undefined) return name;
    const isLabel = at === 0 && text.startsWith(":", name.length);
    return isLabel ? words.label : words.inSentence;
  });
}
