// What the keys do at the daemon's terminal.

import { isForegroundProcess, readKeys, whenInFront } from "../terminal/keys.ts";
import { openBrowser } from "../util/browser.ts";

export interface KeyCommandOptions {
  readonly say: (text: string) => void;
  /** Where the channel is in a browser. */
  readonly channelLink: string;
}

const HELP = "h help · c open the channel in a browser · q or Ctrl-C quit, Ctrl-Z pause";

/** Where a person looks on; until what is returned is called. */
export function offerKeys({ say, channelLink }: KeyCommandOptions): () => void {
  const { stdin, stdout, env } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    return () => {};
  }
  let isKnown = false;
  return readKeys({
    terminal: stdin,
    actions: {
      h: () => say(HELP),
      c: () => {
        const desktop = { platform: process.platform, environment: env, isTerminal: true };
        say(
          openBrowser(channelLink, desktop) ? `Opening ${channelLink}` : `The channel is at ${channelLink}`,
        );
      },
      q: () => process.kill(process.pid, "SIGINT"),
    },
    isForeground: isForegroundProcess,
    send: (signal) => process.kill(process.pid, signal),
    onForeground: whenInFront,
    onReading() {
      if (!isKnown) {
        isKnown = true;
        say("Keys: h for help, q to quit.");
      }
    },
  });
}
