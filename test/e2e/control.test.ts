// `mm-claude status`, `logs`, METRICS_FILE, --log-format and the notices for systemd, with a real daemon.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import parsePrometheusTextFormat from "parse-prometheus-text-format";
import { describe, expect, test } from "vitest";
import type { Status } from "../../src/control/protocol.ts";
import { bundled } from "../support/bundled.ts";
import { type DaemonWorld, daemonWorld, until } from "../support/daemon-world.ts";
import { sharedModel } from "../support/shared-model.ts";
import { temporaryDirectory } from "../support/temporary.ts";

const model = sharedModel();

async function ask(world: DaemonWorld, ...args: readonly string[]) {
  const daemon = world.start({ args });
  const { code } = await daemon.exit;
  return { code, output: daemon.output() };
}

const statusOf = async (world: DaemonWorld): Promise<Status> => {
  const [status] = JSON.parse((await ask(world, "status", "--json")).output) as Status[];
  if (status === undefined) throw new Error("No daemon answers.");
  return status;
};

describe("status and logs", () => {
  test("say what each session waits for, and what has happened", async () => {
    const world = await daemonWorld(model.url);
    const daemon = await world.ready();
    const root = await world.ask("RUN bash");
    const card = await world.card(root);
    const status = await statusOf(world);
    expect(status).toMatchObject({
      state: "running",
      pid: daemon.pid,
      bot: "claude-code",
      server: { url: world.sandbox.url, isConnected: true, lost: 0 },
      channel: { name: "Claude", link: `${world.sandbox.url}/lab/channels/${world.channelId}` },
      sessions: [{ thread: root, by: "alice", phase: "working", waitsFor: ["permission for Bash"] }],
    });
    await world.react(card.id, "+1");
    await world.says(root, "Done: the command ran.");
    await daemon.prints(/done in/);
    const { code, output } = await ask(world, "logs");
    expect(code).toBe(0);
    const told = [
      "Ready!",
      "@alice started a session",
      "waits for permission for Bash",
      "@alice allowed Bash",
      "done in",
    ];
    expect(output.split("\n").flatMap((line) => told.filter((part) => line.includes(part)))).toEqual(told);
    // What people write is nobody's who reads the machine's logs.
    expect(output + daemon.output()).not.toContain("RUN bash");
  });

  test("a daemon that waits for its server at the start is starting, one that is stopped hangs, one that is killed is gone", async () => {
    const world = await daemonWorld(model.url);
    await world.sandbox.faults.stop();
    const daemon = world.start();
    await daemon.prints("Trying again");
    expect((await ask(world, "status")).output).toMatch(/^○ mm-claude is starting: /);
    process.kill(daemon.pid, "SIGSTOP");
    const hanging = await ask(world, "status");
    process.kill(daemon.pid, "SIGCONT");
    expect(hanging).toEqual({
      code: 1,
      output: expect.stringMatching(/^mm-claude hangs or is paused: process \d+/),
    });
    daemon.signal("SIGKILL");
    await daemon.exit;
    expect((await ask(world, "status")).code).toBe(3);
  });
});

test("METRICS_FILE is what Prometheus reads, and goes with the daemon", async () => {
  const world = await daemonWorld(model.url);
  const path = join(world.directory, "mm-claude.prom");
  const daemon = await world.ready({ env: { METRICS_FILE: path } });
  await until(
    () => existsSync(path),
    () => "There is no file.",
  );
  const families = parsePrometheusTextFormat(readFileSync(path, "utf8"));
  expect(families.map(({ name }) => name)).toContain("mm_claude_sessions");
  daemon.signal("SIGTERM");
  await daemon.exit;
  expect(existsSync(path)).toBe(false);
});

test("--log-format json prints nothing else", async () => {
  const world = await daemonWorld(model.url);
  const daemon = world.start({ args: ["--log-format", "json"] });
  await daemon.prints("Ready!");
  const root = await world.ask("RUN hello");
  await world.says(root, "scripted model");
  await daemon.prints(/done in/);
  daemon.signal("SIGTERM");
  expect((await daemon.exit).code).toBe(0);
  const lines = daemon.output().trim().split("\n");
  const events = lines.map((line) => JSON.parse(line) as { readonly event?: string; readonly time: string });
  expect(events.flatMap(({ event }) => event ?? [])).toEqual(["started", "finished", "slept"]);
  for (const { time } of events) expect(new Date(time).toISOString()).toBe(time);
});

const hasNotify = spawnSync("systemd-notify", ["--version"]).status === 0;

/** Listens as systemd does: Node has no datagram sockets of that kind. */
const LISTEN = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    print(s.recv(4096).decode().replace("\\n", " "), flush=True)
`;

test.skipIf(!hasNotify || spawnSync("python3", ["--version"]).status !== 0)(
  "systemd hears that it is ready, that it still runs, and that it stops; Claude can tell it nothing",
  async () => {
    const world = await daemonWorld(model.url);
    const script = join(world.temporary, "listen.py");
    const socket = join(world.temporary, "notify");
    writeFileSync(script, LISTEN);
    const listener = world.start({ node: "python3", program: script, args: [socket] });
    await until(
      () => existsSync(socket),
      () => listener.output(),
    );
    const daemon = await world.ready({ env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "400000" } });
    await listener.prints(/READY=1[\s\S]*WATCHDOG=1[\s\S]*WATCHDOG=1/);
    const root = await world.ask("RUN hello");
    await world.says(root, "scripted model");
    expect(world.given()).not.toMatch(/NOTIFY_SOCKET|WATCHDOG/);
    daemon.signal("SIGTERM");
    await daemon.exit;
    await listener.prints("STOPPING=1");
  },
);

// pnpm and `npm link` put links in the place of packages. Node 20.20 takes a link for the package itself where the last
// thing that was looked at is a socket, and what it exports for nothing: a daemon that came after a killed one was deaf.
test("what killed daemons have left is removed, and then links to packages are still known as such", async () => {
  const place = temporaryDirectory();
  const folder = join(place, "mm-claude");
  mkdirSync(folder, { mode: 0o700 });
  const socket = join(folder, "99999999.sock");
  for (const name of ["one", "two"]) {
    const real = join(place, "store", name);
    mkdirSync(real, { recursive: true });
    writeFileSync(join(real, "package.json"), JSON.stringify({ name, exports: "./index.js" }));
    writeFileSync(join(real, "index.js"), "");
    mkdirSync(join(place, "node_modules"), { recursive: true });
    symlinkSync(real, join(place, "node_modules", name));
  }
  const location = pathToFileURL(await bundled("src/control/location.ts")).href;
  const script = `
    import { createServer } from "node:net";
    import { removeAbandonedSockets } from ${JSON.stringify(location)};
    const before = import.meta.resolve("one");
    await new Promise((listens) => createServer().unref().listen(${JSON.stringify(socket)}, listens));
    removeAbandonedSockets(${JSON.stringify(folder)});
    console.log(JSON.stringify([before, import.meta.resolve("two")]));`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    cwd: place,
    encoding: "utf8",
  });
  const url = (name: string): string => pathToFileURL(join(place, "store", name, "index.js")).href;
  expect(JSON.parse(stdout)).toEqual([url("one"), url("two")]);
  expect(existsSync(socket)).toBe(false);
});
