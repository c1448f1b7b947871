// Who is writing where, as far as they have told lately.

const SILENT_MS = 6000;

export interface Typing {
  heard(name: string, rootId: string): void;
  /** They have sent it. */
  done(name: string, rootId: string): void;
  close(): void;
}

/** `show`: what to say in a thread, or in the channel for an empty root; empty when nobody writes. */
export function createTyping(show: (rootId: string, words: string) => void): Typing {
  const writers = new Map<string, Map<string, number>>();

  function draw(rootId: string): void {
    const names = [...(writers.get(rootId)?.keys() ?? [])];
    show(
      rootId,
      names.length === 0 ? "" : `${names.join(", ")} ${names.length === 1 ? "is" : "are"} typing…`,
    );
  }

  function done(name: string, rootId: string): void {
    const inThread = writers.get(rootId);
    clearTimeout(inThread?.get(name));
    if (inThread?.delete(name)) draw(rootId);
  }

  return {
    heard(name, rootId) {
      const inThread = writers.get(rootId) ?? new Map<string, number>();
      writers.set(rootId, inThread);
      clearTimeout(inThread.get(name));
      inThread.set(
        name,
        window.setTimeout(() => done(name, rootId), SILENT_MS),
      );
      draw(rootId);
    },
    done,
    close() {
      for (const inThread of writers.values()) for (const timer of inThread.values()) clearTimeout(timer);
    },
  };
}
