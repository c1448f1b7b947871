// The mark that a process leaves on the posts it makes: when it was started, and what no other that was started then
// has. Tells one mm-claude's posts from those of another one that runs on the same account.

const MARK = /^([0-9a-z]{1,10})-[0-9a-z]{1,16}$/;

/** `startedAt`: milliseconds since the epoch. */
export function newInstance(startedAt: number, random: () => number): string {
  const rest = Math.floor(random() * 36 ** 8).toString(36);
  return `${Math.floor(startedAt).toString(36)}-${rest}`;
}

/** Milliseconds since the epoch; undefined when it is no mark. */
export function startOf(instance: string): number | undefined {
  const [, start] = MARK.exec(instance) ?? [];
  return start === undefined ? undefined : Number.parseInt(start, 36);
}

/** Every process that compares two marks finds the same. What is no mark is earlier than any. */
export function isEarlier(one: string, other: string): boolean {
  const [first, second] = [startOf(one) ?? -1, startOf(other) ?? -1];
  return first === second ? one < other : first < second;
}
