// `mm-claude send`: gives a message to the daemon that is meant, shows what becomes of it, and says by its exit code how
// that ended.

import type { Print } from "../util/output.ts";
import { printable } from "../util/printable.ts";
import { type Asked, askSend, askStatus } from "./client.ts";
import { NOT_RUNNING } from "./command.ts";
import { controlSockets, folderProblem, foldersToAsk } from "./location.ts";
import type { Status } from "./protocol.ts";
import { type ScriptEvent, type SendEvent, type SendRequest, sendRequest } from "./send-protocol.ts";

export interface SendCommandOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly uid: number;
  /** Its bytes are for programs, as they are. */
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  readonly printError: Print;
  /** Aborted by Ctrl-C, or when the time is up; the reason is how it ends then. */
  readonly giveUp: AbortSignal;
  /** How long a daemon may take to answer; milliseconds. */
  readonly patienceMs?: number;
}

export const SEND_EXIT = {
  ok: 0,
  /** The turn failed, was interrupted or stopped. */
  failed: 1,
  /** It was not sent: wrong usage, no such project, no right, a file that can't be sent. */
  refused: 2,
  notRunning: 3,
  /** mm-claude or its server can't be reached, or was lost while the answer was waited for. */
  unreachable: 4,
  timedOut: 124,
  cancelled: 130,
} as const;

/** Why nothing more is waited for. */
export type GiveUp = "cancelled" | "timedOut";

export async function runSend(
  request: SendRequest,
  { json = false }: { readonly json?: boolean },
  options: SendCommandOptions,
): Promise<number> {
  const { printError, patienceMs, giveUp } = options;
  const [unfit] = sendRequest.safeParse(request).error?.issues ?? [];
  if (unfit) {
    printError(`error: --${unfit.path[0]?.toString()} can't be that: it is empty, or too long`);
    return SEND_EXIT.refused;
  }
  const daemon = await daemonFor(request, options);
  if ("exitCode" in daemon) {
    printError(`error: ${printable(daemon.problem)}`);
    return daemon.exitCode;
  }
  if (giveUp.aborted) {
    return nothingSent(options);
  }
  const heard = new Heard(request.wait, json, options);
  const asked = await askSend(daemon.path, request, (event) => heard.take(event), giveUp, patienceMs);
  return giveUp.aborted ? heard.givenUp(giveUp.reason as GiveUp) : heard.exitCode(asked);
}

/** It was given up before. */
export function nothingSent({
  giveUp,
  printError,
}: Pick<SendCommandOptions, "giveUp" | "printError">): number {
  const why = giveUp.reason as GiveUp;
  printError(`${GIVEN_UP[why]}: nothing was sent`);
  return SEND_EXIT[why];
}

const GIVEN_UP: Readonly<Record<GiveUp, string>> = { cancelled: "Stopped", timedOut: "The time is up" };

type Chosen = { readonly path: string } | { readonly exitCode: number; readonly problem: string };

async function daemonFor(
  { project, thread }: SendRequest,
  { environment, uid, patienceMs }: SendCommandOptions,
): Promise<Chosen> {
  const folders = foldersToAsk(environment, uid);
  const asked = await Promise.all(
    folders
      .flatMap(controlSockets)
      .map(async (path) => ({ path, answer: await askStatus(path, patienceMs) })),
  );
  const present = asked.filter(({ answer }) => answer.kind !== "gone");
  const all = present.flatMap(({ path, answer }) =>
    answer.kind === "answered" ? [{ path, status: answer.value }] : [],
  );
  if (present.length === 0) {
    const problem = folders.map(folderProblem).find((one) => one !== undefined);
    return problem === undefined
      ? { exitCode: SEND_EXIT.notRunning, problem: NOT_RUNNING }
      : { exitCode: SEND_EXIT.unreachable, problem };
  }
  if (all.length === 0) {
    return {
      exitCode: SEND_EXIT.unreachable,
      problem: "mm-claude runs and does not answer. mm-claude status says more",
    };
  }
  const [only, ...others] = all;
  if (only && others.length === 0) {
    return only;
  }
  return chosen(all, { project, thread });
}

type Daemon = { readonly path: string; readonly status: Status };

