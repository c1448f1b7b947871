// A machine that is reached by a command, the runner: `ssh dev@build1`, `docker exec -i shop-dev`. Whatever is started
// there is a POSIX shell whose script comes as the first line of its stdin.

import type { ChildProcessWithoutNullStreams } from "node:child_process";

export interface Remote {
  /** What people call it: `dev@build1`, or the runner's words. */
  readonly name: string;
  /** The runner's program, with all arguments: it starts the shell. */
  readonly path: string;
  readonly arguments: readonly string[];
  /** The runner's arguments for a connection that the others share as long as it is open; undefined: it knows none. */
  readonly sharing?: readonly string[] | undefined;
  /** Gives a runner whose shell waits for its script, if there is one: whoever takes it ends it. */
  readonly takeWaiting?: (() => ChildProcessWithoutNullStreams | undefined) | undefined;
}

export interface ScriptOptions {
  /** The script's stdin. */
  readonly input?: Uint8Array | undefined;
  /** Instead of an input: stdin is open until the script has ended, and is closed before when nobody waits for it. */
  readonly isHeld?: boolean | undefined;
  /** All in all, with the way there. */
  readonly timeoutMs?: number | undefined;
  readonly maxBytes?: number | undefined;
  /** Takes the output as it comes, so that none of it is kept. Throws nothing. */
  readonly onOutput?: ((bytes: Uint8Array) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ScriptOutcome {
  readonly code: number;
  /** Its standard output, in bytes: file names and files may be in any encoding. */
  readonly output: Buffer;
  /** The end of its standard error. */
  readonly said: string;
  /** There was more than `maxBytes`: `output` has the first part, and the script was ended. */
  readonly isCut: boolean;
}

/**
 * Runs a POSIX shell script on that machine; its `$1`, `$2`… are `args`. Rejects with a RemoteError when the machine can't
 * be reached, gives no answer in time, or the connection breaks before the script's end is known.
 */
export type RunScript = (
  script: string,
  args?: readonly string[],
  options?: ScriptOptions,
) => Promise<ScriptOutcome>;

export interface RemoteShell {
  readonly remote: Remote;
  readonly run: RunScript;
}
