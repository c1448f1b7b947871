// `mm-claude` in a further directory while a daemon serves the bot: what it says, what it asks on a terminal, and what
// comes of the answer.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Daemon, type DaemonOptions, type DaemonWorld, daemonWorld } from "../support/daemon-world.ts";
import { hasScript } from "../support/program.ts";
import { sharedModel } from "../support/shared-model.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/mm-claude.js", import.meta.url));
const model = sharedModel();

async function place() {
  const world = await daemonWorld(model.url);
  const second = join(world.home, "src", "api");
  mkdirSync(second, { recursive: true });
  const file = join(world.home, ".config", "mm-claude", "projects.yaml");
  const write = (text: string): void => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  return { world, second, file, write };
}

/** What it said, without times that are others at each run. */
const said = (daemon: Daemon): string =>
  daemon
    .output()
    .trim()
    .replaceAll(/^\S+Z /gm, "")
    .replaceAll(/for \d+ s,/g, "for 3 s,");

async function ended(world: DaemonWorld, options: DaemonOptions): Promise<readonly [number | null, string]> {
  const daemon = world.start(options);
  const { code } = await daemon.exit;
  return [code, said(daemon)];
}

function atTerminal(world: DaemonWorld, cwd: string, args = ""): Daemon {
  const command = `stty cols 400 rows 40; exec "${process.execPath}" "${PROGRAM}" ${args}`;
  return world.start({
    node: "script",
    program: "--quiet",
    args: ["--return", "--command", command, "/dev/null"],
    env: { TERM: "xterm-256color", SHELL: "/bin/sh" },
    isTyped: true,
    cwd,
  });
}

