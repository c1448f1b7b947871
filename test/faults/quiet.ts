// Places in which nobody speaks for a while, so that it is known what was said before something changed there and what
// was said after.

import type { Place } from "./places.ts";

export interface Quiet {
  /** Nobody begins to speak there. */
  isIn(place: Place): boolean;
  /** Acts once nobody has to be quiet there. */
  speak<T>(place: Place, act: () => Promise<T>): Promise<T>;
  /** What is being said is said first; then nobody speaks there until it is over. */
  during<T>(place: Place, act: () => Promise<T>): Promise<T>;
}

export function createQuiet(): Quiet {
  const quiet = new Map<Place, Promise<unknown>>();
  const speaking = new Map<Place, Set<Promise<unknown>>>();

  async function untilLoud(place: Place): Promise<void> {
    for (let over = quiet.get(place); over; over = quiet.get(place)) {
      await over;
    }
  }

  return {
    isIn: (place) => quiet.has(place),
    async speak(place, act) {
      await untilLoud(place);
      const said = act();
      const all = speaking.get(place) ?? new Set();
      speaking.set(place, all.add(said));
      return said.finally(() => all.delete(said));
    },
    async during(place, act) {
      await untilLoud(place);
      const done = Promise.allSettled(speaking.get(place) ?? []).then(act);
      quiet.set(
        place,
        done.catch(() => {}),
      );
      return done.finally(() => quiet.delete(place));
    },
  };
}
