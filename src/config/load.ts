// Options, environment and file → one frozen Config, or every problem at once. Changes no environment.
import { existsSync } from "node:fs";
import { ConfigError, type Problem } from "./error.ts";
import { type Places, projectsPath, readFirstFile, type SettingsFile } from "./files.ts";
import { type Config, SETTING_KEYS, SETTINGS, type Setting, type SettingKey } from "./settings.ts";
import { findUnknownSettings, type UnknownSettings } from "./unknown-settings.ts";

/** The command line's values; absent ones are undefined. */
export type OptionValues = { readonly [K in SettingKey]?: string | boolean | undefined } & {
  readonly debug?: boolean | undefined;
};

export interface ConfigInput extends Places {
  readonly options: OptionValues;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Origin = "option" | "environment" | "file" | "default";

interface ConfigSource {
  /** The one file that was read. */
  readonly file: string | undefined;
  readonly origins: { readonly [K in SettingKey]: Origin };
}

export type Loaded =
  | { readonly config: Config; readonly source: ConfigSource }
  /** All that is wrong is that required settings are absent: one problem for each. */
  | { readonly missing: readonly Problem[]; readonly source: ConfigSource };

/**
 * Throws ConfigError when a setting is wrong or the file can't be read. `needsChannel`: not where projects.yaml says which
 * channels there are, unless told.
 */
export function loadConfig(
  input: ConfigInput,
  { needsChannel = !existsSync(projectsPath(input)) } = {},
): Loaded {
  const found = readFirstFile(input);
  const problems: Problem[] = [];
  if (found !== undefined && "unreadable" in found) {
    problems.push({
      setting: found.path,
      problem: `the file can't be read (${found.unreadable})`,
      mend: "Make it a file that you may read, or remove it",
    });
  }
  const file = found !== undefined && "values" in found ? found : undefined;
  const missing: Problem[] = [];
  const origins: Partial<Record<SettingKey, Origin>> = {};
  const values: Partial<Record<SettingKey, unknown>> = {};

  for (const key of SETTING_KEYS) {
    const setting: Setting<unknown> = SETTINGS[key];
    const given = lookUp(key, setting, input, file);
    origins[key] = given?.origin ?? "default";
    if (given === undefined) {
      if (setting.fallback !== "required") values[key] = setting.fallback.value;
      else if (key !== "channelId" || needsChannel) missing.push(absent(setting));
      continue;
    }
    const parsed = setting.parse(given.text, input);
    if ("value" in parsed) values[key] = parsed.value;
    else problems.push({ ...parsed, setting: given.name });
  }

  problems.push(...unlistedApprovers(values as Partial<Config>), ...unknownSettings(input, file).problems);
  // What seems to be missing may stand in the file that can't be read.
  const isUnreadable = found !== undefined && file === undefined;
  if (problems.length > 0) throw new ConfigError(isUnreadable ? problems : [...missing, ...problems]);
  const source = { file: file?.path, origins: origins as ConfigSource["origins"] };
  if (missing.length > 0) return { missing, source };
  const complete = { ...values, directory: input.cwd, debug: input.options.debug === true } as Config;
  return {
    config: Object.freeze({
      ...complete,
      allowedUsers: Object.freeze([...complete.allowedUsers]),
      approvers: Object.freeze([...complete.approvers]),
    }),
    source,
  };
}

/** APPROVERS narrows ALLOWED_USERS: a name that is not there would approve nothing, and nobody would know why. */
function unlistedApprovers({ allowedUsers = [], approvers = [] }: Partial<Config>): Problem[] {
  const unlisted = approvers.filter((name) => !allowedUsers.includes(name));
  if (allowedUsers.length === 0 || unlisted.length === 0) return [];
  return [
    {
      setting: SETTINGS.approvers.variable,
      problem: `it names ${unlisted.join(", ")}, who ${unlisted.length === 1 ? "is" : "are"} not in ${SETTINGS.allowedUsers.variable}`,
      mend: `Add them to ${SETTINGS.allowedUsers.variable}, or take them out here`,
    },
  ];
}

/** What stands among the settings and has no effect, a sentence each. */
export function unknownSettingWarnings(input: ConfigInput): readonly string[] {
  return unknownSettings(input, fileOf(input)).warnings;
}

function unknownSettings(input: ConfigInput, file: SettingsFile | undefined): UnknownSettings {
  return findUnknownSettings(input, file, (variable) =>
    SETTING_KEYS.some(
      (key) => SETTINGS[key].variable === variable && lookUp(key, SETTINGS[key], input, file) !== undefined,
    ),
  );
}

function fileOf(places: Places): SettingsFile | undefined {
  const found = readFirstFile(places);
  return found !== undefined && "values" in found ? found : undefined;
}

/** What the person has set so far, wrong or not, as text: what the wizard offers to keep. */
export function givenTexts(input: ConfigInput): Partial<Record<SettingKey, string>> {
  const file = fileOf(input);
  const texts: Partial<Record<SettingKey, string>> = {};
  for (const key of SETTING_KEYS) {
    const given = lookUp(key, SETTINGS[key], input, file);
    if (given !== undefined) texts[key] = given.text;
  }
  return texts;
}

/** The settings that only the command line or the environment has, by the names people gave them there. */
export function onlyInThisShell(input: ConfigInput): string[] {
  const file = fileOf(input);
  return SETTING_KEYS.flatMap((key) => {
    const given = lookUp(key, SETTINGS[key], input, file);
    const isInFile =
      lookUp(key, SETTINGS[key], { ...input, options: {}, env: {} }, file)?.text === given?.text;
    return given === undefined || isInFile ? [] : [given.name];
  });
}

/** The claude program to run, also while other settings are wrong. */
export function claudePathOf(input: ConfigInput): string {
  const { parse, defaultText } = SETTINGS.claudePath;
  const parsed = parse(givenTexts(input).claudePath ?? defaultText, input);
  return "value" in parsed ? parsed.value : defaultText;
}

interface Given {
  readonly text: string;
  readonly origin: Origin;
  /** How the person calls the place it came from. */
  readonly name: string;
}

function lookUp(
  key: SettingKey,
  { variable, option }: Setting<unknown>,
  { options, env }: ConfigInput,
  file: SettingsFile | undefined,
): Given | undefined {
  const places: readonly [unknown, Origin, string][] = [
    [options[key], "option", `${option} (${variable})`],
    [env[variable], "environment", variable],
    [file?.values[variable], "file", `${variable} in ${file?.path}`],
  ];
  for (const [value, origin, name] of places) {
    // Spaces alone are not a value: an empty ALLOWED_USERS from a template must not replace a file's list, because that
    // would let everyone in.
    const text = value === undefined ? "" : String(value).trim();
    if (text !== "") return { text, origin, name };
  }
  return undefined;
}

function absent({ variable, option, description }: Setting<unknown>): Problem {
  return {
    setting: variable,
    problem: `missing (${description})`,
    mend: `Set it in the environment, in a file or with ${option}`,
  };
}
