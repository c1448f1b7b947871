// What a second mm-claude says of the one that runs, from what that one answers, or doesn't.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type HeldProject, tellOtherDaemon } from "../../../src/app/other-daemon.ts";
import { controlSocket } from "../../../src/control/location.ts";
import { LogHistory } from "../../../src/control/log-history.ts";
import type { Status } from "../../../src/control/protocol.ts";
import { ControlServer } from "../../../src/control/server.ts";
import type { Channel } from "../../../src/mattermost/types.ts";
import { quietLog, warningsTo } from "../../support/logs.ts";
import { projectOf } from "../../support/projects.ts";
import { user } from "../../support/session-script.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

const LINK = "https://chat.example.com/team/channels/shop";
const shown = (name: string, directory: string) => ({
  name,
  directory,
  channel: { name: "Shop", link: LINK },
  sessions: 0,
});

/** `more`: what the one that runs tells; undefined: nobody listens. */
async function told(
  more: Partial<Status> | undefined,
  { held = ["shop"], pids = [process.pid], hasChannel = true } = {},
) {
  const root = temporaryDirectory();
  mkdirSync(join(root, "here"));
  if (more) {
    const status = (): Status => ({
      protocol: 1,
      version: "0.2.0",
      pid: process.pid,
      startedAt: Date.now() - 3 * 3_600_000,
      state: "running",
      bot: "claude-code",
      server: { url: "https://chat.example.com", isConnected: true, since: 0, lost: 0 },
      directory: "~/src/shop",
      maxSessions: 5,
      sessions: [],
      requests: { waiting: 0, underWay: 0 },
      memory: { rssBytes: 1, heapBytes: 1 },
      ...more,
    });
    const path = controlSocket(join(root, "mm-claude"), process.pid);
    const server = ControlServer.listen({ path, log: quietLog, status, history: new LogHistory() });
    onTestFinished(() => server.close());
  }
  const lines: string[] = [];
  const all = held.map(
    (name, index): HeldProject => ({
      project: projectOf({ name, channel: `team/${name}` }),
      channel: { id: name, displayName: name } as Channel,
      allowedUsers: [],
      approvers: [],
      bots: [],
      process: pids[index % pids.length] ?? 0,
    }),
  );
  const offer = await tellOtherDaemon(all, {
    config: {
      botName: undefined,
      channelId: hasChannel ? "channel" : undefined,
      directory: join(root, "here"),
    },
    account: user("claude-code"),
    home: root,
    environment: { XDG_RUNTIME_DIR: root },
    log: warningsTo(lines),
  });
  return { lines, offer };
}

const WHO = `@claude-code is already run by another mm-claude on this machine (process ${process.pid}, for 3 h, in ~/src/shop).`;
const ALONE = `@claude-code in this channel is already run by another mm-claude on this machine (process ${process.pid}). Stop that one first.`;

test("one that tells what it serves is named with it, and this directory can be one of its projects", async () => {
  expect(await told({ projects: [shown("shop", "~/src/shop")] })).toEqual({
    lines: [
      `${WHO} It serves shop (~/src/shop). This directory is none of its projects. To make it one: mm-claude project add`,
    ],
    offer: { channel: "channel" },
  });
});

test("a directory that it serves is told with the words that reach it", async () => {
  const projects = [shown("shop", "~/src/shop"), shown("second", "~/here")];
  expect(await told({ projects })).toEqual({
    lines: [
      `${WHO} It serves shop (~/src/shop) and second (~/here). This directory is its project second: ` +
        `write "@claude-code in second: …" in "Shop", ${LINK}`,
    ],
    offer: undefined,
  });
});

test("a directory of that name on another machine is another one", async () => {
  const projects = [{ ...shown("far", "~/here"), machine: "dev@build1" }];
  expect((await told({ projects })).lines[0]).toContain(
    "It serves far (~/here on dev@build1). This directory is none of its projects.",
  );
});

test("the directory of direct messages can still be a project of a channel", async () => {
  const projects = [shown("shop", "~/src/shop"), shown("directMessages", "~/here")];
  expect((await told({ projects })).offer).toEqual({ channel: "channel" });
});

test("of many projects the first are named", async () => {
  const projects = Array.from({ length: 200 }, (_, at) => shown(`p${at}`, `~/p${at}`));
  expect((await told({ projects })).lines.join()).toContain(
    "p8 (~/p8), p9 (~/p9) and 190 more. This directory",
  );
});

test("the channel is that of the settings, or else the only one, and has to be named where there are more", async () => {
  const projects = [shown("shop", "~/src/shop")];
  const one = await told({ projects }, { hasChannel: false });
  expect([one.offer, one.lines.join()]).toEqual([
    { channel: "team/shop" },
    expect.stringMatching(/: mm-claude project add --channel team\/shop$/),
  ]);
  const two = await told({ projects }, { hasChannel: false, held: ["shop", "api"] });
  expect([two.offer, two.lines.join()]).toEqual([
    undefined,
    expect.stringMatching(/: mm-claude project add --channel TEAM\/CHANNEL$/),
  ]);
});

test.each([
  ["an earlier version, which knows nothing of projects,", {}],
  ["one that is just starting", { projects: [], state: "starting" }],
  ["one whose answer is another process's", { projects: [shown("shop", "~/src/shop")], pid: 1 }],
  ["one that does not answer", undefined],
] as const)("%s is named by its process alone", async (_what, status) => {
  const more = status && "projects" in status ? { ...status, projects: [...status.projects] } : status;
  expect(await told(more)).toEqual({ lines: [ALONE], offer: undefined });
});

test("several that serve a part each are each named", async () => {
  const { lines, offer } = await told(undefined, { held: ["shop", "api"], pids: [11, 12] });
  expect([lines.length, lines[1], offer]).toEqual([
    2,
    '@claude-code in "api" (project api) is already run by another mm-claude on this machine (process 12). Stop that one first.',
    undefined,
  ]);
});