/** Among several. */
function chosen(
  all: readonly Daemon[],
  { project, thread }: Pick<SendRequest, "project" | "thread">,
): Chosen {
  const isMeant = ({ status }: Daemon): boolean =>
    (project === undefined || namesIn(status).includes(project)) &&
    (thread === undefined || !thread.includes("://") || thread.startsWith(`${status.server.url}/`));
  const meant = all.filter(isMeant);
  const [first, ...others] = meant;
  if (first && others.length === 0) {
    return first;
  }
  const list = (first ? meant : all).map(
    ({ status }) => `${status.server.url}, in ${status.directory}: ${namesIn(status).join(", ")}`,
  );
  const what = first
    ? "Several mm-claudes run here. Say with --project whose project is meant:"
    : "None of the mm-claudes that run here has it. There is:";
  return { exitCode: SEND_EXIT.refused, problem: [what, ...list].join("\n  ") };
}

const namesIn = ({ projects = [] }: Status): string[] => projects.map(({ name }) => name);

/** What the daemon tells, shown as it comes. */
class Heard {
  readonly #isWaiting: boolean;
  readonly #isJson: boolean;
  readonly #options: SendCommandOptions;
  #link: string | undefined;
  #ended: (ScriptEvent & { readonly event: "ended" }) | undefined;
  #refused: (SendEvent & { readonly event: "refused" }) | undefined;
  /** The last character that was written. */
  #last = "\n";

  constructor(isWaiting: boolean, isJson: boolean, options: SendCommandOptions) {
    this.#isWaiting = isWaiting;
    this.#isJson = isJson;
    this.#options = options;
  }

  take(event: SendEvent): void {
    if (event.event === "accepted") {
      return;
    }
    if (event.event === "refused") {
      this.#refused = event;
      return;
    }
    if (event.event === "started") {
      this.#link = event.link;
    } else if (event.event === "ended") {
      this.#ended = event;
    }
    if (this.#isJson) {
      const line = `${JSON.stringify(event)}\n`;
      this.#write(this.#options.isTerminal ? printable(line) : line);
    } else {
      this.#show(event);
    }
  }

  #show(event: ScriptEvent): void {
    const { isTerminal } = this.#options;
    if (event.event === "text") {
      this.#write(isTerminal ? printable(event.text) : event.text);
    } else if (event.event === "started") {
      if (this.#isWaiting) {
        this.#say(`thread: ${event.link}`);
      } else {
        this.#write(`${event.link}\n`);
      }
    } else if (event.event === "asked") {
      this.#say(`waits for ${event.what}: ${event.link}`);
    } else if (event.event === "ended") {
      this.#endLine();
    }
  }

  givenUp(why: GiveUp): number {
    const rest =
      this.#link === undefined
        ? "whether the message was posted is not known"
        : `the session goes on: ${this.#link}`;
    this.#say(`${GIVEN_UP[why]}: ${rest}`);
    return SEND_EXIT[why];
  }

  exitCode(asked: Asked<undefined>): number {
    if (asked.kind === "refused") {
      this.#say(`error: mm-claude gives no answer: ${asked.why}`);
      return SEND_EXIT.unreachable;
    }
    if (this.#refused) {
      const { why, isPassing, isUnclear } = this.#refused;
      const unclear = isUnclear
        ? ". It may have been posted all the same: look before you send it again"
        : "";
      this.#say(`error: ${why}${unclear}`);
      return isPassing ? SEND_EXIT.unreachable : SEND_EXIT.refused;
    }
    if (this.#ended) {
      const { ok, reason = "the turn did not end well" } = this.#ended;
      if (!ok) {
        this.#say(`error: ${reason}. The thread: ${this.#link}`);
      }
      return ok ? SEND_EXIT.ok : SEND_EXIT.failed;
    }
    if (this.#link !== undefined && !this.#isWaiting) {
      return SEND_EXIT.ok;
    }
    const where =
      this.#link === undefined ? "Whether the message was posted is not known" : `The thread: ${this.#link}`;
    this.#say(
      asked.kind === "hanging"
        ? `error: mm-claude runs and does not answer. ${where}`
        : `error: the connection to mm-claude broke. ${where}`,
    );
    return SEND_EXIT.unreachable;
  }

  #say(text: string): void {
    this.#endLine();
    this.#options.printError(printable(text));
  }

  /** What is said besides begins a line, and so does what follows the answer. */
  #endLine(): void {
    if (this.#last !== "\n") {
      this.#write("\n");
    }
  }

  #write(text: string): void {
    this.#options.write(text);
    this.#last = text.at(-1) ?? this.#last;
  }
}
