// What is in an open file, piece by piece, for as long as it may be sent: nothing with a secret in it, and exactly as
// many bytes as it had when it was opened.

import type { FileHandle } from "node:fs/promises";

/** The file is not to be sent; the message is a sentence about "it". */
export class UnfitContent extends Error {}

export interface SizedContent {
  readonly size: number;
  /** To be read at any place; with the first bytes at least, as many as `size` says. */
  readonly content: (signal: AbortSignal) => Promise<FileHandle>;
}

/** Larger ones make it no faster. */
const PIECE_BYTES = 128 * 1024;

/**
 * All pieces share one buffer. Throws UnfitContent, the system's errors, and the signal's reason. A piece with the end of
 * a secret in it is not given.
 */
export async function* piecesOf(
  { content, size }: SizedContent,
  secrets: readonly Buffer[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const handle = await content(signal);
  const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size));
  const holdsSecret = scanner(secrets);
  for (let at = 0; at < size; ) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, size - at), at);
    if (bytesRead === 0) {
      throw new UnfitContent("it became shorter while it was read; send it once it is finished");
    }
    const piece = buffer.subarray(0, bytesRead);
    if (holdsSecret(piece)) {
      throw new UnfitContent("it holds the secret with which mm-claude speaks to the server");
    }
    at += bytesRead;
    yield piece;
  }
}

/** The same pieces; `onBytes` is told how much of them has been taken, all in all. */
export async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of pieces) {
    yield piece;
    bytes += piece.length;
    onBytes(bytes);
  }
}

/** Reads it once. Throws as its pieces do. */
export async function checkContent(
  file: SizedContent,
  secrets: readonly Buffer[],
  signal: AbortSignal,
): Promise<void> {
  if (file.size === 0) {
    // Those of /proc have no size and yet something in them.
    const { bytesRead } = await (await file.content(signal)).read(Buffer.alloc(1), 0, 1, 0);
    throw new UnfitContent(
      bytesRead === 0 ? "it is empty" : "it is made by the system while it is read; copy it to a file first",
    );
  }
  for await (const _piece of piecesOf(file, secrets, signal)) {
    // Only looked at.
  }
}

/** In UTF-8, and in what both kinds of UTF-16 have in common. */
export function bytesOf(texts: readonly string[]): Buffer[] {
  return texts.flatMap((text) => [Buffer.from(text), Buffer.from(text, "utf16le").subarray(0, -1)]);
}

/** Takes the pieces in order; says whether one of the texts ends in this one. */
function scanner(texts: readonly Buffer[]): (piece: Uint8Array) => boolean {
  const longest = Math.max(1, ...texts.map((text) => text.length)) - 1;
  let end = Buffer.alloc(0);
  return (piece) => {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const border = Buffer.concat([end, bytes.subarray(0, longest)]);
    const found = texts.some((text) => border.includes(text) || bytes.includes(text));
    end = Buffer.from(
      bytes.length >= longest ? bytes.subarray(bytes.length - longest) : border.subarray(-longest),
    );
    return found;
  };
}
