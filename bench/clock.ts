// One clock for every process of the bench: monotonic, and on one machine the same everywhere.

/** Milliseconds, with fractions; only differences mean something. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Fails a wait that would never end. */
export function within<T>(ms: number, what: () => string, wait: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Not within ${ms} ms: ${what()}`)), ms);
    wait.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
