// A line of the daemon's log as programs read it: the one form of `--log-format json` and of `logs --json`.

import type { LogLine } from "./protocol.ts";

/**
 * `time` (ISO 8601, UTC), `level` (debug, info, warning, error) and `message` are in each. What happened in a session or
 * to the connection has `event` (see `EventName`) too and, as far as they are known, `thread` (its id), `project`,
 * `session` (its slot), `by` (a username) and `seconds`. `more`: what else the line is to say.
 */
export function jsonLine(
  { at, level, text, event }: LogLine,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const { name, thread, project, slot, by, seconds } = event ?? {};
  const time = new Date(at).toISOString();
  return JSON.stringify({
    time,
    level,
    event: name,
    thread,
    project,
    session: slot,
    by,
    seconds,
    message: text,
    ...more,
  });
}
