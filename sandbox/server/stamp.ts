// The sandbox's clock: milliseconds that strictly increase, so that the order of two posts is never a tie and
// `since` never skips one. (A real server's may tie.) May run ahead of the wall clock under a burst.

export type Stamp = () => number;

export function createStamp(now: () => number): Stamp {
  let last = 0;
  return () => {
    last = Math.max(now(), last + 1);
    return last;
  };
}
