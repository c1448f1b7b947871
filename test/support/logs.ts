// Logs for parts under test that have one.

import type { Log } from "../../src/util/log.ts";

export const quietLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** What is warned of, and worse, goes to `lines`, without its cause. */
export function warningsTo(lines: string[]): Log {
  const note = (line: string): void => void lines.push(line);
  return { ...quietLog, warn: note, error: note };
}
