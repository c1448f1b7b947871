// What a person at the daemon's terminal reads, through a real pseudo-terminal (util-linux's `script`), at three widths.

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Daemon, type DaemonWorld, daemonWorld } from "../support/daemon-world.ts";
import { sharedModel } from "../support/shared-model.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/mm-claude.js", import.meta.url));
const hasScript = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux");

const model = sharedModel();

/** In a terminal so wide; whatever is typed goes to it. */
function atTerminal(
  world: DaemonWorld,
  columns: number,
  env: Record<string, string> = {},
  run = "exec",
  input = "",
): Daemon {
  const command = `stty cols ${columns} rows 40; ${run} "${process.execPath}" "${PROGRAM}" ${input}`;
  return world.start({
    node: "script",
    program: "--quiet",
    args: ["--return", "--command", command, "/dev/null"],
    env: { TERM: "xterm-256color", SHELL: "/bin/sh", ...env },
    isTyped: true,
  });
}

/** Without what is another one at each run. */
function steady(output: string, { sandbox, directory }: DaemonWorld): string {
  return (
    output
      .replaceAll("\r\n", "\n")
      // At the beginning of a line it shows nothing.
      .replaceAll("\n\r", "\n")
      .replaceAll(sandbox.url, "http://chat.test:8065")
      .replaceAll(directory, "/srv/shop")
      .replaceAll(/\b\d\d:\d\d:\d\d\b/g, "12:34:56")
      .replaceAll(/\/pl\/[a-z0-9]{26}/g, "/pl/abcdefghijklmnopqrstuvwxyz")
      .replaceAll(/\/channels\/[a-z0-9]{26}/g, "/channels/abcdefghijklmnopqrstuvwxyz")
      .replaceAll(/done in \d+ s/g, "done in 3 s")
      .replaceAll(/v\d+\.\d+\.\d+/g, "v1.2.3")
  );
}

/** What a terminal so wide shows of it. */
function onScreen(output: string, columns: number): string {
  const lines: string[][] = [[]];
  let column = 0;
  for (const sign of output) {
    if (sign === "\r") {
      column = 0;
    } else if (sign === "\n") {
      lines.push([]);
    } else {
      if (column === columns) {
        lines.push([]);
        column = 0;
      }
      const line = lines.at(-1);
      if (line) line[column] = sign;
      column += 1;
    }
  }
  return lines.map((line) => line.join("")).join("\n");
}

/** A session from its start to its end, with all that people see of it meanwhile. */
async function play(
  world: DaemonWorld,
  daemon: Daemon,
  setConnectable: (isOut: boolean) => void,
): Promise<void> {
  await daemon.prints("for help");
  const root = await world.ask("RUN bash");
  await world.react((await world.card(root)).id, "+1");
  await world.says(root, "Done: the command ran.");
  await daemon.prints(/done in/);
  setConnectable(false);
  world.sandbox.faults.dropSockets();
  await daemon.prints("trying");
  setConnectable(true);
  await daemon.prints(/again[\s\S]*again/);
  await world.say("!stop", root);
  await daemon.prints("stopped the session");
  daemon.type("h");
  await daemon.prints("Ctrl-Z");
  daemon.type("q");
  expect((await daemon.exit).code).toBe(0);
}

describe.skipIf(!hasScript)("the daemon's terminal", () => {
  test.each([40, 80, 120])("at %i columns", async (columns) => {
    let isConnectable = true;
    const world = await daemonWorld(model.url, { allowUpgrade: () => isConnectable });
    const daemon = atTerminal(world, columns);
    await play(world, daemon, (is) => {
      isConnectable = is;
    });
    await expect(steady(daemon.output(), world)).toMatchFileSnapshot(`terminal/${columns}.txt`);
  });

  test("begins a line where a line begins, also behind the ^C that the terminal itself has written", async () => {
    const world = await daemonWorld(model.url);
    // Without a terminal to read from there are no keys: Ctrl-C stays the terminal's own.
    const daemon = atTerminal(world, 40, {}, "exec", "</dev/null");
    await daemon.prints("Ready!");
    daemon.type("\u0003");
    expect((await daemon.exit).code).toBe(0);
    expect(daemon.output()).toContain("^C");
    expect(onScreen(daemon.output(), 40)).toContain("Stopping: every Claude gets a moment to\nsave its");
  });

  test("has colours where they are wanted", async () => {
    const world = await daemonWorld(model.url);
    const daemon = atTerminal(world, 80, { NO_COLOR: "" });
    await daemon.prints("for help");
    daemon.type("\u0003");
    expect((await daemon.exit).code).toBe(0);
    expect(daemon.output()).toContain("\u001B[32mReady! Waiting for @claude-code mentions...\u001B[39m");
  });

  test("is left as it was found when the daemon is paused, and goes on where it is continued", async () => {
    const world = await daemonWorld(model.url);
    // A shell that has jobs, as the one of a person.
    const shell = join(world.temporary, "shell");
    const lines = ["set -m", '"$0" "$1"', "echo PAUSED", "stty -a", "fg"];
    writeFileSync(shell, lines.join("\n"));
    const daemon = atTerminal(world, 80, {}, `bash -c "$(cat ${shell})"`);
    await daemon.prints("for help");
    daemon.type("\u001A");
    await daemon.prints(/PAUSED[\s\S]*\bisig icanon [\s\S]*\becho /);
    daemon.type("h");
    await daemon.prints("Ctrl-Z");
    daemon.type("q");
    expect((await daemon.exit).code).toBe(0);
  });
});
