// Makes the sandbox's ids: 26 characters of Mattermost's base-32 alphabet. Knows nothing of what they name.
import { randomBytes } from "node:crypto";

const ALPHABET = "ybndrfg8ejkmcpqxot1uwisza345h769";

export function newId(): string {
  let id = "";
  for (const byte of randomBytes(26)) id += ALPHABET[byte & 31];
  return id;
}

export function isId(text: string): boolean {
  return /^[a-z0-9]{26}$/.test(text);
}
