// Both ends of the control socket, over real sockets.

import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runLogs, runStatus } from "../../../src/control/command.ts";
import { controlFolder, controlSocket, controlSockets } from "../../../src/control/location.ts";
import { LogHistory } from "../../../src/control/log-history.ts";
import type { Status } from "../../../src/control/protocol.ts";
import { ControlServer } from "../../../src/control/server.ts";
import { colourless } from "../../../src/terminal/colours.ts";
import { DaemonOutput } from "../../../src/terminal/daemon-output.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const NOW = Date.UTC(2026, 0, 2, 12);
const HOUR = 3_600_000;

const STATUS: Status = {
  protocol: 1,
  version: "0.2.0",
  pid: 77,
  startedAt: NOW - 3 * HOUR,
  state: "running",
  bot: "claude-code",
  server: { url: "https://chat.example.com", isConnected: true, since: NOW - HOUR, lost: 1 },
  channel: { name: "Claude", link: "https://chat.example.com/lab/channels/claude" },
  directory: "~/shop",
  maxSessions: 5,
  sessions: [
    {
      thread: "t1",
      link: "https://chat.example.com/_redirect/pl/t1",
      by: "alice",
      phase: "working",
      waitsFor: ["permission for Bash"],
      queued: 2,
      lastActivityAt: NOW - 120_000,
    },
    {
      thread: "t2",
      link: "https://chat.example.com/_redirect/pl/t2",
      by: "bob",
      phase: "asleep",
      waitsFor: [],
      queued: 0,
      lastActivityAt: NOW - 50 * HOUR,
    },
  ],
  requests: { waiting: 0, underWay: 1 },
  memory: { rssBytes: 81_000_000, heapBytes: 20_000_000 },
};

function setUp() {
  const runtime = temporaryDirectory();
  const environment = { XDG_RUNTIME_DIR: runtime };
  const folder = controlFolder(environment, 1000);
  const warnings: string[] = [];
  const printed: string[] = [];
  const errors: string[] = [];
  const history = new LogHistory();
  const warn = (line: string): void => void warnings.push(line);
  const listen = (status: () => Status = () => STATUS, pid = process.pid, lines = history) => {
    const server = ControlServer.listen({
      path: controlSocket(folder, pid),
      log: { debug: () => {}, info: () => {}, warn, error: warn },
      status,
      history: lines,
      reload: async () => ({ ok: false, problems: ["nothing is served"] }),
    });
    onTestFinished(() => server.close());
    return server;
  };
  const options = {
    environment,
    uid: 1000,
    now: NOW,
    print: (line: string) => void printed.push(line),
    printError: (line: string) => void errors.push(line),
    patienceMs: 20_000,
  };
  return { folder, history, warnings, printed, errors, listen, options };
}

test("status tells what people want to know, a line each, and exits with 0", async () => {
  const world = setUp();
  world.listen();
  expect(await runStatus({}, world.options)).toBe(0);
  expect(world.printed).toEqual([
    "● mm-claude (@claude-code) is well",
    "  running     since 3 h, process 77, v0.2.0",
    "  server      https://chat.example.com, connected for 1 h, lost once before",
    "  channel     Claude, https://chat.example.com/lab/channels/claude",
    "  bot         @claude-code",
    "  directory   ~/shop",
    "  sessions    1 of 5 live, 1 asleep",
    "  memory      81 MB, without the Claudes",
    "  @alice: waits for permission for Bash, 2 more to come, 2 min",
    "    https://chat.example.com/_redirect/pl/t1",
  ]);
});

test("nothing that a socket answers controls the terminal", async () => {
  const world = setUp();
  const channel = { name: "Shop\u001B[2J", link: "https://chat.example.com" };
  world.listen(() => ({ ...STATUS, channel, lastError: { at: NOW, text: "\u001B]0;owned\u0007" } }));
  world.history.add({ at: NOW, level: "info", text: "\u009B2J" });
  await runStatus({}, world.options);
  await runLogs({ lines: 1 }, world.options);
  expect(world.printed.join("\n")).toContain("Shop");
  expect(world.printed.join("\n")).not.toMatch(/(?!\n)\p{Cc}/u);
});

test("as JSON it is all there is, in a list of daemons", async () => {
  const world = setUp();
  world.listen();
  world.listen(() => ({ ...STATUS, pid: 78 }), process.ppid);
  expect(await runStatus({ json: true }, world.options)).toBe(0);
  expect((JSON.parse(world.printed.join("\n")) as Status[]).map(({ pid }) => pid).sort()).toEqual([77, 78]);
});

