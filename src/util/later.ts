// An answer that is there at once, or comes: whoever has it at once goes on without a pause.

export type Later<T> = T | Promise<T>;

/** `failed`: told of a promise that rejects; what is there at once doesn't. */
export function whenThere<T>(
  later: Later<T>,
  use: (value: T) => void,
  failed: (error: unknown) => void,
): void {
  if (later instanceof Promise) {
    later.then(use, failed);
  } else {
    use(later);
  }
}
