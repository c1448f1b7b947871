// Takes the README's picture from the demo itself, in a real browser, at two sizes: `npm run picture`, after a build.
// Needs chromium (or CHROMIUM_PATH).

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SIZES = {
  wide: { viewport: { width: 1360, height: 760 }, colorScheme: "light" },
  narrow: { viewport: { width: 420, height: 720 }, colorScheme: "dark" },
};

/** The page's address, once the bridge behind it is ready. */
function addressOf(demo) {
  return new Promise((resolve, reject) => {
    let output = "";
    demo.stdout.on("data", (data) => {
      output += data;
      const [, address] = /Open\s+(http:\S+)[\s\S]*Ready!/.exec(output) ?? [];
      if (address) resolve(address);
    });
    demo.on("exit", () => reject(new Error(`The demo ended:\n${output}`)));
  });
}

/** Lets Claude find the bug, up to the card that asks whether it may be mended. */
async function play(page) {
  const text = "@claude-code run the tests and fix what fails";
  await page.locator("#channel textarea").fill(text);
  await page.keyboard.press("Enter");
  await page.locator("#channel .thread-link").click();
  await page.locator("#thread .choice").first().click();
  await page.locator("#thread .hljs-addition").waitFor();
  await page.locator("#thread .choice").last().waitFor();
  await page.locator("#thread .typing").evaluate((typing) => typing.replaceChildren());
}

async function settle(page) {
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.activeElement?.blur());
  await page.evaluate(() => document.fonts.ready);
  // Two frames: one to lay out, one to stay at the end.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

const directory = mkdtempSync(join(tmpdir(), "mm-claude-picture-"));
const demo = spawn(
  process.execPath,
  [join(ROOT, "bin/mm-claude.js"), "demo", "--scripted", "--no-open", "--port", "0"],
  {
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: directory },
    stdio: ["ignore", "pipe", "inherit"],
  },
);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  const address = await addressOf(demo);
  mkdirSync(join(ROOT, "assets"), { recursive: true });
  let thread = "";
  for (const [name, size] of Object.entries(SIZES)) {
    const context = await browser.newContext({ ...size, reducedMotion: "reduce", locale: "en-GB" });
    const page = await context.newPage();
    await page.goto(address + thread);
    if (thread === "") await play(page);
    await page.locator("#thread .choice").last().waitFor();
    thread = new URL(page.url()).hash;
    await settle(page);
    const path = join(ROOT, "assets", `demo-${name}.png`);
    await page.screenshot({ path });
    console.log(`${path}  ${Math.round(statSync(path).size / 1000)} kB`);
    await context.close();
  }
} finally {
  await browser.close();
  demo.kill("SIGINT");
  await new Promise((resolve) => demo.once("exit", resolve));
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}
