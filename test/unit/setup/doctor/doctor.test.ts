import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { emptyPlaces, setupWorld } from "../../../support/setup-world.ts";
import { examine, settings } from "./examine.ts";

test("when all is well every check has its line and the exit code is 0", async () => {
  const world = await setupWorld();
  const { exitCode, printed, cwd, home } = await examine({ world });
  expect(printed.join("\n")).toBe(`Claude
  ✓ Claude Code 2.1.330 (claude)
  ✓ Claude is logged in

Settings
  ✓ settings are complete (the environment)

Mattermost
  ✓ Mattermost answers at ${world.url}
  ✓ its clock and this machine's agree
  ✓ the token is valid, the account is @claude-code
  ✓ @claude-code is in the channel "Claude Sessions"
  ✓ the bot is mentioned as @claude-code
  ✓ @alice may start sessions
  ✓ everyone who is listed may approve tools and plans
  ✓ posts may have 16383 characters
  ✓ posts can be edited without a limit of time

Where Claude works
  ✓ ${cwd}
  ✓ it is in a git repository

This machine
  ✓ Node.js 20.19.0
  ✓ mm-claude 0.1.0
  ✓ nothing is kept in ${home}/.local/state/mm-claude yet, 20 GB free

All is well.`);
  expect(exitCode).toBe(0);
});

test("a proxy has its line, without its password, and one that can't be used is a failure", async () => {
  const world = await setupWorld();
  const env = { ...settings(world), MATTERMOST_URL: "https://chat.example" };
  vi.stubEnv("https_proxy", "http://alice:s3cret@proxy.example:3128");
  vi.stubEnv("no_proxy", "");
  vi.stubEnv("NO_PROXY", "");
  onTestFinished(() => void vi.unstubAllEnvs());
  const api = world.connect(world.url, world.bot.token);
  const used = await examine({ world: { ...world, connect: () => api }, env });
  expect(used.good).toContain(
    "the server is reached through the proxy http://proxy.example:3128 (https_proxy)",
  );
  expect(used.lines.join()).not.toContain("s3cret");
  vi.stubEnv("https_proxy", "socks5://alice:s3cret@proxy.example:1080");
  const unusable = await examine({ world: { ...world, connect: () => api }, env });
  expect(unusable.bad).toEqual([
    "https_proxy holds no address of a proxy that can be used: set it to http://host:port, or to https://host:port " +
      "for a proxy that speaks TLS.",
  ]);
  expect(unusable.exitCode).toBe(1);
});

test("a file of further certificates has its line, and is a failure when Node can't use it", async () => {
  const world = await setupWorld();
  const certificates = new URL("../../../fixtures/tls/cert.pem", import.meta.url).pathname;
  const key = new URL("../../../fixtures/tls/key.pem", import.meta.url).pathname;
  const told = async (path: string) =>
    examine({ world, env: { ...settings(world), NODE_EXTRA_CA_CERTS: path } });
  expect((await told(certificates)).good).toContain(
    `certificates of ${certificates} are trusted as well (NODE_EXTRA_CA_CERTS)`,
  );
  for (const [path, why] of [
    ["/nowhere/ca.pem", "which can't be read"],
    [key, "which holds no certificate in PEM form"],
  ] as const) {
    const { bad, exitCode } = await told(path);
    expect(bad).toEqual([expect.stringContaining(`NODE_EXTRA_CA_CERTS names ${path}, ${why}`)]);
    expect(exitCode).toBe(1);
  }
  expect((await told("")).bad).toEqual([]);
});

test("missing settings are each a failure, and the server is left alone", async () => {
  const world = await setupWorld();
  const { exitCode, bad, left, lines } = await examine({ env: { MATTERMOST_URL: world.url } });
  expect(bad.map((line) => line.split(":")[0])).toEqual(["MATTERMOST_TOKEN", "MATTERMOST_CHANNEL_ID"]);
  expect(left).toEqual(["not checked before the settings are right"]);
  expect(lines.at(-1)).toBe("2 problems found.");
  expect(exitCode).toBe(1);
});

test("without any settings there is one failure, which names the command that asks for them", async () => {
  const { exitCode, bad } = await examine({ env: {} });
  expect(bad).toEqual(["There are no settings yet. Run mm-claude setup, which asks for them."]);
  expect(exitCode).toBe(1);
});

test("wrong settings are each a failure", async () => {
  const world = await setupWorld();
  const { exitCode, bad } = await examine({
    world,
    env: { ...settings(world), MAX_SESSIONS: "x", SKIP_PERMISSIONS: "y" },
  });
  expect(bad).toHaveLength(2);
  expect(exitCode).toBe(1);
});

test("a wrong token, channel or user, or an unknown claude, is a failure each", async () => {
  const world = await setupWorld();
  const env = settings(world);
  expect((await examine({ world, env: { ...env, MATTERMOST_TOKEN: "wrong" } })).bad).toHaveLength(1);
  const { bad, exitCode } = await examine({
    world,
    env: { ...env, MATTERMOST_CHANNEL_ID: world.other.id, ALLOWED_USERS: "nobody" },
    claudeVersion: async () => {
      throw new Error("no claude");
    },
  });
  expect(bad).toEqual(["no claude", expect.stringContaining("/invite"), expect.stringContaining("@nobody")]);
  expect(exitCode).toBe(1);
});

