// `mm-claude status` and `mm-claude logs`: ask every daemon of this user, and say what each says, or that it is silent.

import type { Print } from "../util/output.ts";
import { printable } from "../util/printable.ts";
import { type Asked, askLogs, askStatus } from "./client.ts";
import { jsonLine } from "./json-line.ts";
import { controlSockets, folderProblem, foldersToAsk, pidOf } from "./location.ts";
import type { LogLine, Status } from "./protocol.ts";
import { statusText } from "./status-text.ts";

export interface ControlCommandOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly uid: number;
  readonly now: number;
  readonly print: Print;
  readonly printError: Print;
  /** How long a daemon may take to answer; milliseconds. */
  readonly patienceMs?: number;
}

const EXIT = { well: 0, unwell: 1, none: 3 } as const;
export const NOT_RUNNING = "mm-claude does not run. Start it with: mm-claude, or mm-claude service install";

/** The exit code: 0 when every daemon answers and is connected, 3 when none runs, else 1. */
export async function runStatus(
  { json }: { readonly json?: boolean },
  options: ControlCommandOptions,
): Promise<number> {
  const { printError, now } = options;
  const print = printing(options);
  const asked = await Promise.all(
    socketsOf(options).map(async (path) => ({ path, answer: await askStatus(path, options.patienceMs) })),
  );
  const present = asked.filter(({ answer }) => answer.kind !== "gone");
  const answered = present.flatMap(({ answer }) => (answer.kind === "answered" ? [answer.value] : []));
  if (json) {
    const silent = present.flatMap(({ path, answer }) =>
      answer.kind === "hanging" ? [{ pid: pidOf(path), state: "hanging" }] : [],
    );
    print(JSON.stringify([...answered, ...silent]));
  } else {
    answered.forEach((status, at) => {
      print(`${at === 0 ? "" : "\n"}${verdict(status)}`);
      statusText(status, now).forEach(print);
    });
  }
  for (const { path, answer } of present) {
    const problem = problemOf(path, answer);
    if (problem !== undefined) {
      printError(problem);
    }
  }
  if (present.length === 0) {
    return noneIn(options);
  }
  const isWell = answered.length === present.length && answered.every(({ server }) => server.isConnected);
  return isWell ? EXIT.well : EXIT.unwell;
}

/** Names of channels and people are in it, and whatever listens at a socket may answer. */
const printing =
  ({ print }: ControlCommandOptions): Print =>
  (line) =>
    print(printable(line));

function verdict({ state, server, bot }: Status): string {
  const name = bot === undefined ? "mm-claude" : `mm-claude (@${bot})`;
  if (state === "starting") {
    return `○ ${name} is starting: ${server.url} has not let it in yet`;
  }
  if (state === "stopping") {
    return `○ ${name} is stopping`;
  }
  return server.isConnected ? `● ${name} is well` : `○ ${name} runs and is not connected`;
}

export async function runLogs(
  {
    lines,
    follow = false,
    json,
  }: { readonly lines: number; readonly follow?: boolean; readonly json?: boolean },
  options: ControlCommandOptions,
): Promise<number> {
  const { printError } = options;
  const print = printing(options);
  const sockets = await Promise.all(
    socketsOf(options).map(async (path, _at, { length }) => ({
      path,
      // One alone needs no name.
      owner: length > 1 ? await ownerOf(path, options) : "",
    })),
  );
  const show = ({ line, path, owner }: OwnedLine): void =>
    print(json ? jsonLine(line, { pid: pidOf(path) }) : lineText(line, owner));
  const told: OwnedLine[] = [];
  const take = follow ? show : (line: OwnedLine): void => void told.push(line);
  const answers = await Promise.all(
    sockets.map(async ({ path, owner }) => ({
      path,
      answer: await askLogs(
        path,
        { lines, follow },
        (line) => take({ line, path, owner }),
        options.patienceMs,
      ),
    })),
  );
  told.sort((one, other) => one.line.at - other.line.at).forEach(show);
  const present = answers.filter(({ answer }) => answer.kind !== "gone");
  for (const { path, answer } of present) {
    const problem = problemOf(path, answer);
    if (problem !== undefined) {
      printError(problem);
    }
  }
  if (present.length === 0) {
    return noneIn(options);
  }
  return present.every(({ answer }) => answer.kind === "answered") ? EXIT.well : EXIT.unwell;
}

interface OwnedLine {
  readonly line: LogLine;
  /** The socket of the daemon that said it. */
  readonly path: string;
  readonly owner: string;
}

/** What stands before the lines of one daemon among others. */
async function ownerOf(path: string, { patienceMs }: ControlCommandOptions): Promise<string> {
  const answer = await askStatus(path, patienceMs);
  const directory = answer.kind === "answered" ? ` ${answer.value.directory}` : "";
  return `[${pidOf(path)}${directory}] `;
}

const socketsOf = ({ environment, uid }: ControlCommandOptions): string[] =>
  foldersToAsk(environment, uid).flatMap(controlSockets);

function noneIn({ environment, uid, printError }: ControlCommandOptions): number {
  const problem = foldersToAsk(environment, uid)
    .map(folderProblem)
    .find((one) => one !== undefined);
  printError(problem ?? NOT_RUNNING);
  return problem === undefined ? EXIT.none : EXIT.unwell;
}

function problemOf(path: string, answer: Asked<unknown>): string | undefined {
  if (answer.kind === "hanging") {
    const pid = pidOf(path);
    return `mm-claude hangs or is paused: process ${pid} does not answer. As a service it is started again by itself; else: kill -CONT ${pid}, or kill -KILL ${pid} and start it again.`;
  }
  return answer.kind === "refused" ? `mm-claude at ${path} gives no answer: ${answer.why}` : undefined;
}

/** In this machine's time. */
function lineText({ at, level, text }: LogLine, owner: string): string {
  const label = level === "info" ? "" : `${level}: `;
  return `${stamp(at)} ${owner}${label}${text}`;
}

function stamp(at: number): string {
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