test("a daemon that lost its server is no reason for a zero, and its last error is told", async () => {
  const world = setUp();
  const server = { ...STATUS.server, isConnected: false, since: NOW - 90_000 };
  world.listen(() => ({ ...STATUS, server, lastError: { at: NOW - 5000, text: "no route" } }));
  expect(await runStatus({}, world.options)).toBe(1);
  expect(world.printed[0]).toBe("○ mm-claude (@claude-code) runs and is not connected");
  expect(world.printed).toContain("  server      https://chat.example.com, not connected for 1 min");
  expect(world.printed).toContain("  last error  5 s ago: no route");
});

test("where none runs that is what is said, also where one was killed and left its socket", async () => {
  const world = setUp();
  expect(await runStatus({}, world.options)).toBe(3);
  const killed = createServer().listen(join(world.folder, "../x.sock"));
  await new Promise((resolve) => killed.once("listening", resolve));
  world.listen().close();
  expect(await runStatus({}, world.options)).toBe(3);
  expect(world.errors).toEqual(Array(2).fill(expect.stringContaining("mm-claude does not run")));
  killed.close();
});

test("one that waits for its server at the start says so, and knows neither bot nor channel yet", async () => {
  const world = setUp();
  const { bot: _bot, channel: _channel, ...unknown } = STATUS;
  const server = { ...STATUS.server, isConnected: false, since: NOW - 90_000, lost: 0 };
  world.listen(() => ({ ...unknown, server, state: "starting", sessions: [] }));
  expect(await runStatus({}, world.options)).toBe(1);
  expect(world.printed).toEqual([
    "○ mm-claude is starting: https://chat.example.com has not let it in yet",
    "  running     since 3 h, process 77, v0.2.0",
    "  server      https://chat.example.com, not connected for 1 min",
    "  directory   ~/shop",
    "  sessions    0 of 5 live, 0 asleep",
    "  memory      81 MB, without the Claudes",
  ]);
});

test("a start clears away the sockets of those that were killed, and of nobody else", async () => {
  const world = setUp();
  mkdirSync(world.folder, { mode: 0o700 });
  // No process can have that number.
  const abandoned = controlSocket(world.folder, 2 ** 30);
  const others = controlSocket(world.folder, process.ppid);
  for (const path of [abandoned, others]) writeFileSync(path, "");
  world.listen();
  expect(existsSync(abandoned)).toBe(false);
  expect(existsSync(others)).toBe(true);
});

test("one that hangs is told apart from one that is gone", async () => {
  const world = setUp();
  mkdirSync(world.folder, { mode: 0o700 });
  const hanging = createServer(() => {}).listen(controlSocket(world.folder, process.pid));
  await new Promise((resolve) => hanging.once("listening", resolve));
  onTestFinished(() => void hanging.close());
  expect(await runStatus({}, { ...world.options, patienceMs: 300 })).toBe(1);
  expect(world.errors).toEqual([
    expect.stringMatching(/^mm-claude hangs or is paused: process \d+ does not answer/),
  ]);
  expect(await runLogs({ lines: 5 }, { ...world.options, patienceMs: 300 })).toBe(1);
  expect(await runStatus({ json: true }, { ...world.options, patienceMs: 300 })).toBe(1);
  expect(JSON.parse(world.printed.at(-1) ?? "")).toEqual([{ pid: process.pid, state: "hanging" }]);
});

test("only its user can reach it: the folder and the socket are closed to others, and a shared folder is not used", async () => {
  const world = setUp();
  world.listen();
  await runStatus({}, world.options);
  expect(statSync(world.folder).mode & 0o777).toBe(0o700);
  expect(statSync(controlSocket(world.folder, process.pid)).mode & 0o777).toBe(0o600);
  chmodSync(world.folder, 0o770);
  expect(controlSockets(world.folder)).toEqual([]);
  expect(await runStatus({}, world.options)).toBe(1);
  expect(world.errors).toEqual([expect.stringContaining("is not a directory of this user's alone")]);
});

test("a socket that a killed daemon left is taken over, and an ended one leaves none", async () => {
  const world = setUp();
  world.listen();
  const second = world.listen(() => ({ ...STATUS, pid: 99 }));
  await runStatus({ json: true }, world.options);
  expect(world.printed.join()).toContain('"pid":99');
  second.close();
  expect(existsSync(controlSocket(world.folder, process.pid))).toBe(false);
  expect(world.warnings).toEqual([]);
});