describe("in a directory that is no project yet", () => {
  test("without a terminal it says which mm-claude serves the bot, and the command that adds the directory", async () => {
    const { world, second, file } = await place();
    const first = await world.ready();
    expect(await ended(world, { cwd: second })).toEqual([
      2,
      "error: @claude-code is already run by another mm-claude on this machine " +
        `(process ${first.pid}, for 3 s, in ${world.directory}). It serves project (${world.directory}). ` +
        "This directory is none of its projects. To make it one: mm-claude project add",
    ]);
    expect(existsSync(file)).toBe(false);
  });

  test("what it says is one line of JSON where lines are JSON", async () => {
    const { world, second } = await place();
    await world.ready();
    const [code, output] = await ended(world, { cwd: second, args: ["--log-format", "json"] });
    expect(code).toBe(2);
    expect(JSON.parse(output)).toMatchObject({
      level: "error",
      message: expect.stringContaining("mm-claude project add"),
    });
  });

  test.skipIf(!hasScript)("on a terminal a yes adds it, and it works from the next message on", async () => {
    const { world, second, file } = await place();
    await world.ready();
    const shell = atTerminal(world, second);
    await shell.prints("Add this directory as a project of that channel?");
    expect(shell.output()).not.toContain("Server");
    shell.type("y");
    await shell.prints("Write there: @claude-code in api: …");
    expect((await shell.exit).code).toBe(0);
    expect(shell.output()).toContain("Added api (~/src/api) to ~/.config/mm-claude/projects.yaml.");
    expect(readFileSync(file, "utf8")).toContain("directory: ~/src/api");
    const root = await world.ask("in api: RUN hello");
    await world.says(root, "| 📦 **Project** | `api` |");
    await world.says(root, "scripted model");
  });

  test.skipIf(!hasScript).each([
    ["a no", "n"],
    ["Ctrl-C", "\u0003"],
  ])("on a terminal %s changes nothing", async (_what, keys) => {
    const { world, second, file } = await place();
    await world.ready();
    const shell = atTerminal(world, second);
    await shell.prints("Add this directory as a project of that channel?");
    shell.type(keys);
    expect((await shell.exit).code).toBe(2);
    expect(shell.output()).toContain("To make it one: mm-claude project add");
    expect(existsSync(file)).toBe(false);
  });

  test.skipIf(!hasScript)("a signal ends it while it asks", async () => {
    const { world, second } = await place();
    await world.ready();
    const pidFile = join(world.temporary, "pid");
    const command = `echo $$ > ${pidFile}; exec "${process.execPath}" "${PROGRAM}"`;
    const shell = world.start({
      node: "script",
      program: "--quiet",
      args: ["--return", "--command", command, "/dev/null"],
      env: { TERM: "xterm-256color", SHELL: "/bin/sh" },
      isTyped: true,
      cwd: second,
    });
    await shell.prints("that channel?");
    process.kill(Number(readFileSync(pidFile, "utf8")), "SIGTERM");
    expect((await shell.exit).code).toBe(128 + 15);
  });

  test("where the settings name no channel, it is that of the projects, or one that has to be named", async () => {
    const { world, second, write } = await place();
    const one = `  web: { channel: ${world.channelId}, directory: ${world.directory} }\n`;
    write(`projects:\n${one}directMessages: { directory: ${world.directory}, allowedUsers: [alice] }\n`);
    const env = { MATTERMOST_CHANNEL_ID: "" };
    const first = await world.ready({ env });
    const [code, output] = await ended(world, { cwd: second, env });
    expect([code, output]).toEqual([
      2,
      expect.stringContaining(`To make it one: mm-claude project add --channel ${world.channelId}`),
    ]);
    const { id: teamId } = world.sandbox.createTeam({ name: "second" });
    const { id: other } = world.sandbox.createChannel({ teamId, name: "other", displayName: "Other" });
    for (const { id } of [world.bot, world.alice]) world.sandbox.addMember(other, id);
    write(`projects:\n${one}  docs: { channel: second/other, directory: ${world.directory} }\n`);
    await first.prints("Project docs is served from now on.");
    expect((await ended(world, { cwd: second, env }))[1]).toMatch(
      /It serves web \(.*\) and docs \(.*--channel TEAM\/CHANNEL$/,
    );
  });
});

describe("in a directory that is a project", () => {
  test("it says how to talk to it", async () => {
    const { world, second, write } = await place();
    write(
      [
        "projects:",
        `  api: { channel: ${world.channelId}, directory: ~/src/api }`,
        `  web: { channel: ${world.channelId}, directory: ${world.home}/src }`,
        "",
      ].join("\n"),
    );
    const first = await world.ready();
    const who =
      "error: @claude-code is already run by another mm-claude on this machine " +
      `(process ${first.pid}, for 3 s, in ${world.directory}). It serves project (${world.directory}), api (~/src/api) ` +
      "and web (~/src). ";
    const link = `"Claude", ${world.sandbox.url}/lab/channels/${world.channelId}`;
    expect(await ended(world, { cwd: second })).toEqual([
      2,
      `${who}This directory is its project api: write "@claude-code in api: …" in ${link}`,
    ]);
    // The first of its channel is meant without a name.
    expect(await ended(world, {})).toEqual([
      2,
      `${who}This directory is its project project: write "@claude-code …" in ${link}`,
    ]);
  });
});

describe("a mm-claude that tells nothing", () => {
  test("because it hangs is named by its process", async () => {
    const { world, second } = await place();
    const first = await world.ready();
    first.signal("SIGSTOP");
    const shown = await ended(world, { cwd: second });
    first.signal("SIGCONT");
    expect(shown).toEqual([
      2,
      "error: @claude-code in this channel is already run by another mm-claude on this machine " +
        `(process ${first.pid}). Stop that one first.`,
    ]);
  });
});

test("direct messages alone are not served beside the mm-claude that serves the channels", async () => {
  const { world, second, write } = await place();
  await world.ready();
  write(`directMessages: { directory: ${world.home}/src, allowedUsers: [alice] }\n`);
  const [code, output] = await ended(world, { cwd: second });
  expect([code, output]).toEqual([2, expect.stringContaining("is already run by another mm-claude")]);
});
