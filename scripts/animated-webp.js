// Puts still WebP pictures one after the other into an animated one (RIFF: VP8X, ANIM, then an ANMF for each). Encodes
// nothing itself.

const LOOPS_FOR_EVER = 0;
/** VP8X: it is an animation, and parts of it are transparent. */
const ANIMATION_AND_ALPHA = 0b0001_0010;

/**
 * @param size of the whole picture
 * @param frames each a still that is laid over what is there, with its left upper corner (even numbers) and its time
 */
export function animatedWebp({ width, height }, frames) {
  const header = Buffer.concat([
    Buffer.from([ANIMATION_AND_ALPHA, 0, 0, 0]),
    uint24(width - 1),
    uint24(height - 1),
  ]);
  const background = Buffer.alloc(4);
  const loops = Buffer.from([LOOPS_FOR_EVER, 0]);
  const chunks = [
    chunk("VP8X", header),
    chunk("ANIM", Buffer.concat([background, loops])),
    ...frames.map((frame) => chunk("ANMF", frameData(frame))),
  ];
  return chunk("RIFF", Buffer.concat([Buffer.from("WEBP"), ...chunks]));
}

function frameData({ left, top, width, height, durationMs, still }) {
  const place = [left / 2, top / 2, width - 1, height - 1, durationMs].map(uint24);
  const layOver = Buffer.from([0]);
  return Buffer.concat([...place, layOver, ...imageChunks(still)]);
}

/** What a still's pixels are in, without its own header. */
function imageChunks(still) {
  const found = [];
  for (let at = "RIFF....WEBP".length; at + 8 <= still.length; ) {
    const end = at + 8 + still.readUInt32LE(at + 4);
    const padded = end + (end % 2);
    if (["ALPH", "VP8 ", "VP8L"].includes(still.toString("latin1", at, at + 4))) {
      found.push(still.subarray(at, padded));
    }
    at = padded;
  }
  return found;
}

function chunk(name, data) {
  const head = Buffer.from(`${name}....`, "latin1");
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

function uint24(number) {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntLE(number, 0, 3);
  return bytes;
}
