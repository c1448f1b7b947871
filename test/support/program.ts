// The built program as a person runs it, in a terminal too.

import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { emptyPlaces, setupWorld } from "./setup-world.ts";

export const ROOT = new URL("../..", import.meta.url).pathname;
export const PROGRAM = join(ROOT, "bin", "mm-claude.js");

export type Places = ReturnType<typeof emptyPlaces>;
export type World = Awaited<ReturnType<typeof setupWorld>>;

export const environment = ({ home }: Places, env: Record<string, string> = {}) => ({
  PATH: process.env["PATH"] ?? "",
  HOME: home,
  NO_COLOR: "1",
  // Nothing is asked of a registry in the network.
  npm_config_registry: "http://127.0.0.1:9",
  ...env,
});

/** A program that only knows its version. */
export function fakeClaude(places: Places): string {
  const path = join(places.home, "bin", "claude");
  mkdirSync(join(places.home, "bin"));
  places.write(path, '#!/bin/sh\necho "2.1.0 (Claude Code)"\n');
  chmodSync(path, 0o755);
  return path;
}

export const hasScript =
  spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") === true;

/** A terminal with the program in it, made by util-linux' `script`. */
export function terminal(args: string, places: Places, env: Record<string, string> = {}) {
  const command = `exec "${process.execPath}" "${PROGRAM}" ${args}`;
  const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    cwd: places.cwd,
    env: { ...environment(places, env), TERM: "xterm", SHELL: "/bin/sh" },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let screen = "";
  let seen = 0;
  const watchers = new Set<() => void>();
  child.stdout.on("data", (data) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's own escape sequences
    screen += String(data).replaceAll(/\u001b\[[0-9;?]*[A-Za-z]|\u0007/g, "");
    for (const watcher of watchers) watcher();
  });
  const exit = new Promise<number | null>((resolve) => child.on("close", resolve));
  return {
    screen: () => screen,
    exit,
    type: (text: string) => void child.stdin.write(text),
    /** Resolves once the text stands below what was waited for before. */
    shows: (text: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const look = () => {
          const at = screen.indexOf(text, seen);
          if (at < 0) return;
          seen = at + text.length;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        const fail = () => reject(new Error(`no "${text}" in:\n${screen}`));
        setTimeout(fail, 20_000).unref();
        void exit.then(() => reject(new Error(`ended before "${text}" in:\n${screen}`)));
        look();
      }),
  };
}
