// The settings as --help prints them.
import { Help } from "commander";
import { FILE_ORDER, SETTING_KEYS, SETTINGS } from "./settings.ts";

/** Columns that are enough to wrap a text in. */
const LEAST = 20;

/** `columns` wide, as the options above them. */
export function settingsHelp(columns: number): string {
  const help = Object.assign(new Help(), { helpWidth: columns, minWidthToWrap: LEAST });
  const settings = SETTING_KEYS.map((key) => SETTINGS[key]);
  const variableWidth = Math.max(...settings.map((setting) => setting.variable.length));
  const defaultWidth = Math.max(...settings.map((setting) => setting.defaultText.length));
  const gap = "  ";
  const termWidth = variableWidth + gap.length + defaultWidth;
  const rows = settings.map(({ variable, defaultText, description }) =>
    help.formatItem(`${variable.padEnd(variableWidth)}${gap}${defaultText}`, termWidth, description, help),
  );
  const text = (words: string): string => help.boxWrap(words, columns);
  return [
    "Settings (variable, default, meaning):",
    ...rows,
    "",
    text(
      "Options beat the environment, the environment beats the file. The first of these files is read, and the others are not:",
    ),
    ...FILE_ORDER.map((file) => `${gap}${file}`),
    text("With XDG_CONFIG_HOME set, $XDG_CONFIG_HOME/mm-claude/.env comes before the second."),
  ].join("\n");
}
