// How much two words differ, and which word was meant by one that does not exist.

/** The word that this is a misspelling of, whatever its case; undefined for one unlike them all. */
export function nearestWord(word: string, words: readonly string[]): string | undefined {
  const plain = word.toLowerCase();
  const near = words.flatMap((one) => {
    const most = Math.max(1, Math.floor(one.length / 3));
    // Asked first: a word may be of any length.
    if (Math.abs(one.length - plain.length) > most) return [];
    const distance = editDistance(plain, one.toLowerCase());
    return distance <= most ? [{ one, distance }] : [];
  });
  return near.sort((first, second) => first.distance - second.distance)[0]?.one;
}

/** How many letters must be inserted, removed, replaced or swapped with the next one. */
export function editDistance(from: string, to: string): number {
  let before: readonly number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swap = isSwap ? (before[j - 2] ?? 0) + 1 : Infinity;
      next.push(Math.min(substitution, swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[to.length] ?? 0;
}
