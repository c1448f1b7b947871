// A daemon that is told of a new projects.yaml, over real sockets.

import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { askReload } from "../../../src/control/client.ts";
import { LogHistory } from "../../../src/control/log-history.ts";
import type { ReloadAnswer, Status } from "../../../src/control/protocol.ts";
import { ControlServer } from "../../../src/control/server.ts";
import { statusText } from "../../../src/control/status-text.ts";

const NONE: ReloadAnswer = { ok: true, added: [], removed: [], changed: [], unserved: [] };

function listen(reload?: () => Promise<ReloadAnswer>) {
  const folder = mkdtempSync(join(tmpdir(), "mmc-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "mm-claude", `${process.pid}.sock`);
  const errors: string[] = [];
  const tell = (line: string): void => void errors.push(line);
  const server = ControlServer.listen({
    path,
    log: { debug: () => {}, info: () => {}, warn: tell, error: tell },
    status: () => {
      throw new Error("not asked");
    },
    history: new LogHistory(),
    reload,
  });
  onTestFinished(() => server.close());
  return { path, errors };
}

test("who tells a daemon hears what came of it, when it is done", async () => {
  const taken: ReloadAnswer = {
    ok: true,
    added: ["api"],
    removed: ["old"],
    changed: ["shop"],
    unserved: [{ name: "api", why: "the bot is not in ~dev/api" }],
  };
  expect(await askReload(listen(async () => taken).path)).toEqual({ kind: "answered", value: taken });
  const refused: ReloadAnswer = { ok: false, problems: ["projects.yaml:1:1: it is nested too deeply."] };
  expect(await askReload(listen(async () => refused).path)).toEqual({ kind: "answered", value: refused });
});

test("one waits for the other, also when that fails", async () => {
  const events: string[] = [];
  const going: (() => void)[] = [];
  const { path, errors } = listen(async () => {
    const number = events.length;
    events.push("begun");
    await new Promise<void>((resolve) => going.push(resolve));
    events.push("done");
    if (number === 0) throw new Error("no disk");
    return NONE;
  });
  const asked = [askReload(path), askReload(path), askReload(path)];
  for (let done = 0; done < 3; done++) {
    while (going.length === done) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(events).toHaveLength(2 * done + 1);
    going[done]?.();
  }
  expect(await Promise.all(asked)).toEqual([
    { kind: "refused", why: "it failed to; mm-claude logs says more" },
    { kind: "answered", value: NONE },
    { kind: "answered", value: NONE },
  ]);
  expect(errors).toEqual(["The projects could not be read again"]);
});

test("one that can't says so", async () => {
  expect(await askReload(listen().path)).toEqual({
    kind: "refused",
    why: "it can't go by other projects while it runs; restart it",
  });
});

test("one that takes longer than anybody waits hangs, and one that is gone is gone", async () => {
  const { path } = listen(() => new Promise(() => {}));
  expect(await askReload(path, 100)).toEqual({ kind: "hanging" });
  expect(await askReload(`${path}x`)).toEqual({ kind: "gone" });
});

test("an answer of another version is none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mmc-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "x.sock");
  const server = createServer((socket) => {
    socket.end('{"ok":true,"added":1}\n');
  }).listen(path);
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  expect(await askReload(path)).toEqual({ kind: "refused", why: "it is another version: restart it" });
});

const STATUS: Status = {
  protocol: 1,
  version: "0.2.0",
  pid: 77,
  startedAt: 0,
  state: "running",
  bot: "claude-code",
  server: { url: "https://chat.example.com", isConnected: true, since: 0, lost: 0 },
  channel: { name: "Claude", link: "https://chat.example.com/lab/channels/claude" },
  directory: "~/shop",
  maxSessions: 5,
  sessions: [],
  requests: { waiting: 0, underWay: 0 },
  memory: { rssBytes: 81_000_000, heapBytes: 0 },
};
const SHOP = {
  name: "shop",
  directory: "~/src/shop",
  channel: { name: "~dev/shop-claude", link: "https://chat.example.com/dev/channels/shop-claude" },
  sessions: 2,
};

test("the status of several projects has each of them, and why one is away; that of one is as before", () => {
  const api = {
    ...SHOP,
    name: "api",
    directory: "~/src/api",
    sessions: 0,
    away: "the bot is not in the channel",
  };
  expect(statusText({ ...STATUS, projects: [SHOP, api] }, 60_000)).toEqual([
    "  running     since 1 min, process 77, v0.2.0",
    "  server      https://chat.example.com, connected for 1 min",
    "  bot         @claude-code",
    "  projects    2",
    "  sessions    0 of 5 live, 0 asleep",
    "  memory      81 MB, without the Claudes",
    "  shop: 2 sessions",
    "    ~/src/shop, ~dev/shop-claude, https://chat.example.com/dev/channels/shop-claude",
    "  api: not served: the bot is not in the channel",
    "    ~/src/api, ~dev/shop-claude, https://chat.example.com/dev/channels/shop-claude",
  ]);
  expect(statusText({ ...STATUS, projects: [SHOP] }, 60_000)).toEqual(statusText(STATUS, 60_000));
});
