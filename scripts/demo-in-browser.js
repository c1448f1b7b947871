// The demo, started for a picture of it, and a real browser to look at it. Needs chromium (or CHROMIUM_PATH).

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The same on every machine. */
export const LIGHT = { colorScheme: "light", reducedMotion: "reduce", locale: "en-GB" };

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

/** `perform` gets the browser and the page's address. Nothing is left of it. */
export async function inDemo(perform) {
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
    await perform(browser, await addressOf(demo));
  } finally {
    await browser.close();
    demo.kill("SIGINT");
    await new Promise((resolve) => demo.once("exit", resolve));
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
