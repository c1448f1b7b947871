// The mark that a process leaves on the posts it creates: the time of its start, and a random part, in case another one
// started at the same time. Distinguishes the posts of two mm-claudes that use the same account.

const MARK = /^([0-9a-z]{1,10})-[0-9a-z]{1,16}$/;

/** `startedAt`: milliseconds since the epoch. */
export function newInstance(startedAt: number, random: () => number): string {
  const randomPart = Math.floor(random() * 36 ** 8).toString(36);
  return `${Math.floor(startedAt).toString(36)}-${randomPart}`;
}

/** Milliseconds since the epoch; undefined when it isn't a mark. */
export function startOf(instance: string): number | undefined {
  const [, start] = MARK.exec(instance) ?? [];
  return start === undefined ? undefined : Number.parseInt(start, 36);
}

/** Every process that compares two marks gets the same result. Text that isn't a mark is earlier than any mark. */
export function isEarlier(one: string, other: string): boolean {
  const [first, second] = [startOf(one) ?? -1, startOf(other) ?? -1];
  return first === second ? one < other : first < second;
}
