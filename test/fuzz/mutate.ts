// Recorded traffic, spoiled in ways that a seed decides: as bytes and as values.

/** Numbers from 0 up to below 1; the same seed gives the same ones (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const STRANGE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  "",
  "\u0000",
  "\ud800",
  "../../etc/passwd",
  "@all",
  [],
  [null],
  {},
  { __proto__: null },
  "x".repeat(20_000),
  "toString",
  Number.MAX_SAFE_INTEGER,
];

export function mutate(text: string, random: () => number): string {
  const times = 1 + Math.floor(random() * 3);
  let mutated = text;
  for (let index = 0; index < times; index++) {
    mutated = random() < 0.6 ? mutateValue(mutated, random) : mutateBytes(mutated, random);
  }
  return mutated;
}

function mutateBytes(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  const length = 1 + Math.floor(random() * 20);
  const kind = Math.floor(random() * 4);
  if (kind === 0) return text.slice(0, at);
  if (kind === 1) return text.slice(0, at) + text.slice(at + length);
  if (kind === 2) return text.slice(0, at) + text.slice(Math.max(0, at - length));
  return `${text.slice(0, at)}${String.fromCharCode(Math.floor(random() * 0xffff))}${text.slice(at + 1)}`;
}

/** One value somewhere in the JSON becomes another one, goes, or moves under another name. */
function mutateValue(text: string, random: () => number): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return mutateBytes(text, random);
  }
  const places: { holder: Record<string, unknown>; key: string }[] = [];
  const visit = (holder: unknown): void => {
    if (typeof holder !== "object" || holder === null) return;
    for (const key of Object.keys(holder)) {
      places.push({ holder: holder as Record<string, unknown>, key });
      visit((holder as Record<string, unknown>)[key]);
    }
  };
  visit(value);
  const place = places[Math.floor(random() * places.length)];
  if (!place) return mutateBytes(text, random);
  const { holder, key } = place;
  const kind = Math.floor(random() * 4);
  const old = holder[key];
  if (kind === 0) delete holder[key];
  // JSON inside a string, as in the socket's frames.
  else if (kind === 1 && typeof old === "string" && old.startsWith("{")) holder[key] = mutate(old, random);
  else if (kind === 2 && Array.isArray(old))
    holder[key] = [...old, ...old, STRANGE[places.length % STRANGE.length]];
  else holder[key] = STRANGE[Math.floor(random() * STRANGE.length)];
  return JSON.stringify(value);
}
