// `mm-claude project` as a person uses it, with a server, and with a mm-claude that runs or doesn't.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { controlSocket } from "../../src/control/location.ts";
import { LogHistory } from "../../src/control/log-history.ts";
import type { ReloadAnswer, Status } from "../../src/control/protocol.ts";
import { ControlServer } from "../../src/control/server.ts";
import { claudeProgram } from "../support/far-machine.ts";
import { environment, hasScript, PROGRAM, terminal } from "../support/program.ts";
import { emptyPlaces, setupWorld } from "../support/setup-world.ts";

async function place(settings: Record<string, string> = {}) {
  const world = await setupWorld();
  const places = emptyPlaces();
  const { home } = places;
  const shop = join(home, "src", "Shop Claude");
  mkdirSync(shop, { recursive: true });
  const env = {
    MATTERMOST_URL: world.url,
    MATTERMOST_TOKEN: world.bot.token,
    MATTERMOST_CHANNEL_ID: world.channel.id,
    ALLOWED_USERS: "alice",
    XDG_RUNTIME_DIR: home,
    ...settings,
  };
  const run = async (...args: readonly string[]) => {
    const child = spawn(process.execPath, [PROGRAM, "project", ...args], {
      cwd: shop,
      env: environment(places, env),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const texts = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].on("data", (part) => {
        texts[stream] += String(part);
      });
    }
    const code = await new Promise((resolve) => child.on("close", resolve));
    return { code, stdout: texts.stdout.trimEnd(), stderr: texts.stderr.trimEnd() };
  };
  const path = join(home, ".config", "mm-claude", "projects.yaml");
  const text = () => readFileSync(path, "utf8");
  return { ...world, places, home, shop, env, run, path, text };
}

type Place = Awaited<ReturnType<typeof place>>;

/** A mm-claude of that bot, as far as its control socket tells. */
function daemonFor(
  { url, home }: Place,
  reload?: () => Promise<ReloadAnswer>,
  projects?: Status["projects"],
): void {
  const status = (): Status => ({
    protocol: 1,
    version: "0.2.0",
    pid: process.pid,
    startedAt: 0,
    state: "running",
    bot: "claude-code",
    server: { url, isConnected: true, since: 0, lost: 0 },
    directory: "~/src/started-here",
    maxSessions: 5,
    sessions: [],
    ...(projects ? { projects } : {}),
    requests: { waiting: 0, underWay: 0 },
    memory: { rssBytes: 1, heapBytes: 1 },
  });
  const path = controlSocket(join(home, "mm-claude"), process.pid);
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const server = ControlServer.listen({ path, log, status, history: new LogHistory(), reload });
  onTestFinished(() => server.close());
}

const UNCHANGED: ReloadAnswer = { ok: true, added: [], removed: [], changed: [], unserved: [] };

