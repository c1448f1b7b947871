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

/** Also for what is not asked: a check may name any setting. */
const WORDS = new Map(
  Object.entries(SETTINGS).map(([key, { variable, description }]) => {
    const asked: Partial<Record<string, string>> = QUESTIONS;
    return [variable, asked[key] ?? (key === "claudePath" ? "the path of Claude Code" : description)];
  }),
);

/** The text of a check with the settings named as the questions name them. */
export function inQuestionWords(text: string): string {
  return text.replace(/[A-Z_]{6,}/g, (name, at: number) => {
    const words = WORDS.get(name);
    if (words === undefined) return name;
    const isLabel = at === 0 && text.startsWith(":", name.length);
    return isLabel ? words : `"${words}"`;
  });
}
