// The settings as --help prints them.
import { FILE_ORDER, SETTING_KEYS, SETTINGS } from "./settings.ts";

export function settingsHelp(): string {
  const settings = SETTING_KEYS.map((key) => SETTINGS[key]);
  const variableWidth = Math.max(...settings.map((setting) => setting.variable.length));
  const defaultWidth = Math.max(...settings.map((setting) => setting.defaultText.length));
  const rows = settings.map(
    ({ variable, defaultText, description }) =>
      `  ${variable.padEnd(variableWidth)}  ${defaultText.padEnd(defaultWidth)}  ${description}`,
  );
  return [
    "Settings (variable, default, meaning):",
    ...rows,
    "",
    "Options beat the environment, the environment beats the file. The first of these files is read,",
    "and the others are not:",
    ...FILE_ORDER.map((file) => `  ${file}`),
    "With XDG_CONFIG_HOME set, $XDG_CONFIG_HOME/mm-claude/.env comes before the second.",
  ].join("\n");
}
