// Where a browser is opened, and where nobody would see it.
import { expect, test } from "vitest";
import { browserOpener } from "../../../src/util/browser.ts";

const screen = { DISPLAY: ":0" };

test.each([
  ["darwin", {}, true, "open"],
  ["linux", screen, true, "xdg-open"],
  ["linux", { WAYLAND_DISPLAY: "wayland-0" }, true, "xdg-open"],
  ["linux", {}, true, undefined],
  ["linux", screen, false, undefined],
  ["linux", { ...screen, SSH_CONNECTION: "1.2.3.4" }, true, undefined],
  ["darwin", { CI: "true" }, true, undefined],
  ["win32", {}, true, undefined],
] as const)("on %s with %j (terminal: %s) it is %s", (platform, environment, isTerminal, program) => {
  expect(browserOpener({ platform, environment, isTerminal })).toBe(program);
});
