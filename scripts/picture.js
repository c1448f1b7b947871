// Films the README's picture: the demo itself, in a real browser, from the mention to the outcome: `npm run picture`.
// Needs chromium (or CHROMIUM_PATH).

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { animatedWebp } from "./animated-webp.js";
import { changedParts } from "./changed-parts.js";
import { inDemo, LIGHT, ROOT } from "./demo-in-browser.js";

const PICTURE = join(ROOT, "assets/demo.webp");
const SIZE = { width: 1000, height: 640 };
const WORDS = "@claude-code run the tests and fix what fails";
/** Where the pointer is in nobody's way. */
const REST = { x: 880, y: 570 };
/** What a slow machine makes longer is shown no longer than this; what people shall read has its own time. */
const STILL_AT_MOST_MS = 240;
const EACH_MS = 100;

/** Takes the page again and again, until it is stopped. */
function film(page) {
  const frames = [];
  let isRunning = true;
  const take = async () => frames.push({ at: performance.now(), png: await page.screenshot() });
  const running = (async () => {
    while (isRunning) await Promise.all([take(), new Promise((next) => setTimeout(next, EACH_MS))]);
  })();
  return {
    /** Shows what there is now for this long. */
    async hold(ms) {
      const seen = frames.length + 2;
      while (frames.length < seen) await new Promise((resolve) => setTimeout(resolve, 10));
      frames.at(-1).holdMs = ms;
    },
    async stop() {
      isRunning = false;
      await running;
      await take();
      return frames;
    },
  };
}

/** A browser without a screen has no pointer to show. */
async function showPointer(page) {
  await page.evaluate(() => {
    const svg = "http://www.w3.org/2000/svg";
    const pointer = document.createElementNS(svg, "svg");
    const arrow = document.createElementNS(svg, "path");
    arrow.setAttribute("d", "M1 1v17l4-4 3 7 3-1-3-7h6z");
    arrow.setAttribute("stroke", "#fff");
    pointer.append(arrow);
    Object.assign(pointer.style, {
      position: "fixed",
      width: "24px",
      height: "24px",
      zIndex: "99",
      pointerEvents: "none",
    });
    document.body.append(pointer);
    addEventListener("mousemove", ({ clientX, clientY }) => {
      pointer.style.left = `${clientX}px`;
      pointer.style.top = `${clientY}px`;
    });
  });
  await page.mouse.move(REST.x, REST.y);
}

/** Gives people time to read, goes to the button so that one can see it go there, and clicks. */
async function click(page, camera, button, readMs) {
  await button.waitFor();
  await camera.hold(readMs);
  const box = await button.boundingBox();
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.6, { steps: 8 });
  await camera.hold(400);
  await page.mouse.down();
  await page.mouse.up();
  await page.mouse.move(REST.x, REST.y, { steps: 4 });
}

/** From the mention to the tests that pass. */
async function play(page, camera) {
  await camera.hold(600);
  const box = page.locator("#channel textarea");
  await box.focus();
  await box.pressSequentially(WORDS, { delay: 20 });
  await page.locator("#channel .names").waitFor({ state: "hidden" });
  await camera.hold(600);
  await page.keyboard.press("Enter");
  await page.locator("#channel .thread-link").click();
  const choice = (label) =>
    page.locator("#thread .choice", { has: page.getByText(label, { exact: true }) }).last();
  await click(page, camera, choice("Allow"), 1200);
  await page.locator("#thread .hljs-addition").waitFor();
  await click(page, camera, choice("Allow all for this session"), 1600);
  await page.locator("#thread .body", { hasText: "All tests pass now" }).last().waitFor();
  await page.locator("#thread .body", { hasText: "line.count." }).last().waitFor();
  await camera.hold(2200);
}

/** The frames in which something has changed, with the time that each is shown. */
async function cut(helper, taken) {
  const parts = await changedParts(
    helper,
    taken.map(({ png }) => png),
  );
  const frames = [];
  for (const [index, { at, holdMs = 0 }] of taken.entries()) {
    const part = parts[index];
    if (part !== undefined) frames.push({ ...part, stillMs: 0, holdMs: 0 });
    const frame = frames.at(-1);
    frame.stillMs += (taken[index + 1]?.at ?? at) - at;
    frame.holdMs += holdMs;
  }
  return frames.map(({ stillMs, holdMs, ...frame }) => ({
    ...frame,
    durationMs: holdMs || Math.round(Math.min(Math.max(stillMs, EACH_MS), STILL_AT_MOST_MS)),
  }));
}

await inDemo(async (browser, address) => {
  const context = await browser.newContext({ ...LIGHT, viewport: SIZE });
  const page = await context.newPage();
  await page.goto(address);
  await page.locator("#channel .post").first().waitFor();
  await page.evaluate(() => document.fonts.ready);
  await showPointer(page);
  const camera = film(page);
  await play(page, camera);
  const frames = await cut(await context.newPage(), await camera.stop());
  const picture = animatedWebp(SIZE, frames);
  mkdirSync(join(ROOT, "assets"), { recursive: true });
  writeFileSync(PICTURE, picture);
  const seconds = frames.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
  console.log(`${PICTURE}  ${frames.length} frames, ${seconds} s, ${Math.round(picture.length / 1000)} kB`);
});