describe("where no mm-claude runs", () => {
  test("a directory is added with the channel of the settings, listed, and removed again", async () => {
    const at = await place();
    expect(await at.run("add")).toEqual({
      code: 0,
      stdout: `Added shop-claude (~/src/Shop Claude) to ~/.config/mm-claude/projects.yaml.
It will be served when mm-claude starts.
Write there: @claude-code in shop-claude: …`,
      stderr: "",
    });
    expect(at.text()).toMatch(
      new RegExp(
        `\nprojects:\n  shop-claude:\n    channel: ${at.channel.id}\n    directory: ~/src/Shop Claude\n$`,
      ),
    );
    expect(statSync(at.path).mode & 0o777).toBe(0o600);
    writeFileSync(at.path, `${at.text()}# mine\n`);
    expect(await at.run("list")).toEqual({
      code: 0,
      stdout: `Shop Claude (of the settings): not served: mm-claude does not run
  ${at.channel.id}, where mm-claude is started, @alice
shop-claude: not served: mm-claude does not run
  ${at.channel.id}, ~/src/Shop Claude, @alice`,
      stderr: "",
    });
    expect(await at.run("remove", "shop-clade")).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "error: There is no project shop-clade in ~/.config/mm-claude/projects.yaml. Did you mean shop-claude?",
    });
    expect(await at.run("remove", "shop-claude")).toEqual({
      code: 0,
      stdout: "Took shop-claude out of ~/.config/mm-claude/projects.yaml; its directory stays as it is.",
      stderr: "",
    });
    expect(at.text()).toMatch(/\nprojects:\n# mine\n$/);
  });

  test("a channel is named by its address, its id or its name alone, and stands in the file", async () => {
    const at = await place();
    for (const [name, channel] of [
      ["a", "team/claude"],
      ["b", at.channel.id],
      ["c", "~claude"],
    ] as const) {
      mkdirSync(join(at.home, name));
      const { code, stderr } = await at.run("add", join(at.home, name), "--channel", channel);
      expect([code, stderr]).toEqual([0, ""]);
    }
    const { stdout } = await at.run("list", "--json");
    expect((JSON.parse(stdout) as { channel: string }[]).map(({ channel }) => channel)).toEqual([
      at.channel.id,
      "team/claude",
      at.channel.id,
      "team/claude",
    ]);
  });

  test("the settings need no channel where it is named, and none is needed to list what there is", async () => {
    const at = await place({ MATTERMOST_CHANNEL_ID: "" });
    expect(await at.run("list")).toEqual({
      code: 0,
      stdout: "There is no ~/.config/mm-claude/projects.yaml yet: mm-claude project add makes it.",
      stderr: "",
    });
    expect((await at.run("add")).stderr).toBe("error: Which channel? Name it with --channel.");
    expect(await at.run("add", "--channel", "team/claude")).toMatchObject({ code: 0, stderr: "" });
    expect(at.text()).toContain("channel: team/claude\n");
    expect((await at.run("remove", "shop-claude")).code).toBe(0);
  });

  test.each([
    [["nowhere"], {}, /^error: There is no directory .*\/nowhere\. Make it, or name another one\.$/],
    [["--name", "My Shop"], {}, /^error: --name: "My Shop" is no name of a project\. Use lower-case/],
    [["--channel", "team/other"], {}, /^error: There is no channel team\/other that @claude-code may see\./],
    [["--channel", "nothing"], {}, /^error: @claude-code is in no channel called nothing: it is in claude/],
    [[".", "--name", "x"], { ALLOWED_USERS: "zoe" }, /^error: ALLOWED_USERS: no such user: @zoe\./],
    [
      ["../.."],
      {},
      /^error: directory of home: it is your home directory, with all your files\. Choose another/,
    ],
    [
      [],
      { MATTERMOST_TOKEN: "wrong" },
      /^error: .*the server doesn't accept the token; correct MATTERMOST_TOKEN/,
    ],
    [
      [],
      { MATTERMOST_URL: "http://127.0.0.1:9" },
      /^error: .*So nothing could be checked, and nothing was added\. Run it in a terminal/,
    ],
  ] as const)("%j is refused in a sentence, and nothing is written", async (args, settings, message) => {
    const at = await place(settings);
    const { code, stderr } = await at.run("add", ...args);
    expect(stderr).toMatch(message);
    expect([code, existsSync(at.path)]).toEqual([1, false]);
  });

  test("what is wrong with the file is told by its lines, and the file is left alone", async () => {
    const at = await place();
    await at.run("add");
    const broken = `${at.text()}    chanel: x\n`;
    writeFileSync(at.path, broken);
    for (const args of [["add", "--name", "more"], ["list"]]) {
      const { code, stderr } = await at.run(...args);
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(
          /^mm-claude can't use .*\n {2}projects\.yaml:8:5: shop-claude has no key "chanel"/,
        ),
      ]);
    }
    expect(at.text()).toBe(broken);
    expect((await at.run("remove", "shop-claude")).code).toBe(0);
  });

  test("a name that is taken is no other project's", async () => {
    const at = await place();
    await at.run("add", "--name", "shop");
    mkdirSync(join(at.home, "shop"));
    expect((await at.run("add", join(at.home, "shop"))).stderr).toMatch(
      /^error: There is a project shop already, in ~\/src\/Shop Claude\. Give this one another name: --name NAME\.$/,
    );
    expect((await at.run("add", "--name", "shop")).stderr).toMatch(/^error: shop is a project already\./);
  });

  test.skipIf(!hasScript)("without the server it is added when a person says so", async () => {
    const at = await place({ MATTERMOST_URL: "http://127.0.0.1:9" });
    const screen = terminal("project add --channel dev/shop", at.places, at.env);
    await screen.shows("nothing could be checked");
    await screen.shows("Add it nevertheless?");
    screen.type("y\r");
    await screen.shows("Added project (");
    expect(await screen.exit).toBe(0);
    expect(at.text()).toContain("channel: dev/shop");
  });
});

