// The demo command: loads the sandbox, which is a separate project, and lets it start the bridge.

import { claudeVersion } from "../claude/version.ts";
import { type Config, defaultSettings } from "../config/settings.ts";
import { openBrowser } from "../util/browser.ts";
import type { Links } from "./links.ts";

export interface DemoFlags {
  readonly port?: number | undefined;
  readonly isScripted: boolean;
  readonly opensBrowser: boolean;
}

interface DemoHost {
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly print: (line: string) => void;
}

/** The settings that the sandbox chooses. */
type Made = Pick<Config, "url" | "token" | "channelId" | "allowedUsers" | "claudePath" | "directory">;

type Run<Settings> = (
  settings: Settings,
  environment: NodeJS.ProcessEnv,
  stateHome: string,
  links: Links,
) => Promise<number>;

/** What the sandbox's module has for us; held to it by a test. */
export interface SandboxModule {
  demo(
    flags: DemoFlags,
    host: DemoHost & {
      readonly openBrowser: (address: string) => void;
      readonly claudeVersion: (path: string) => Promise<string>;
      readonly run: Run<Made>;
    },
  ): Promise<number>;
}

/** Built, from `dist` and from `src` alike; no import that a compiler follows, so that `src` stands without it. */
const SANDBOX = new URL("../../sandbox/dist/index.js", import.meta.url).href;

/** Runs until a signal ends it; gives the exit code. */
export async function runDemo(
  flags: DemoFlags,
  host: DemoHost & { readonly run: Run<Config> },
): Promise<number> {
  const { demo } = (await import(SANDBOX)) as SandboxModule;
  return demo(flags, {
    ...host,
    openBrowser: (address) =>
      void openBrowser(address, {
        platform: process.platform,
        environment: host.environment,
        isTerminal: process.stdout.isTTY,
      }),
    claudeVersion: (path) => claudeVersion(path),
    run: (made, environment, stateHome, links) =>
      host.run({ ...defaultSettings(), ...made, debug: false }, environment, stateHome, links),
  });
}
