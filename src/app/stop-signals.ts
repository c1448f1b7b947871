// The signals that end the daemon, and the two waits that go with them.

export interface StopSignals {
  /** Asks for an orderly end. */
  readonly stop: AbortSignal;
  /** The second one: for an end at once. */
  readonly stopAtOnce: AbortSignal;
  /** From now on they do what they do to any program. */
  readonly release: () => void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function stopSignals(): StopSignals {
  const stop = new AbortController();
  const stopAtOnce = new AbortController();
  const listener = (): void => (stop.signal.aborted ? stopAtOnce : stop).abort();
  for (const signal of SIGNALS) {
    process.on(signal, listener);
  }
  return {
    stop: stop.signal,
    stopAtOnce: stopAtOnce.signal,
    release() {
      for (const signal of SIGNALS) {
        process.off(signal, listener);
      }
    },
  };
}

export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    } else {
      signal.addEventListener("abort", () => resolve(), { once: true });
    }
  });

// Keeps the process alive: while the server is down there is nothing else that would.
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
