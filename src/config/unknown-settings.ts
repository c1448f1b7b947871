// Finds what is not a setting among the settings: a misspelled name, a line that nobody can read, a name that is there
// twice. To ignore these would do harm that nobody notices: ALLOWED_USER=alice lets everyone in.

import { parse } from "dotenv";
import { editDistance } from "../util/edit-distance.ts";
import type { Problem } from "./error.ts";
import { isOwnFile, type Places, type SettingsFile } from "./files.ts";
import { SETTING_KEYS, SETTINGS } from "./settings.ts";

export interface UnknownSettingsInput extends Places {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** `problems` forbid a start, `warnings` are sentences. */
export interface UnknownSettings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

const VARIABLES: readonly string[] = SETTING_KEYS.map((key) => SETTINGS[key].variable);

/** `isGiven`: whether the setting of this name has a value, from wherever. */
export function findUnknownSettings(
  input: UnknownSettingsInput,
  file: SettingsFile | undefined,
  isGiven: (variable: string) => boolean,
): UnknownSettings {
  const inFile = file
    ? strayInFile(file, isOwnFile(file.path, input), isGiven)
    : { problems: [], warnings: [] };
  const inEnvironment = [...strayInEnvironment(input.env, isGiven), ...relativeFolders(input.env)];
  return { ...inFile, warnings: [...inFile.warnings, ...inEnvironment] };
}

/** Those by which settings, state and the control socket are found; the specification says to ignore a relative one. */
const FOLDERS = ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"] as const;

function relativeFolders(env: UnknownSettingsInput["env"]): string[] {
  return FOLDERS.flatMap((name) => {
    const value = env[name];
    return !value || value.startsWith("/")
      ? []
      : [
          `${name} in the environment has no effect: ${JSON.stringify(value)} is not an absolute path. Give the whole path, or unset it.`,
        ];
  });
}

/** The environment belongs to many programs: what only looks like ours may be theirs, and is no reason to stop. */
function strayInEnvironment(
  env: UnknownSettingsInput["env"],
  isGiven: (variable: string) => boolean,
): string[] {
  return Object.keys(env).flatMap((name) => {
    const meant = meantBy(name);
    return meant === undefined || isGiven(meant)
      ? []
      : [`${name} in the environment has no effect: the setting is called ${meant}.`];
  });
}

/** `isOwn`: nobody but mm-claude reads it. A project's .env holds other programs' names as well. */
function strayInFile(
  file: SettingsFile,
  isOwn: boolean,
  isGiven: (variable: string) => boolean,
): UnknownSettings {
  const { path } = file;
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const firsts = new Map<string, Line>();
  for (const line of linesOf(file)) {
    const { name, value, number } = line;
    const setting = `${name} in ${path}`;
    const meant = meantBy(name);
    const first = firsts.get(name);
    if (meant !== undefined && (isOwn || !isGiven(meant))) {
      const others = isOwn ? "" : `. If it is another program's, set ${meant} as well`;
      const mend = `Call it ${meant}, or take it out${others}`;
      problems.push({ setting, problem: "there is no such setting", mend });
    } else if (VARIABLES.includes(name) && value === undefined) {
      problems.push({ setting, problem: "it has no value", mend: `Write it as ${name}=value` });
    } else if (VARIABLES.includes(name) && first !== undefined && first.value !== value) {
      const problem = `it stands there twice (lines ${first.number} and ${number}) with different values`;
      problems.push({ setting, problem, mend: "Keep one of them" });
    } else if (isOwn && value === undefined) {
      warnings.push(`Line ${number} of ${path} has no effect: it is not of the form NAME=value.`);
    } else if (isOwn && !VARIABLES.includes(name)) {
      warnings.push(`${setting} has no effect: mm-claude has no such setting${hint(name)}.`);
    }
    firsts.set(name, first ?? line);
  }
  return { problems, warnings };
}

interface Line {
  /** From 1. */
  readonly number: number;
  readonly name: string;
  /** Undefined for a line that gives none. */
  readonly value: string | undefined;
}

/** Without empty ones and comments, and without what is part of a value of several lines as far as that shows. */
function linesOf({ text, values }: SettingsFile): Line[] {
  const isPlain = Object.values(values).every((value) => !value.includes("\n"));
  return text.split(/\r\n|\n|\r/).flatMap((raw, at) => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) {
      return [];
    }
    const name = /^(?:(?:export|set)\s+)?([\w.-]+)/.exec(line)?.[1] ?? "";
    const value = parse(line)[name];
    const isWhole = isPlain || (value !== undefined && value === values[name]);
    return isWhole ? [{ number: at + 1, name, value }] : [];
  });
}

/** The setting whose name this is a misspelling of; undefined for a setting's own name, and for one unlike any. */
function meantBy(name: string): string | undefined {
  if (VARIABLES.includes(name)) {
    return undefined;
  }
  const plain = name.toUpperCase().replaceAll(/[.-]/g, "_");
  const near = VARIABLES.filter((variable) => Math.abs(variable.length - plain.length) <= 2)
    .map((variable) => ({ variable, distance: editDistance(plain, variable) }))
    .filter(({ variable, distance }) => distance <= (variable.length < 9 ? 1 : 2))
    .sort((one, other) => one.distance - other.distance);
  return near[0]?.variable;
}

/** A name that was cut short. */
function hint(name: string): string {
  const longer =
    name.length < 6 ? undefined : VARIABLES.find((variable) => variable.startsWith(name.toUpperCase()));
  return longer === undefined ? "" : ` (there is ${longer})`;
}
