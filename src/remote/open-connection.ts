// A connection that is kept open to a machine behind ssh, which all that is started there shares: a new one would take about
// eight round trips. In it some shells wait for their script: OpenSSH sends nothing of stdin before the far end has answered
// twice (9.2), which is over by the time that one is needed.

import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { backoffMs } from "../util/backoff.ts";
import type { Clock, Timer } from "../util/clock.ts";
import { scriptLine } from "./script.ts";
import { kill, openRunner } from "./shell.ts";
import type { Remote } from "./types.ts";

/** To look at a conversation and to go on with it; of the ten that sshd allows in a connection unless it is told otherwise. */
const WAITING = 2;
const RETRY = { baseMs: 2000, maxMs: 60_000, random: () => 1 };
/** One that lasted so long was right: the next try may be soon. */
const LASTED_MS = 60_000;

/** Opened again when it breaks. Ends with this process, however that ends: its stdin is closed then. */
export class OpenConnection {
  readonly #remote: Remote;
  readonly #sharing: readonly string[];
  readonly #environment: NodeJS.ProcessEnv;
  readonly #clock: Clock;
  #child: ChildProcessWithoutNullStreams | undefined;
  /** Something has come through it. */
  #isOpen = false;
  #waiting: readonly ChildProcessWithoutNullStreams[] = [];
  #timer: Timer | undefined;
  #attempt = 0;
  #isClosed = false;

  /** `sharing`: the runner's arguments for the connection itself. */
  constructor(remote: Remote, sharing: readonly string[], environment: NodeJS.ProcessEnv, clock: Clock) {
    this.#remote = remote;
    this.#sharing = sharing;
    this.#environment = environment;
    this.#clock = clock;
    this.#connect();
  }

  /** Another one is opened in its place. */
  takeWaiting(): ChildProcessWithoutNullStreams | undefined {
    const [child] = this.#waiting;
    if (child) {
      this.#forget(child);
    }
    // Not before what it is taken for is on its way.
    setImmediate(() => this.#fill());
    return child;
  }

  close(): void {
    this.#isClosed = true;
    this.#clock.clearTimeout(this.#timer);
    for (const child of [...this.#waiting, this.#child]) {
      if (child) {
        kill(child);
      }
    }
  }

  #connect(): void {
    const began = this.#clock.now();
    const child = openRunner({ ...this.#remote, arguments: this.#sharing }, this.#environment);
    this.#child = child;
    whenGone(child, () => {
      this.#isOpen = false;
      if (!this.#isClosed) {
        this.#attempt = this.#clock.now() - began > LASTED_MS ? 0 : this.#attempt + 1;
        this.#timer = this.#clock.setTimeout(() => this.#connect(), backoffMs(this.#attempt, RETRY));
      }
    });
    if (child.pid !== undefined) {
      child.stdin.write(scriptLine("echo; exec cat >/dev/null", []));
      child.stderr.resume();
      child.stdout.resume().once("data", () => {
        this.#isOpen = true;
        this.#fill();
      });
    }
  }

  #fill(): void {
    while (this.#isOpen && !this.#isClosed && this.#waiting.length < WAITING) {
      const child = openRunner(this.#remote, this.#environment);
      whenGone(child, () => this.#forget(child));
      if (child.pid === undefined) {
        return;
      }
      this.#waiting = [...this.#waiting, child];
    }
  }

  #forget(child: ChildProcessWithoutNullStreams): void {
    this.#waiting = this.#waiting.filter((other) => other !== child);
  }
}

/** Also when it could not be started; then it may have no streams. */
function whenGone(child: ChildProcessWithoutNullStreams, perform: () => void): void {
  let isGone = false;
  const gone = (): void => {
    if (!isGone) {
      isGone = true;
      perform();
    }
  };
  child.on("error", gone);
  if (child.pid !== undefined) {
    child.on("exit", gone);
    child.stdin.on("error", () => {});
  }
}
