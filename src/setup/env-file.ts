// Writes the settings file so that the loader reads back exactly what was meant, nobody else reads it, and what people
// have written there stays.
import { parse } from "dotenv";
import { ConfigError } from "../config/error.ts";
import { writePrivateFile } from "../util/private-file.ts";
import { readRegularFile } from "../util/regular-file.ts";

export type EnvValues = Readonly<Record<string, string>>;

const HEADER = "# Settings of mm-claude, written by its setup. Change them here or run: mm-claude setup\n";

/**
 * Where dotenv (18.0) finds a name, what separates it, and a value. All that is between these is nobody's but the
 * person's who wrote it.
 */
const ASSIGNMENT =
  /^\s*(?:export\s+)?([\w.-]+)(\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/dgm;

/** A new file's text. Throws ConfigError for a value that no .env file can hold. */
export function renderEnvFile(values: EnvValues): string {
  return changeEnvText(HEADER, values);
}

/** Lines whose value stays are not touched, nor is what is no setting. Throws ConfigError as `renderEnvFile` does. */
export function changeEnvText(text: string, changes: EnvValues): string {
  const wanted = { ...parse(text), ...changes };
  const changed = appended(replaced(text, changes), changes);
  // Quoting is checked value by value; this is for what values might do to each other.
  if (isSame(parse(changed), wanted)) return changed;
  if (text === HEADER) throw unwritable(Object.keys(changes).join(", "));
  // A quote without its other half, which would take in part of what is written: the rest is not worth a wrong value.
  return renderEnvFile(wanted);
}

/** With the new values where the old ones are. */
function replaced(text: string, changes: EnvValues): string {
  let result = "";
  let taken = 0;
  for (const match of text.matchAll(ASSIGNMENT)) {
    const [whole, name = "", separator = "", value = ""] = match;
    const wanted = changes[name];
    const from = match.indices?.[2]?.[0];
    if (wanted === undefined || from === undefined || parse(whole)[name] === wanted) continue;
    result += `${text.slice(taken, from)}=${quote(name, wanted)}`;
    taken = from + (separator + value).trimEnd().length;
  }
  return result + text.slice(taken);
}

/** With those that are not there. */
function appended(text: string, changes: EnvValues): string {
  const present = parse(text);
  const lineEnd = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = Object.entries(changes)
    .filter(([name]) => present[name] === undefined)
    .map(([name, value]) => `${name}=${quote(name, value)}${lineEnd}`);
  const gap = lines.length === 0 || text === "" || /[\r\n]$/.test(text) ? "" : lineEnd;
  return text + gap + lines.join("");
}

/** The first spelling that dotenv reads back as it is: its rules for quotes have no escape for every case. */
function quote(variable: string, value: string): string {
  const spellings = [
    `'${value}'`,
    `"${value}"`,
    `\`${value}\``,
    // Line ends are escaped only between double quotes.
    `"${value.replaceAll("\n", "\\n").replaceAll("\r", "\\r")}"`,
  ];
  const right = spellings.find((spelling) => {
    // With neighbours, because an unbalanced quote swallows the next line.
    const text = `BEFORE='1'\n${variable}=${spelling}\nAFTER='2'\n`;
    return isSame(parse(Buffer.from(text)), { BEFORE: "1", [variable]: value, AFTER: "2" });
  });
  if (right === undefined) throw unwritable(variable);
  return right;
}

function isSame(parsed: EnvValues, wanted: EnvValues): boolean {
  const names = Object.keys(wanted);
  return names.length === Object.keys(parsed).length && names.every((name) => parsed[name] === wanted[name]);
}

function unwritable(setting: string): ConfigError {
  const problem = "the value can't be written to a .env file, whose quotes have no way to spell it";
  return new ConfigError(
    [{ setting, problem, mend: "Set it in the environment instead" }],
    "These settings can't be saved",
  );
}

/** What is there now; undefined when there is nothing. */
function textOf(path: string): string | undefined {
  try {
    return readRegularFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Gives all that it holds then. The file is complete or as it was before, and no one else may read it at any time. */
export async function changeEnvFile(path: string, changes: EnvValues): Promise<EnvValues> {
  const text = changeEnvText(textOf(path) ?? HEADER, changes);
  await writePrivateFile(path, text);
  return parse(text);
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ENOENT";
