// How a script gets to the shell on another machine. It goes through no command line: the login shell of ssh, whichever it
// is, and a forced command see the same few words each time, and nothing of it is listed among that machine's processes.

/**
 * Reads one line, byte by byte as POSIX says, so that all behind it is left to the script. Where a login shell has taken that
 * line, what comes next is no script, and is not run.
 */
export const SHELL_WORDS = [
  "sh",
  "-c",
  'IFS= read -r s && case $s in set*) eval "$(printf %b "$s")";; esac',
] as const;

/** Printed on a line of its own before the script's first output: what stands before it was the machine's greeting. */
export const BEGUN = "mm-claude begins";
/** On stderr, with the exit code behind it: the script's last words. */
export const ENDED = "mm-claude ends with";

/** As one word of a POSIX shell. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** As it is where it can mean nothing else. */
export const shellWord = (word: string): string => (/^[\w@%+:,./-]+$/.test(word) ? word : quoted(word));

/** Has the directory in that variable begin as that machine's `~` does. */
export const homeIn = (variable: string): string =>
  `case $${variable} in "~" | "~/"*) ${variable}=$HOME\${${variable}#"~"} ;; esac`;

/** The line of stdin that makes the shell run the script, with its line break. */
export function scriptLine(script: string, args: readonly string[]): string {
  const whole = `set -- ${args.map(quoted).join(" ")}\n${script}`;
  return `${whole.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n`;
}

/**
 * A script whose beginning and end are told.
 * @param ended with a part that nobody can guess where others' words come to stderr, too
 */
export function toldScript(script: string, ended: string = ENDED): string {
  return `printf '\\n%s\\n' '${BEGUN}'\n(\n${script}\n)\ncode=$?\nprintf '\\n%s %s\\n' '${ended}' $code >&2\nexit $code`;
}

/**
 * What the script said, without the words that tell its end and what the runner said then; `code` undefined where they
 * are missing.
 */
export function withoutEnd(
  stderr: string,
  ended: string = ENDED,
): { readonly said: string; readonly code: number | undefined } {
  const at = stderr.lastIndexOf(ended);
  const code = at < 0 ? undefined : /^ (\d{1,3})(?!\d)/.exec(stderr.slice(at + ended.length))?.[1];
  return code === undefined
    ? { said: stderr.trim(), code }
    : { said: stderr.slice(0, at).trim(), code: Number(code) };
}
