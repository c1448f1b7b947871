// The README's picture is put together as the WebP container format wants it (RIFF container, "Animated Image").

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { animatedWebp, type Frame } from "../../../scripts/animated-webp.js";

interface Chunk {
  readonly name: string;
  readonly data: Buffer;
}

/** The chunks that follow each other in `bytes`: a name, a length, that many bytes, and one more after an odd number. */
function chunksOf(bytes: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    chunks.push({
      name: bytes.toString("latin1", at, at + 4),
      data: bytes.subarray(at + 8, at + 8 + length),
    });
    at += 8 + length + (length % 2);
  }
  return chunks;
}

function read(webp: Buffer) {
  const [riff, ...more] = chunksOf(webp);
  expect([riff?.name, riff?.data.toString("latin1", 0, 4), more]).toEqual(["RIFF", "WEBP", []]);
  const [header, animation, ...frames] = chunksOf(riff?.data.subarray(4) ?? Buffer.alloc(0));
  return { header, animation, frames };
}

/** One pixel, without loss. Its data have an odd length, so a byte is added. */
const PIXEL = Buffer.from("UklGRh4AAABXRUJQVlA4TBEAAAAvAAAAAAfQ//73v/+BiOh/AAA=", "base64");
const frame = (over: Partial<Frame>): Frame => ({
  left: 0,
  top: 0,
  width: 1,
  height: 1,
  durationMs: 100,
  still: PIXEL,
  ...over,
});

test("an animation says its size, that it is one, and that it never ends", () => {
  const { header, animation } = read(animatedWebp({ width: 1000, height: 640 }, [frame({})]));
  expect(header?.name).toBe("VP8X");
  expect(header?.data[0]).toBe(0x12);
  expect([header?.data.readUIntLE(4, 3), header?.data.readUIntLE(7, 3)]).toEqual([999, 639]);
  expect(animation).toEqual({ name: "ANIM", data: Buffer.alloc(6) });
});

test("each frame says where it lies, how large it is and how long it stays, and holds the still's pixels", () => {
  const { frames } = read(
    animatedWebp({ width: 1000, height: 640 }, [
      frame({}),
      frame({ left: 252, top: 530, width: 728, height: 84, durationMs: 1400 }),
    ]),
  );
  expect(frames.map(({ name }) => name)).toEqual(["ANMF", "ANMF"]);
  const [, second] = frames;
  const numbers = [0, 3, 6, 9, 12].map((at) => second?.data.readUIntLE(at, 3));
  expect(numbers).toEqual([126, 265, 727, 83, 1400]);
  expect(second?.data[15]).toBe(0);
  expect(second?.data.subarray(16)).toEqual(PIXEL.subarray(12));
});

test("the README's picture is an animation of less than 600 kB", () => {
  const picture = readFileSync(new URL("../../../assets/demo.webp", import.meta.url));
  expect(read(picture).frames.length).toBeGreaterThan(20);
  expect(picture.length).toBeLessThan(600_000);
});
