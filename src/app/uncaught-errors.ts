// An error that nobody caught ends the daemon: after it nothing in memory can be trusted, and everything that sessions
// need is on the disk. Says once what failed. Whoever awaits `fault` ends the rest.

import { inspect } from "node:util";
import type { Log } from "../util/log.ts";

/** The part of `process` that is listened to. */
export interface ErrorSource {
  on(event: "uncaughtException" | "unhandledRejection", listener: (reason: unknown) => void): unknown;
}

/** Resolves at the first fault, when it has been told. */
export function firstUncaughtError(source: ErrorSource, log: Log): Promise<void> {
  return new Promise((resolve) => {
    let isOver = false;
    const take = (reason: unknown): void => {
      // Who was written to has gone. No program of ours waits for that, so it is no fault of ours either.
      if (isOver || isBrokenPipe(reason)) {
        return;
      }
      isOver = true;
      resolve();
      log.error(lastWords(reason));
    };
    source.on("uncaughtException", take);
    source.on("unhandledRejection", take);
  });
}

function lastWords(reason: unknown): string {
  return (
    "mm-claude has a fault and ends, with every Claude it has started. Nothing that was saved is lost: start it again, " +
    `and a reply in a thread resumes its session. Please report these lines:\n${described(reason)}`
  );
}

/** With the stack: that is what a report needs. */
function described(reason: unknown): string {
  try {
    return reason instanceof Error && reason.stack ? reason.stack : inspect(reason);
  } catch {
    return "(it can't be shown)";
  }
}

function isBrokenPipe(reason: unknown): boolean {
  return reason instanceof Error && "code" in reason && reason.code === "EPIPE";
}
