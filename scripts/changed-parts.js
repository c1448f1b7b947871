// Of pictures that follow each other, the parts that change: each as a WebP still in which all else is transparent, in
// few colours. A browser's page does the work; it can already read PNG and write WebP.

/**
 * @param page an empty one
 * @param pngs all of one size
 * @returns for each picture its part and where that lies; undefined where nothing changes
 */
export async function changedParts(page, pngs) {
  await page.evaluate(prepare);
  for (const png of pngs) await page.evaluate((base64) => globalThis.count(base64), png.toString("base64"));
  const parts = [];
  for (const png of pngs) {
    const part = await page.evaluate((base64) => globalThis.partOf(base64), png.toString("base64"));
    parts.push(part && { ...part, still: Buffer.from(part.still, "base64") });
  }
  return parts;
}

/** Runs in the page. */
function prepare() {
  /** A palette of so few keeps the file small, and is enough for a page of text. */
  const COLOURS = 127;
  /** Colours that are nearer than this look the same (squared distance). */
  const ALIKE = 200;
  const TRANSPARENT = 0;
  const counts = new Map();
  const nearest = new Map();
  let palette;
  let shown;

  async function imageOf(base64) {
    const blob = await (await fetch(`data:image/png;base64,${base64}`)).blob();
    const bitmap = await createImageBitmap(blob);
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height);
  }

  function distance(one, other) {
    const channel = (shift) => ((one >> shift) & 255) - ((other >> shift) & 255);
    return channel(0) ** 2 + channel(8) ** 2 + channel(16) ** 2;
  }

  /** The commonest colours as they are; of the rarer ones those that are unlike all of these. */
  function makePalette() {
    const colours = [];
    for (const [colour] of [...counts].sort(([, one], [, other]) => other - one)) {
      if (colours.length === COLOURS) break;
      if (colours.every((taken) => distance(taken, colour) > ALIKE)) colours.push(colour);
    }
    return colours;
  }

  function inPalette(colour) {
    let best = nearest.get(colour);
    if (best === undefined) {
      best = palette.reduce((so, next) => (distance(next, colour) < distance(so, colour) ? next : so));
      nearest.set(colour, best);
    }
    return best;
  }

  globalThis.count = async (base64) => {
    const image = await imageOf(base64);
    for (const colour of new Uint32Array(image.data.buffer)) {
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
  };

  globalThis.partOf = async (base64) => {
    palette ??= makePalette();
    const image = await imageOf(base64);
    const { width, height } = image;
    const pixels = new Uint32Array(image.data.buffer);
    shown ??= new Uint32Array(pixels.length);
    let [left, top, right, bottom] = [width, height, -1, -1];
    for (const [at, exact] of pixels.entries()) {
      const colour = inPalette(exact);
      if (colour === shown[at]) {
        pixels[at] = TRANSPARENT;
        continue;
      }
      shown[at] = colour;
      pixels[at] = colour;
      const [x, y] = [at % width, Math.floor(at / width)];
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
    if (right < 0) return undefined;
    // A WebP frame begins at even numbers.
    [left, top] = [left - (left % 2), top - (top % 2)];
    const part = new OffscreenCanvas(right - left + 1, bottom - top + 1);
    part.getContext("2d").putImageData(image, -left, -top);
    // Chromium takes a quality of 1 for "without loss".
    const blob = await part.convertToBlob({ type: "image/webp", quality: 1 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    const still = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    return { left, top, width: part.width, height: part.height, still };
  };
}
