// Removes secrets from a text, in each form they have in URLs and JSON. Also removes long parts of a secret, because a
// text may have been cut. All text for people, the disk or the server goes through it.

export type Redact = (text: string) => string;

/** A shorter text is no secret, and may be a word. */
const SHORTEST = 8;

/** Of a secret that was cut, a beginning or end of this length is removed: it shows too much of the secret. */
const SHORTEST_PART = 12;

const SHOWN = "[secret]";

export function createRedact(secrets: readonly string[]): Redact {
  const { whole, plain } = formsOf(secrets);
  return (text) => plain.reduce(withoutParts, whole.reduce(withoutWhole, text));
}

/** Texts of which each gives a secret away: `createRedact` would remove them. */
export function revealingTexts(secrets: readonly string[]): string[] {
  const { whole, plain } = formsOf(secrets);
  const parts = plain.flatMap((secret) => [secret.slice(0, SHORTEST_PART), secret.slice(-SHORTEST_PART)]);
  return [...new Set([...whole.filter((form) => !parts.some((part) => form.includes(part))), ...parts])];
}

function formsOf(secrets: readonly string[]): {
  readonly whole: readonly string[];
  readonly plain: readonly string[];
} {
  const hidden = secrets.filter((secret) => secret.length >= SHORTEST);
  const forms = hidden.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
    JSON.stringify(secret).slice(1, -1),
  ]);
  return {
    // The longest first: one may be the beginning of another.
    whole: [...new Set(forms)].sort((one, other) => other.length - one.length),
    // Parts are removed only of these: a part of another one might end inside an escape sequence of JSON or a URL.
    plain: [...new Set(hidden)].filter(
      (secret) => secret.length > SHORTEST_PART && /^[A-Za-z0-9_-]+$/.test(secret),
    ),
  };
}

const withoutWhole = (text: string, secret: string): string =>
  withoutPart(text, secret, (at) => [at, at + secret.length]);

function withoutParts(text: string, secret: string): string {
  const beginning = secret.slice(0, SHORTEST_PART);
  const end = secret.slice(-SHORTEST_PART);
  const withoutBeginnings = withoutPart(text, beginning, (at) => {
    let length = SHORTEST_PART;
    while (length < secret.length && text[at + length] === secret[length]) {
      length++;
    }
    return [at, at + length];
  });
  return withoutPart(withoutBeginnings, end, (at) => {
    let length = SHORTEST_PART;
    while (
      length < secret.length &&
      withoutBeginnings[at + SHORTEST_PART - 1 - length] === secret[secret.length - 1 - length]
    ) {
      length++;
    }
    return [at + SHORTEST_PART - length, at + SHORTEST_PART];
  });
}

/** `extent`: the start and end of the whole part, when `part` was found at `at`. */
function withoutPart(
  text: string,
  part: string,
  extent: (at: number) => readonly [from: number, to: number],
): string {
  const kept: string[] = [];
  let done = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, done)) {
    const [from, to] = extent(at);
    kept.push(text.slice(done, Math.max(done, afterEscape(text, from))), SHOWN);
    done = to;
  }
  return done === 0 ? text : kept.join("") + text.slice(done);
}

/** What an escape sequence of JSON or a URL ends with can look like the beginning of a secret, but is something else. */
function afterEscape(text: string, at: number): number {
  const begun = /(?:\\(?:u[\da-f]{0,3})?|%[\da-f]?)$/i.exec(text.slice(Math.max(0, at - 5), at))?.[0];
  if (begun === undefined) {
    return at;
  }
  const isLong = begun.length > 1 || text[at] === "u";
  return at - begun.length + (begun.startsWith("%") ? 3 : isLong ? 6 : 2);
}
