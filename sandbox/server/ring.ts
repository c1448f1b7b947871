// A list that keeps its newest entries and forgets the oldest. Knows nothing of what it holds.

export interface Ring<Entry> {
  push(entry: Entry): void;
  /** Oldest first; a copy. */
  list(): Entry[];
  clear(): void;
}

export function createRing<Entry>(capacity: number): Ring<Entry> {
  let entries: Entry[] = [];
  return {
    push(entry) {
      entries.push(entry);
      // Trimmed in halves, so that a push costs the same on average however long the list is.
      if (entries.length >= capacity * 2) entries = entries.slice(-capacity);
    },
    list: () => entries.slice(-capacity),
    clear() {
      entries = [];
    },
  };
}
