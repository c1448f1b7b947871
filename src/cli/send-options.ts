// The options of `mm-claude send`, and its help.

import { type Command, InvalidArgumentError } from "commander";

export function withSendOptions(command: Command): Command {
  return command
    .description("send Claude a message from a script, through the mm-claude that runs here")
    .argument("[text...]", "the message; what is piped in is added to it")
    .option("--project <name>", "the project, where mm-claude serves several", named)
    .option(
      "--thread <link>",
      "into this thread, by the link of one of its posts (default: a new one)",
      named,
    )
    .option("--as <name>", "whose message it is, with their rights (default: SEND_AS)", named)
    .option("--file <path>", "goes along; may be given several times", collected)
    .option("--wait", "print Claude's answer as it comes, and end with it")
    .option("--timeout <time>", "wait no longer than such as 90s, 10m or 2h", parseTime)
    .option("--json", "print an event a line, as JSON")
    .addHelpText("after", `\n${HELP}`);
}

const HELP = `Examples:
  echo "run the tests" | mm-claude send --wait
  git diff | mm-claude send --wait "review this"
  mm-claude send --project shop --as alice --file report.csv "what stands out?"

Exit codes:
  0    Claude's turn ended well; without --wait: it was sent
  1    the turn failed, or was interrupted or stopped
  2    not sent: wrong usage, no such project, no right, an unfit file
  3    no mm-claude runs here
  4    mm-claude or its server can't be reached, or the connection broke
  124  the time of --timeout was up; the session goes on
  130  Ctrl-C; the session goes on`;

const collected = (path: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  named(path),
];

const UNIT_MS: Readonly<Record<string, number>> = { "": 1000, s: 1000, m: 60_000, h: 3_600_000 };
/** What a timer takes. */
const LONGEST_MS = 2 ** 31 - 1;

/** What an unset variable of a shell leaves is refused, not taken for a name. */
function named(text: string): string {
  if (text.trim() === "") {
    throw new InvalidArgumentError("It is empty: is a variable not set?");
  }
  return text;
}

/** Milliseconds. */
function parseTime(text: string): number {
  const [, count, unit = ""] = /^(\d{1,9})([smh]?)$/.exec(text) ?? [];
  const ms = Number(count) * (UNIT_MS[unit] ?? 0);
  if (!(ms > 0 && ms <= LONGEST_MS)) {
    throw new InvalidArgumentError("Give a time such as 90s, 10m or 2h.");
  }
  return ms;
}
