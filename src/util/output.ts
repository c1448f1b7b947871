// Lines for stdout and stderr. That a reader has gone or a disk is full is never an error: who prints must not die of it,
// and least of all of telling about it.

export type Print = (line: string) => void;

export interface OutputStream {
  /** What it still holds for a slow reader. */
  readonly writableLength: number;
  write(text: string, taken?: () => void): unknown;
  on(event: "error", listener: () => void): unknown;
  readonly isTTY?: boolean;
  /** Node's own, of a terminal (20 to 24): there is no other way to tell it not to wait. */
  readonly _handle?: { setBlocking?(isBlocking: boolean): unknown };
}

/** `mostPending`: how many bytes may wait for a slow reader; lines beyond that are left out, and counted. */
export function lineWriter(stream: OutputStream, mostPending = Number.POSITIVE_INFINITY): Print {
  stream.on("error", () => {});
  // To a terminal Node writes in one go: one that is held (Ctrl-S) would hold all of the program, its signals as well.
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
      // Most streams emit an error; one that throws it is no different.
    }
  };
}

/** Resolves when all that was printed has been taken, or never will be. Exiting earlier would lose it: pipes are asynchronous. */
export async function allTaken(streams: readonly OutputStream[]): Promise<void> {
  await Promise.all(
    streams.map((stream) => new Promise<void>((resolve) => stream.write("", () => resolve()))),
  );
}
