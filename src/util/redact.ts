// Takes secrets out of a text, in every spelling they have in URLs and JSON. What is written for people, for the disk or
// for the server passes through here.

export type Redact = (text: string) => string;

/** What is shorter is no secret, and may be a word. */
const SHORTEST = 8;

export function createRedact(secrets: readonly string[]): Redact {
  const spellings = secrets
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
      JSON.stringify(secret).slice(1, -1),
    ]);
  // The longest first: one may be the beginning of another.
  const hidden = [...new Set(spellings)].sort((one, other) => other.length - one.length);
  return (text) => hidden.reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), text);
}
