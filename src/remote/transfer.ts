// How long a script may take that carries a file.

const WAY_MS = 30_000;
/** A slow line: 100 KB a second. */
const BYTES_PER_MS = 100;

export const transferMs = (bytes: number): number => WAY_MS + Math.ceil(bytes / BYTES_PER_MS);
