// Single keys, for who looks at the daemon's terminal. A terminal that gives single keys makes no signals of Ctrl-C and
// Ctrl-Z any more: that is done here.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

export interface KeyTerminal {
  readonly isTTY?: boolean;
  setRawMode(isRaw: boolean): unknown;
  on(event: "data", listener: (data: Buffer) => void): unknown;
  resume(): unknown;
  pause(): unknown;
  unref?(): unknown;
}

export interface KeyOptions {
  readonly terminal: KeyTerminal;
  /** By the key. */
  readonly actions: Readonly<Record<string, () => void>>;
  /** In the background, who reads from the terminal is stopped. */
  readonly isForeground: () => boolean;
  readonly send: (signal: NodeJS.Signals) => void;
  /** Runs it whenever the process may have come to the foreground; until what is returned is called. */
  readonly onForeground: (listener: () => void) => () => void;
  /** Keys work from now on. */
  readonly onReading: () => void;
}

const SIGNAL_OF: Readonly<Record<string, NodeJS.Signals>> = {
  "\u0003": "SIGINT",
  "\u001A": "SIGTSTP",
  "\u001C": "SIGQUIT",
};

/** Until what is returned is called, which leaves the terminal as it was. */
export function readKeys({
  terminal,
  actions,
  isForeground,
  send,
  onForeground,
  onReading,
}: KeyOptions): () => void {
  let isReading = false;
  let isOver = false;
  const stop = (): void => {
    if (isReading) {
      isReading = false;
      terminal.pause();
      terminal.setRawMode(false);
    }
  };
  const start = (): void => {
    if (!isReading && !isOver && isForeground()) {
      isReading = true;
      terminal.setRawMode(true);
      terminal.resume();
      // It keeps no process alive.
      terminal.unref?.();
      onReading();
    }
  };
  terminal.on("data", (data) => {
    const keys = data.toString("latin1");
    const signal = SIGNAL_OF[keys];
    if (signal === undefined) {
      // More than one at a time: an arrow, or something pasted.
      actions[keys.toLowerCase()]?.();
      return;
    }
    if (signal !== "SIGINT") {
      // Whoever has the terminal next finds it as it was.
      stop();
    }
    send(signal);
  });
  terminal.pause();
  const forget = onForeground(start);
  start();
  return () => {
    isOver = true;
    forget();
    stop();
  };
}

/** A shell tells those that it has stopped, and not those that run when they come to the front. */
const LOOK_EVERY_MS = 2000;

export function whenInFront(listener: () => void): () => void {
  process.on("SIGCONT", listener);
  const timer = setInterval(listener, LOOK_EVERY_MS).unref();
  return () => {
    process.off("SIGCONT", listener);
    clearInterval(timer);
  };
}

/** Whether this process may read from its terminal; where the system doesn't say so, that it may not. */
export function isForegroundProcess(): boolean {
  try {
    return process.platform === "linux"
      ? isForegroundIn(readFileSync("/proc/self/stat", "utf8"))
      : execFileSync("ps", ["-o", "stat=", "-p", String(process.pid)], { encoding: "utf8" }).includes("+");
  } catch {
    return false;
  }
}

function isForegroundIn(stat: string): boolean {
  // After the name in parentheses: state, parent, group, session, terminal, the terminal's foreground group.
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return group === foreground;
}
