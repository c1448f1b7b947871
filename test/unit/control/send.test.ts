// `mm-claude send` and a daemon's socket: what is shown, and how it ends.

import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import {
  controlFolder,
  controlSocket,
  foldersToAsk,
  makeControlFolder,
} from "../../../src/control/location.ts";
import { LogHistory } from "../../../src/control/log-history.ts";
import type { ProjectStatus, Status } from "../../../src/control/protocol.ts";
import { request } from "../../../src/control/protocol.ts";
import { runSend } from "../../../src/control/send-command.ts";
import type { SendEvent, SendRequest } from "../../../src/control/send-protocol.ts";
import { ControlServer } from "../../../src/control/server.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const projectNamed = (name: string): ProjectStatus => ({
  name,
  directory: `~/${name}`,
  channel: { name, link: "https://chat.example.com/lab" },
  sessions: 0,
});

const statusOf = (url: string, ...names: readonly string[]): Status => ({
  protocol: 1,
  version: "0.2.0",
  pid: 77,
  startedAt: 0,
  state: "running",
  server: { url, isConnected: true, since: 0, lost: 0 },
  directory: "~/src",
  maxSessions: 5,
  sessions: [],
  projects: names.map(projectNamed),
  requests: { waiting: 0, underWay: 0 },
  memory: { rssBytes: 1, heapBytes: 1 },
});

const REQUEST: SendRequest = {
  request: "send",
  key: randomUUID(),
  text: "go",
  files: [],
  wait: true,
};
const LINK = "https://chat.example.com/_redirect/pl/t1";
const STARTED: SendEvent = { event: "started", thread: "t1", link: LINK };
const ended = (ok: boolean, reason?: string): SendEvent => ({
  event: "ended",
  ok,
  seconds: 1,
  ...(reason === undefined ? {} : { reason }),
});

type Send = NonNullable<Parameters<typeof ControlServer.listen>[0]["send"]>;

function setUp({ isTerminal = false } = {}) {
  const environment = { XDG_RUNTIME_DIR: temporaryDirectory() };
  const folder = controlFolder(environment, 1000);
  const printed: string[] = [];
  const errors: string[] = [];
  const giveUp = new AbortController();
  const listen = (send: Send, status = statusOf("https://chat.example.com", "shop"), pid = process.pid) => {
    const server = ControlServer.listen({
      path: controlSocket(folder, pid),
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      status: () => status,
      history: new LogHistory(),
      send,
    });
    onTestFinished(() => server.close());
    return server;
  };
  let onSaid = (_line: string): void => {};
  const whenSaid = (react: (line: string) => void): void => {
    onSaid = react;
  };
  const run = (more: Partial<SendRequest> = {}, flags: { readonly json?: boolean } = {}) =>
    runSend({ ...REQUEST, ...more }, flags, {
      environment,
      uid: 1000,
      write: (text) => void printed.push(text),
      isTerminal,
      printError: (line) => {
        errors.push(line);
        onSaid(line);
      },
      giveUp: giveUp.signal,
      patienceMs: 20_000,
    });
  return {
    folder,
    listen,
    run,
    giveUp,
    whenSaid,
    stdout: () => printed.join(""),
    stderr: () => errors.join("\n"),
  };
}

/** A daemon that tells this. */
const telling =
  (...events: readonly SendEvent[]): Send =>
  async (_request, tell) =>
    events.forEach(tell);

test.each([
  ["a turn that ended well", [STARTED, ended(true)], 0, "thread: "],
  ["one that did not", [STARTED, ended(false, "overloaded")], 1, `error: overloaded. The thread: ${LINK}`],
  ["what is refused", [{ event: "refused", why: "No.", isPassing: false }], 2, "error: No."],
  [
    "a server that is away",
    [{ event: "refused", why: "It is away", isPassing: true }],
    4,
    "error: It is away",
  ],
  [
    "what may have been posted",
    [{ event: "refused", why: "Silence", isPassing: true, isUnclear: true }],
    4,
    "look before you send it again",
  ],
  ["a connection that breaks", [STARTED], 4, `the connection to mm-claude broke. The thread: ${LINK}`],
  ["one that breaks early", [], 4, "Whether the message was posted is not known"],
] as const)("%s has its exit code", async (_what, events, code, words) => {
  const world = setUp();
  world.listen(telling(...events));
  expect(await world.run()).toBe(code);
  expect(world.stderr()).toContain(words);
  expect(world.stdout()).toBe("");
});

