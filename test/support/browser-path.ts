// The machine's own browser.

import { existsSync } from "node:fs";

/** Undefined when the machine has none. */
export const browserPath: string | undefined = [
  process.env["CHROMIUM_PATH"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== "" && existsSync(path));
