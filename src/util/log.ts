// The daemon's log, for the person who runs it. Knows the secrets only to keep them out of every line.

import { printable } from "./printable.ts";
import { createRedact } from "./redact.ts";

export interface Log {
  /** Shown with --debug only. */
  debug(message: string, cause?: unknown): void;
  info(message: string, cause?: unknown): void;
  warn(message: string, cause?: unknown): void;
  error(message: string, cause?: unknown): void;
}

export type LogLevel = "debug" | "info" | "warning" | "error";

export interface LogOptions {
  readonly debug: boolean;
  /** Takes one line without its line end; it says its level itself, where that is not "info". */
  readonly write: (line: string, level: LogLevel) => void;
  readonly secrets: readonly string[];
}

/** A cause adds its message; with `debug` its stack as well. */
export function createLog({ debug, write, secrets }: LogOptions): Log {
  const redact = createRedact(secrets);
  const line = (level: LogLevel, message: string, cause: unknown) => {
    const text = redact(
      `${labelOf(level)}${message}${cause === undefined ? "" : `: ${describe(cause, debug)}`}`,
    );
    write(printable(text), level);
  };
  return {
    debug: (message, cause) => {
      if (debug) {
        line("debug", message, cause);
      }
    },
    info: (message, cause) => line("info", message, cause),
    warn: (message, cause) => line("warning", message, cause),
    error: (message, cause) => line("error", message, cause),
  };
}

/** What a line of that level begins with. */
export function labelOf(level: LogLevel): string {
  return level === "info" ? "" : `${level}: `;
}

function describe(cause: unknown, withStack: boolean): string {
  if (!(cause instanceof Error)) {
    return String(cause);
  }
  return withStack && cause.stack !== undefined ? cause.stack : cause.message;
}
