// The one way in for mm-claude's `demo` command, which loads the sandbox only then.

import { DEFAULT_DEMO_PORT, type DemoBridge, runDemo } from "./demo.ts";

export interface DemoFlags {
  readonly port?: number | undefined;
  readonly isScripted: boolean;
  /** Shows the page in the person's browser, if there is one. */
  readonly opensBrowser: boolean;
}

/** What the program that runs the demo lends it. */
export interface DemoHost extends DemoBridge {
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly openBrowser: (address: string) => void;
}

/** Runs until a signal ends it; gives the exit code. */
export function demo(flags: DemoFlags, host: DemoHost): Promise<number> {
  const { port = DEFAULT_DEMO_PORT, isScripted, opensBrowser } = flags;
  return runDemo({
    ...host,
    isScripted,
    port,
    searchPath: host.environment["PATH"] ?? "",
    openBrowser: (address) => {
      if (opensBrowser) host.openBrowser(address);
    },
  });
}
