// Lines for stdout and stderr. A reader that is gone or a full disk is never an error here: it must not end the
// program, and it can't be reported either.

export type Print = (line: string) => void;

export interface OutputStream {
  /** How much it still holds for a slow reader. */
  readonly writableLength: number;
  write(text: string, taken?: () => void): unknown;
  on(event: "error", listener: () => void): unknown;
  readonly isTTY?: boolean;
  /** Internal to Node, for a terminal (20 to 24): there is no other way to make its writes asynchronous. */
  readonly _handle?: { setBlocking?(isBlocking: boolean): unknown };
}

/** `mostPending`: how many bytes may wait for a slow reader; lines beyond that are left out, and counted. */
export function lineWriter(stream: OutputStream, mostPending = Number.POSITIVE_INFINITY): Print {
  stream.on("error", () => {});
  // Node's writes to a terminal are synchronous: a terminal that is stopped (Ctrl-S) would stop the whole program, and
  // its signals too.
  if (stream.isTTY && mostPending !== Number.POSITIVE_INFINITY) {
    stream._handle?.setBlocking?.(false);
  }
  let missing = 0;
  return (line) => {
    if (stream.writableLength > mostPending) {
      missing += 1;
      return;
    }
    const gap = missing === 0 ? "" : `(${missing} lines are missing here: nobody read them in time)\n`;
    missing = 0;
    try {
      stream.write(`${gap}${line}\n`);
    } catch {
      // Most streams emit an error, some throw it: it is ignored too.
    }
  };
}

/**
 * Resolves when all that was printed is written, or can't be. Exiting earlier would lose it: pipes are asynchronous.
 */
export async function allTaken(streams: readonly OutputStream[]): Promise<void> {
  await Promise.all(
    streams.map((stream) => new Promise<void>((resolve) => stream.write("", () => resolve()))),
  );
}
