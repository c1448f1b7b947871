// Where the programs of the campaign are, and how fast each may be hurried.

import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Pace } from "./round.ts";

/** The checkout, wherever this file was compiled to. */
function checkout(): string {
  let path = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(path, "biome.json"))) {
    path = dirname(path);
  }
  return path;
}

export const DAEMON = join(checkout(), "bin/mm-claude.js");
/** Loaded before the daemon: its disk can fail, and forgets with the power what was not synced. */
export const DISK = ["failing-disk.mjs", "forgetful-disk.mjs"].map((name) =>
  join(checkout(), "test/support", name),
);
export const FAKE_CLAUDE = join(checkout(), "test/support/fake-claude.mjs");

/** The installed CLI; its package puts a short text in the program's place when no install script ran. */
export function realClaude(): string {
  const modules = join(checkout(), "node_modules/@anthropic-ai");
  const found = [
    join(modules, "claude-code/bin/claude.exe"),
    join(modules, `claude-code-${process.platform}-${process.arch}/claude`),
  ].find((path) => existsSync(path) && statSync(path).size > 1024 * 1024);
  if (found === undefined) {
    throw new Error("The claude program is not installed: run npm install.");
  }
  return found;
}

export const FAST: Pace = { windowMs: 1200, boundMs: 20_000, patienceMs: 75_000 };
/** The real CLI takes a second to start. */
export const UNHURRIED: Pace = { windowMs: 4000, boundMs: 40_000, patienceMs: 120_000 };
