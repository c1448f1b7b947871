// Where the daemon's lines go: what this process has for stdout and stderr, as a terminal, a journal or a file.

import { fstatSync } from "node:fs";
import { lineWriter } from "../util/output.ts";
import { loadColours } from "./colours.ts";
import { DaemonOutput, type DaemonOutputOptions, type Terminal } from "./daemon-output.ts";

/** What may wait for a terminal that is held, or for a reader that sleeps. */
const MOST_UNREAD_BYTES = 1024 * 1024;
const USUAL_COLUMNS = 80;

export async function openDaemonOutput(
  { format, linkOf }: Pick<DaemonOutputOptions, "format" | "linkOf">,
  environment: NodeJS.ProcessEnv,
): Promise<DaemonOutput> {
  const { stdout, stderr } = process;
  return new DaemonOutput({
    format,
    linkOf,
    out: lineWriter(stdout, MOST_UNREAD_BYTES),
    err: lineWriter(stderr, MOST_UNREAD_BYTES),
    now: Date.now,
    colour: await loadColours(stdout, environment),
    terminal: stdout.isTTY && format === "text" ? await loadTerminal() : undefined,
    isTimed: isJournal(environment["JOURNAL_STREAM"]),
  });
}

async function loadTerminal(): Promise<Terminal> {
  const { default: wrap } = await import("wrap-ansi");
  return {
    columns: () => process.stdout.columns || USUAL_COLUMNS,
    wrap,
    // While single keys are read, it does not.
    isEchoing: () => !process.stdin.isRaw,
  };
}

/** systemd names the file that its journal reads from by device and inode. It notes the time of each line itself. */
function isJournal(stream: string | undefined): boolean {
  if (!stream) {
    return false;
  }
  try {
    // As big integers, in which Node keeps this apart from what it looks at itself: a socket would lead it astray
    // (control/location.ts).
    const { dev, ino } = fstatSync(1, { bigint: true });
    return stream === `${dev}:${ino}`;
  } catch {
    return false;
  }
}