test("a server that is down is one failure, not one for each thing it can't tell", async () => {
  const world = await setupWorld();
  await world.sandbox.faults.stop();
  const { bad, exitCode } = await examine({ world });
  expect(bad).toEqual([expect.stringContaining("no answer from")]);
  expect(exitCode).toBe(1);
});

test("an old Node.js is a failure", async () => {
  for (const [nodeVersion, expected] of [
    ["18.20.8", 1],
    ["20.18.3", 1],
    ["20.19.0", 0],
    ["22.0.0", 0],
  ] as const) {
    expect((await examine({ nodeVersion })).exitCode, nodeVersion).toBe(expected);
  }
});

test("an open allow list and skipped permissions are warned of, and are no failure", async () => {
  const world = await setupWorld();
  const env = { ...settings(world), ALLOWED_USERS: "" };
  const { warnings, exitCode } = await examine({ world, env, options: { skipPermissions: true } });
  expect(warnings).toEqual([
    expect.stringContaining("SKIP_PERMISSIONS is on"),
    expect.stringContaining("ALLOWED_USERS is empty"),
  ]);
  expect(exitCode).toBe(0);
});

test("an open allow list is told once, whether or not the server can be asked", async () => {
  const world = await setupWorld();
  const env = { ...settings(world), ALLOWED_USERS: "" };
  const reached = await examine({ world, env });
  await world.sandbox.faults.stop();
  for (const { lines, warnings } of [reached, await examine({ world, env })]) {
    expect(warnings).toEqual([expect.stringMatching(/^ALLOWED_USERS is empty: everyone/)]);
    expect(lines.filter((line) => line.includes("everyone"))).toHaveLength(1);
  }
});

test("a settings file that others can read is warned of, one that they can't is named", async () => {
  const world = await setupWorld();
  const text = Object.entries(settings(world))
    .map(([name, value]) => `${name}='${value}'\n`)
    .join("");
  const open = emptyPlaces();
  open.write(open.userFile, text, 0o644);
  expect((await examine({ world, env: {}, places: open })).warnings).toEqual([
    expect.stringContaining(`chmod 600 ${open.userFile}`),
  ]);
  const closed = emptyPlaces();
  closed.write(closed.userFile, text, 0o600);
  const { warnings, good } = await examine({ world, env: {}, places: closed });
  expect(warnings).toEqual([]);
  expect(good).toContain(`settings are complete (${closed.userFile})`);
});

test("a token in the directory where Claude works is warned of, also when the settings are wrong", async () => {
  const places = emptyPlaces();
  places.write(join(places.cwd, ".env"), "MATTERMOST_TOKEN=t\n");
  const { warnings } = await examine({ env: {}, places });
  expect(warnings).toEqual([
    expect.stringContaining("holds the bot's token in the directory where Claude works"),
  ]);
});

test("another program's .env in that directory is not warned about", async () => {
  const places = emptyPlaces();
  places.write(join(places.cwd, ".env"), "OTHER=1\n");
  expect((await examine({ places })).warnings).toEqual([]);
});

test("nothing is changed, and the token is on no line", async () => {
  const world = await setupWorld();
  const places = emptyPlaces();
  const text = `MATTERMOST_TOKEN=${world.bot.token}\n`;
  places.write(places.userFile, text, 0o644);
  const { lines } = await examine({ world, places });
  expect(readFileSync(places.userFile, "utf8")).toBe(text);
  expect(lines.join("\n")).not.toContain(world.bot.token);
});

test("warnings are counted in the last line, which then says nothing of all being well", async () => {
  const world = await setupWorld();
  const one = emptyPlaces();
  one.write(one.userFile, "COLOUR=red\n", 0o600);
  const { exitCode, warnings, lines } = await examine({ world, places: one });
  expect(warnings).toEqual([`COLOUR in ${one.userFile} has no effect: mm-claude has no such setting.`]);
  expect([exitCode, lines.at(-1)]).toEqual([0, "Well, with 1 warning."]);
  const env = { ...settings(world), ALLOWED_USERS: "" };
  const two = await examine({ world, places: one, env });
  expect([two.exitCode, two.lines.at(-1)]).toEqual([0, "Well, with 2 warnings."]);
  const ill = await examine({ world, places: one, env: { ...env, MATTERMOST_TOKEN: "wrong" } });
  expect([ill.exitCode, ill.lines.at(-1)]).toEqual([1, "1 problem found, and 2 warnings."]);
});

test("a misspelled setting is a failure that names the right one", async () => {
  const world = await setupWorld();
  const places = emptyPlaces();
  places.write(join(places.cwd, ".env"), "ALLOWED_USER=alice\n");
  const env = { ...settings(world), ALLOWED_USERS: "" };
  const { exitCode, bad } = await examine({ world, places, env });
  expect(bad).toEqual([expect.stringContaining("ALLOWED_USER in ")]);
  expect(bad[0]).toContain("Call it ALLOWED_USERS");
  expect(exitCode).toBe(1);
});