test.each([{ as: "a".repeat(201) }, { project: "p".repeat(201) }, { thread: "t".repeat(2001) }, { as: "" }])(
  "what no daemon takes is wrong usage, and not the daemon's fault (%#)",
  async (wrong) => {
    const world = setUp();
    world.listen(telling(STARTED, ended(true)));
    expect(await world.run(wrong)).toBe(2);
    expect(world.stderr()).toContain(`error: --${Object.keys(wrong)[0]} can't be that`);
  },
);

test("no daemon, and none where one was killed", async () => {
  const world = setUp();
  expect(await world.run()).toBe(3);
  world.listen(telling()).close();
  expect(await world.run()).toBe(3);
  expect(world.stderr()).toContain("mm-claude does not run");
});

test("the answer is all that stands on stdout, and ends a line; what is asked stands on stderr", async () => {
  const world = setUp();
  world.listen(
    telling(
      STARTED,
      { event: "text", text: "Let me " },
      { event: "text", text: "look." },
      { event: "asked", what: "permission for Bash", link: LINK },
      { event: "decided", what: "permission for Bash", decision: "tool-allowed", by: "alice" },
      { event: "tool", name: "Bash", input: { command: "ls" } },
      { event: "text", text: "\n\nDone." },
      ended(true),
    ),
  );
  expect(await world.run()).toBe(0);
  expect(world.stdout()).toBe("Let me look.\n\n\nDone.\n");
  expect(world.stderr()).toBe(`thread: ${LINK}\nwaits for permission for Bash: ${LINK}`);
});

test("nothing that Claude says controls a terminal", async () => {
  const world = setUp({ isTerminal: true });
  world.listen(telling(STARTED, { event: "text", text: "\u001B[2Jhello\n" }, ended(false, "\u009B2J")));
  await world.run();
  expect(world.stdout() + world.stderr()).not.toMatch(/(?!\n)\p{Cc}/u);
});

test("as JSON it is an event a line, without those of the socket alone; later ones are no mistake", async () => {
  const world = setUp();
  const later = { event: "weather", text: "rain" } as unknown as SendEvent;
  world.listen(telling(STARTED, later, { event: "text", text: "a\nb" }, ended(true)));
  expect(await world.run({}, { json: true })).toBe(0);
  const lines = world
    .stdout()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  expect(lines).toEqual([STARTED, { event: "text", text: "a\nb" }, ended(true)]);
  expect(world.stderr()).toBe("");
});

test("a daemon of an earlier version takes no messages: restart it", async () => {
  const world = setUp();
  makeControlFolder(world.folder);
  const answer = (line: string): string =>
    line.includes('"status"')
      ? JSON.stringify(statusOf("https://chat.example.com", "shop"))
      : JSON.stringify({ error: "mm-claude does not understand this; it speaks version 1 of the protocol" });
  const old = createServer((socket) =>
    socket.once("data", (data) => socket.end(`${answer(String(data))}\n`)),
  ).listen(controlSocket(world.folder, process.pid));
  await new Promise((resolve) => old.once("listening", resolve));
  onTestFinished(() => void old.close());
  expect(await world.run()).toBe(4);
  expect(world.stderr()).toContain("an earlier version, which takes no messages of scripts: restart it");
});