test("where it can't listen it says so once, and nothing else fails", async () => {
  const world = setUp();
  mkdirSync(join(world.folder, ".."), { recursive: true });
  writeFileSync(world.folder, "");
  world.listen();
  expect(world.warnings).toEqual([
    expect.stringMatching(/^mm-claude status, logs and send can't reach this daemon/),
  ]);
});

test.each(["", "{", '{"protocol":2,"request":"status"}', '{"protocol":1,"request":"stop"}', "\u0000"])(
  "%j is answered with a refusal",
  async (line) => {
    const world = setUp();
    world.listen();
    const socket = createConnection(controlSocket(world.folder, process.pid));
    socket.write(`${line}\n`);
    let answer = "";
    for await (const part of socket.setEncoding("utf8")) answer += part;
    expect(JSON.parse(answer)).toEqual({ error: expect.stringContaining("version 1 of the protocol") });
  },
);

test("who sends without end is cut off", async () => {
  const world = setUp();
  world.listen();
  const socket = createConnection(controlSocket(world.folder, process.pid));
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.on("error", () => {});
  socket.write("x".repeat(100_000));
  await closed;
});

test("logs tells the newest lines, in order, with the time", async () => {
  const world = setUp();
  world.listen();
  for (let at = 0; at < 5; at++)
    world.history.add({ at: NOW + at, level: at === 4 ? "warning" : "info", text: `line ${at}` });
  expect(await runLogs({ lines: 2 }, world.options)).toBe(0);
  expect(world.printed).toEqual([
    expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d line 3$/),
    expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d warning: line 4$/),
  ]);
});

test("of several daemons each line says whose it is, in the order of time; of one alone it is plain", async () => {
  const world = setUp();
  const others = new LogHistory();
  world.listen();
  world.history.add({ at: NOW, level: "info", text: "first" });
  world.history.add({ at: NOW + 2000, level: "warning", text: "third" });
  await runLogs({ lines: 5 }, world.options);
  expect(world.printed.splice(0)).toEqual([
    expect.stringMatching(/:\d\d first$/),
    expect.stringMatching(/:\d\d warning: third$/),
  ]);
  world.listen(() => ({ ...STATUS, pid: process.ppid, directory: "~/api" }), process.ppid, others);
  others.add({ at: NOW + 1000, level: "info", text: "second" });
  await runLogs({ lines: 5 }, world.options);
  const [own, other] = [`[${process.pid} ~/shop]`, `[${process.ppid} ~/api]`];
  expect(world.printed.splice(0).map((line) => line.slice(20))).toEqual([
    `${own} first`,
    `${other} second`,
    `${own} warning: third`,
  ]);
  await runLogs({ lines: 5, json: true }, world.options);
  expect(world.printed.map((line) => (JSON.parse(line) as { pid: number }).pid)).toEqual([
    process.pid,
    process.ppid,
    process.pid,
  ]);
});

test("as JSON a line is what the daemon itself prints as JSON, and says whose it is", async () => {
  const world = setUp();
  world.listen();
  const daemon: string[] = [];
  const print = (line: string): void => void daemon.push(line);
  const output = new DaemonOutput({
    format: "json",
    out: print,
    err: print,
    now: () => NOW,
    linkOf: () => "",
    colour: colourless,
    terminal: undefined,
    isTimed: false,
  });
  const event = { name: "finished", thread: "t1", slot: 1, text: "done in 12 s", seconds: 12 } as const;
  output.event(event);
  world.history.add({ at: NOW, level: "info", text: "#1 done in 12 s", event });
  output.log("warning: slow", "warning");
  world.history.add({ at: NOW, level: "warning", text: "slow" });
  await runLogs({ lines: 5, json: true }, world.options);
  const whose = { pid: process.pid };
  expect(world.printed.map((line) => JSON.parse(line) as unknown)).toEqual(
    daemon.map((line) => ({ ...(JSON.parse(line) as object), ...whose })),
  );
  expect(JSON.parse(daemon[0] ?? "")).toMatchObject({ event: "finished", session: 1, seconds: 12 });
});

test("who follows gets each line as it comes, until the daemon ends", async () => {
  const world = setUp();
  const server = world.listen();
  world.history.add({ at: NOW, level: "info", text: "before" });
  const following = runLogs({ lines: 1, follow: true, json: true }, world.options);
  const until = async (count: number): Promise<void> => {
    while (world.printed.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await until(1);
  world.history.add({ at: NOW, level: "info", text: "after" });
  await until(2);
  server.close();
  expect(await following).toBe(0);
  expect(world.printed.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
    "before",
    "after",
  ]);
});

test("of the past so much is kept as anybody reads", () => {
  const history = new LogHistory();
  for (let at = 0; at < 5000; at++) history.add({ at, level: "info", text: "" });
  expect(history.newest(10_000)).toHaveLength(2000);
  expect(history.newest(0)).toEqual([]);
  expect(history.newest(1)[0]?.at).toBe(4999);
});
