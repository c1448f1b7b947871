// Opens the person's browser where there is one. That it can't is no failure: the address has been printed.

import { spawn } from "node:child_process";

export interface Desktop {
  readonly platform: NodeJS.Platform;
  readonly environment: NodeJS.ProcessEnv;
  readonly isTerminal: boolean;
}

/** The program that opens an address; undefined where nobody would see it: in a pipe, over SSH, in CI. */
export function browserOpener({ platform, environment, isTerminal }: Desktop): string | undefined {
  if (!isTerminal || environment["CI"] || environment["SSH_CONNECTION"]) return undefined;
  if (platform === "darwin") return "open";
  const hasScreen = environment["DISPLAY"] || environment["WAYLAND_DISPLAY"];
  return platform === "linux" && hasScreen ? "xdg-open" : undefined;
}

/** Whether there is a browser to open it in. */
export function openBrowser(address: string, desktop: Desktop): boolean {
  const program = browserOpener(desktop);
  if (program === undefined) return false;
  const child = spawn(program, [address], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
  return true;
}