test.each([
  ["cancelled", 130, "Stopped: the session goes on"],
  ["timedOut", 124, "The time is up: the session goes on"],
] as const)(
  "what is %s stops the waiting, and the daemon hears that nobody listens",
  async (why, code, words) => {
    const world = setUp();
    const left = new Promise<void>((resolve) => {
      world.listen(async (_request, tell, gone) => {
        tell(STARTED);
        gone.addEventListener("abort", () => resolve());
        await new Promise(() => {});
      });
    });
    world.whenSaid((line) => line.startsWith("thread: ") && world.giveUp.abort(why));
    expect(await world.run()).toBe(code);
    await left;
    expect(world.stderr()).toContain(words);
  },
);

test("what is given up before the message is handed over is not sent", async () => {
  const world = setUp();
  let isSent = false;
  world.listen(async () => {
    isSent = true;
  });
  world.giveUp.abort("cancelled");
  expect(await world.run()).toBe(130);
  expect(world.stderr()).toBe("Stopped: nothing was sent");
  expect(isSent).toBe(false);
});

test("where XDG_RUNTIME_DIR is not set, daemons are found where systemd sets it for them", () => {
  expect(foldersToAsk({}, 1000)).toEqual(["/tmp/mm-claude-1000", "/run/user/1000/mm-claude"]);
  expect(foldersToAsk({ XDG_RUNTIME_DIR: "/run/x" }, 1000)).toEqual(["/run/x/mm-claude"]);
});

test("among several daemons it is the one that has the project, or whose server has the thread", async () => {
  const world = setUp();
  const asked: string[] = [];
  const noting =
    (name: string): Send =>
    async (_request, tell) => {
      asked.push(name);
      tell(STARTED);
      tell(ended(true));
    };
  world.listen(noting("one"), statusOf("https://chat.example.com", "shop", "api"));
  world.listen(noting("two"), statusOf("https://mm.example.org", "web"), process.ppid);
  expect(await world.run({ project: "web" })).toBe(0);
  expect(await world.run({ thread: "https://chat.example.com/lab/pl/x" })).toBe(0);
  expect(asked).toEqual(["two", "one"]);
  expect(await world.run()).toBe(2);
  expect(world.stderr()).toContain(
    "Several mm-claudes run here. Say with --project whose project is meant:\n",
  );
  expect(world.stderr()).toContain("\n  https://chat.example.com, in ~/src: shop, api");
  expect(await world.run({ project: "ship" })).toBe(2);
  expect(world.stderr()).toContain("None of the mm-claudes that run here has it. There is:");
});

test("who does not read is cut off, and the daemon keeps no more for them than that", async () => {
  const world = setUp();
  let isGone = false;
  const cut = new Promise<void>((resolve) => {
    world.listen(async (_request, tell, gone) => {
      gone.addEventListener("abort", () => {
        isGone = true;
        resolve();
      });
      for (let at = 0; at < 200 && !isGone; at++) tell({ event: "text", text: "x".repeat(100_000) });
      await cut;
    });
  });
  expect(await world.run()).toBe(4);
  await cut;
  expect(world.stdout().length).toBeLessThan(200 * 100_000);
});

test.each([
  ["a text of 200 kB in any characters", { text: "\u0001".repeat(200_000) }, true],
  ["a longer one", { text: "ä".repeat(100_001) }, false],
  ["a file by its absolute path", { files: ["/a"] }, true],
  ["a relative one", { files: ["a"] }, false],
  ["eleven files", { files: Array(11).fill("/a") }, false],
  ["no key", { key: "x" }, false],
] as const)("%s", (_what, more, isTaken) => {
  expect(request.safeParse({ protocol: 1, ...REQUEST, ...more }).success).toBe(isTaken);
});

test("the longest text comes through the socket whole", async () => {
  const world = setUp();
  const text = "\u0001".repeat(200_000);
  let got = "";
  world.listen(async (asked, tell) => {
    got = asked.text;
    tell(STARTED);
    tell(ended(true));
  });
  expect(await world.run({ text })).toBe(0);
  expect(got === text).toBe(true);
});
