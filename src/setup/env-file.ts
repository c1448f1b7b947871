// Writes the settings file so that the loader reads back exactly what was meant, and nobody else reads it.
import { parse } from "dotenv";
import { ConfigError } from "../config/error.ts";
import { writePrivateFile } from "../util/private-file.ts";
import { readRegularFile } from "../util/regular-file.ts";

export type EnvValues = Readonly<Record<string, string>>;

const HEADER = "# Settings of mm-claude, written by its setup. Change them here or run: mm-claude setup\n";

/** Throws ConfigError for a value that no .env file can hold. */
export function renderEnvFile(values: EnvValues): string {
  const lines = Object.entries(values).map(([variable, value]) => `${variable}=${quote(variable, value)}\n`);
  const text = HEADER + lines.join("");
  // Quoting is checked value by value; this is for what values might do to each other.
  if (!isSame(parse(Buffer.from(text)), values)) throw unwritable(Object.keys(values).join(", "));
  return text;
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

/** The settings that stand in the file now; none when it isn't there. */
export function readEnvFile(path: string): EnvValues {
  try {
    return parse(readRegularFile(path));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw error;
  }
}

/** The file is complete or as it was before, and no one else may read it at any time. */
export async function writeEnvFile(path: string, values: EnvValues): Promise<void> {
  await writePrivateFile(path, renderEnvFile(values));
}
