// Waiting that somebody may give up.

/** What `awaited` gives, or the reason of `signal` as soon as it is aborted; whatever comes later is ignored. */
export async function unlessAborted<T>(awaited: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) {
    return awaited;
  }
  let giveUp = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(signal.reason);
    if (signal.aborted) {
      giveUp();
    } else {
      signal.addEventListener("abort", giveUp);
    }
  });
  try {
    return await Promise.race([aborted, awaited]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