describe("a mm-claude that runs", () => {
  test("serves what is added at once, and its sessions end by themselves when it is removed", async () => {
    const at = await place();
    const read: string[] = [];
    daemonFor(at, async () => {
      read.push(at.text());
      return { ...UNCHANGED, added: ["shop-claude"] };
    });
    expect((await at.run("add", "--channel", "claude")).stdout).toBe(
      `Added shop-claude (~/src/Shop Claude) to ~/.config/mm-claude/projects.yaml.
shop-claude is served now in ~team/claude.
Write there: @claude-code in shop-claude: …`,
    );
    expect((await at.run("remove", "shop-claude")).stdout).toContain(
      "Sessions that run there end by themselves, and no new ones begin.",
    );
    expect(read.map((text) => text.includes("shop-claude:"))).toEqual([true, false]);
  });

  test("that waits for something says what for", async () => {
    const at = await place();
    daemonFor(at, async () => ({
      ...UNCHANGED,
      unserved: [{ name: "shop-claude", why: "the channel is full" }],
    }));
    expect((await at.run("add")).stdout).toContain("shop-claude is not served yet: the channel is full.");
  });

  test("that can't go by it leaves the file as it was", async () => {
    const at = await place();
    let reloads = 0;
    daemonFor(at, async () => {
      reloads += 1;
      return existsSync(at.path) && at.text().includes("shop-claude")
        ? { ok: false, problems: ["shop-claude: the bot was thrown out."] }
        : UNCHANGED;
    });
    const refused = {
      code: 1,
      stdout: "",
      stderr: `error: shop-claude: the bot was thrown out.
The mm-claude that runs can't go by that, so ~/.config/mm-claude/projects.yaml is as it was.`,
    };
    expect(await at.run("add")).toEqual(refused);
    expect([existsSync(at.path), reloads]).toEqual([false, 2]);
    const before = "# mine\nprojects:\n";
    writeFileSync(at.path, before);
    expect(await at.run("add")).toEqual(refused);
    expect(at.text()).toBe(before);
  });

  test("that knows nothing of projects has to be restarted, and that of another server is not told", async () => {
    const at = await place();
    daemonFor(at);
    expect((await at.run("add")).stdout).toMatch(
      /The mm-claude that runs \(process \d+\) does not go by it yet: it can't go by other projects while it runs; restart it\.$/m,
    );
    const elsewhere = { ...at, url: "https://chat.example.com" };
    daemonFor(elsewhere, async () => ({ ok: false, problems: ["not mine"] }));
    mkdirSync(join(at.home, "second"));
    expect((await at.run("add", join(at.home, "second"))).stdout).toMatch(
      /It will be served when mm-claude starts\.$/m,
    );
  });

  test("tells for the list what it serves", async () => {
    const at = await place();
    await at.run("add");
    const channel = { name: "~team/claude", link: "https://chat.example.com" };
    daemonFor(at, undefined, [
      { name: "started-here", directory: "~/src/started-here", channel, sessions: 0 },
      {
        name: "shop-claude",
        directory: "~/src/Shop Claude",
        channel,
        sessions: 0,
        away: "it is archived\u001b[2J",
      },
    ]);
    const { stdout } = await at.run("list");
    expect(stdout.split("\n")).toEqual([
      "started-here (of the settings): served",
      `  ${at.channel.id}, ~/src/started-here, @alice`,
      "shop-claude: not served: it is archived\ufffd[2J",
      `  ${at.channel.id}, ~/src/Shop Claude, @alice`,
    ]);
  });
});

