// Takes secrets out of a text, in every spelling they have in URLs and JSON, and most of one where it was cut off. What
// is written for people, for the disk or for the server passes through here.

export type Redact = (text: string) => string;

/** What is shorter is no secret, and may be a word. */
const SHORTEST = 8;

/** So much of a secret's beginning or end tells too much of it: a text may be cut in the middle of one. */
const TELLING = 12;

const SHOWN = "[secret]";

export function createRedact(secrets: readonly string[]): Redact {
  const hidden = secrets.filter((secret) => secret.length >= SHORTEST);
  const spellings = hidden.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
    JSON.stringify(secret).slice(1, -1),
  ]);
  // The longest first: one may be the beginning of another.
  const whole = [...new Set(spellings)].sort((one, other) => other.length - one.length);
  // Of others a part might end within what JSON writes for one character.
  const plain = [...new Set(hidden)].filter(
    (secret) => secret.length > TELLING && /^[A-Za-z0-9_-]+$/.test(secret),
  );
  return (text) =>
    plain.reduce(
      withoutParts,
      whole.reduce((shown, secret) => shown.replaceAll(secret, SHOWN), text),
    );
}

function withoutParts(text: string, secret: string): string {
  const beginning = secret.slice(0, TELLING);
  const end = secret.slice(-TELLING);
  const withoutBeginnings = withoutPart(text, beginning, (at) => {
    let length = TELLING;
    while (length < secret.length && text[at + length] === secret[length]) {
      length++;
    }
    return [at, at + length];
  });
  return withoutPart(withoutBeginnings, end, (at) => {
    let length = TELLING;
    while (
      length < secret.length &&
      withoutBeginnings[at + TELLING - 1 - length] === secret[secret.length - 1 - length]
    ) {
      length++;
    }
    return [at + TELLING - length, at + TELLING];
  });
}

/** `extent`: from where to where a part reaches whose telling piece was found at that place. */
function withoutPart(
  text: string,
  part: string,
  extent: (at: number) => readonly [from: number, to: number],
): string {
  const kept: string[] = [];
  let done = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, done)) {
    const [from, to] = extent(at);
    kept.push(text.slice(done, Math.max(done, from)), SHOWN);
    done = to;
  }
  return done === 0 ? text : kept.join("") + text.slice(done);
}
