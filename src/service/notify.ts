// What systemd is told by a service of the type "notify": that it is ready, and that it still runs. By its own command,
// since Node has no sockets of the kind that it listens at (checked with 20 to 24).

import { spawn } from "node:child_process";
import type { Clock, Timer } from "../util/clock.ts";

/** What it gives to those that it starts. None of it is for Claude: it could speak in mm-claude's name. */
export const NOTIFY_VARIABLES = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] as const;

/** Told by `NAME=value` lines, as sd_notify(3) has them. */
export type Notify = (...lines: readonly string[]) => void;

export class ServiceNotifier {
  readonly #notify: Notify;
  readonly #clock: Clock;
  readonly #watchdogMs: number | undefined;
  #timer: Timer | undefined;

  constructor(notify: Notify, clock: Clock, watchdogMs: number | undefined) {
    this.#notify = notify;
    this.#clock = clock;
    this.#watchdogMs = watchdogMs;
  }

  /** Undefined when nobody listens. */
  static from(environment: NodeJS.ProcessEnv, clock: Clock): ServiceNotifier | undefined {
    const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: microseconds, WATCHDOG_PID: watched } = environment;
    if (!socket) {
      return undefined;
    }
    const isWatched = microseconds !== undefined && (watched ?? String(process.pid)) === String(process.pid);
    return new ServiceNotifier(
      (...lines) => tell(socket, lines),
      clock,
      isWatched ? Number(microseconds) / 1000 : undefined,
    );
  }

  ready(status: string): void {
    this.#notify("READY=1", `STATUS=${status}`);
    this.#watch();
  }

  status(status: string): void {
    this.#notify(`STATUS=${status}`);
  }

  stopping(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#notify("STOPPING=1", "STATUS=Every Claude gets a moment to save");
  }

  /** Twice as often as is asked for. A loop that stands still says nothing, and systemd starts mm-claude anew. */
  #watch(): void {
    if (this.#watchdogMs === undefined) {
      return;
    }
    this.#timer = this.#clock.setTimeout(() => {
      this.#notify("WATCHDOG=1");
      this.#watch();
    }, this.#watchdogMs / 2);
  }
}

/** In the name of this process: the command's own is gone by the time it is heard. */
function tell(socket: string, lines: readonly string[]): void {
  spawn("systemd-notify", [`--pid=${process.pid}`, ...lines], {
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", NOTIFY_SOCKET: socket },
    stdio: "ignore",
  }).on("error", () => {
    // There is no such command: then it is not systemd that listens, and nobody waits for this.
  });
}
