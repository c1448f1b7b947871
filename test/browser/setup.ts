// Says once, and in one line, when there is no browser to test with.
import { browserPath } from "../support/browser-path.ts";

export function setup(): void {
  if (browserPath === undefined) {
    console.log("No browser here (apt-get install chromium, or set CHROMIUM_PATH): its tests are skipped.");
  }
}