test("what is missing among the settings is told, and who asks for them", async () => {
  const at = await place({ MATTERMOST_TOKEN: "" });
  const { code, stderr } = await at.run("list");
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(
      /^mm-claude project needs these settings \(mm-claude setup asks for them\):\n.*MATTERMOST_TOKEN/,
    ),
  ]);
});

describe("a directory of another machine", () => {
  /** A runner that reaches a shell of this machine, and says what it was given. */
  async function far(
    script = 'env | grep -q "$TOKEN" && exit 1; shift; PATH=$HOME/.local/bin:$PATH exec "$@"',
  ) {
    const it = await place();
    const ssh = join(it.home, "far-runner");
    writeFileSync(ssh, `#!/bin/sh\nTOKEN=${it.bot.token}\n${script}\n`, { mode: 0o755 });
    const bin = join(it.home, ".local/bin");
    mkdirSync(bin, { recursive: true });
    return { ...it, ssh, bin };
  }

  test("is asked there, and added with the command that reaches it", async () => {
    const it = await far();
    const runner = `${it.ssh} "build 1"`;
    const add = () => it.run("add", "~/src/Shop Claude", "--runner", runner, "--name", "shop");
    const claude = join(it.bin, "claude");
    writeFileSync(claude, `#!/bin/sh\n${claudeProgram("2.1.330", false)}\n`, { mode: 0o755 });
    expect(await add()).toEqual({
      code: 0,
      stdout: expect.stringContaining(`Added shop (~/src/Shop Claude on far-runner) to `),
      stderr: `warning: Claude is not logged in on far-runner. Run there: ${claude} auth login`,
    });
    expect(it.text()).toContain(
      `  shop:\n    channel: ${it.channel.id}\n    runner: ${it.ssh} 'build 1'\n    directory: ~/src/Shop Claude\n`,
    );
    expect((await it.run("list")).stdout).toContain(`~/src/Shop Claude on far-runner, @alice`);
    expect(JSON.parse((await it.run("list", "--json")).stdout)[1]).toMatchObject({
      directory: "~/src/Shop Claude",
      runner: [it.ssh, "…"],
    });
    expect(await add()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("shop is a project already."),
    });
  });

  test("is not added when it is not there, or the machine isn't: with the runner's own words", async () => {
    const there = await far();
    expect(await there.run("add", "~/gone", "--runner", `${there.ssh} build1`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`error: There is no directory ~/gone on far-runner. Make it there`),
    });
    symlinkSync(there.home, join(there.home, "link"));
    for (const home of [there.home, "~/link"]) {
      expect(await there.run("add", home, "--runner", `${there.ssh} build1`, "--name", "shop")).toMatchObject(
        {
          code: 1,
          stderr: expect.stringContaining(`error: ${home} on far-runner is the home directory there`),
        },
      );
    }
    const it = await far("echo 'Permission denied (publickey).' >&2; exit 255");
    expect(await it.run("add", "~/shop", "--runner", `${it.ssh} build1`)).toEqual({
      code: 1,
      stdout: "",
      stderr: `error: far-runner can't be reached: Permission denied (publickey).`,
    });
    expect(existsSync(it.path)).toBe(false);
  });

  test("needs a path of that machine, and a runner that can work", async () => {
    const it = await far();
    const refused = async (...args: readonly string[]) => (await it.run("add", ...args)).stderr;
    expect(await refused("--runner", "ssh build1")).toBe(
      "error: Name the directory on that machine, such as '~/shop'.",
    );
    expect(await refused("shop", "--runner", "ssh build1")).toBe(
      'error: "shop" is not an absolute path. Begin it with / or ~/: it is on the other machine.',
    );
    expect(await refused("~/shop", "--runner", "docker exec -it shop")).toBe(
      "error: --runner: -t asks for a terminal, which would change what Claude says. Take it out.",
    );
  });
});
