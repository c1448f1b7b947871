import { join } from "node:path";
import { expect, test } from "vitest";
import type { Project } from "../../../src/config/project.ts";
import { MattermostError } from "../../../src/mattermost/error.ts";
import type { ChannelId } from "../../../src/mattermost/types.ts";
import { checkReadiness } from "../../../src/setup/readiness.ts";
import { projectOf } from "../../support/projects.ts";
import { setupWorld } from "../../support/setup-world.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

async function world() {
  const all = await setupWorld();
  const api = all.connect(all.url, all.bot.token);
  const other = all.sandbox.createChannel({ teamId: all.channel.teamId, name: "api", displayName: "API" });
  all.sandbox.addMember(other.id, all.bot.id);
  const ready = (projects: readonly Project[], more: object = {}) =>
    checkReadiness({ api, botName: undefined, projects, claudeVersion: version, ...more });
  return { ...all, api, other, ready };
}
const version = async () => "2.1.0";
const noClaude = async () => {
  throw new Error("Claude Code was not found. Install it.");
};
const inFile = (name: string, channel: string, more: Partial<Project> = {}): Project =>
  projectOf({ name, origin: "file", channel, ...more });

test("the start is given all that was found out", async () => {
  const { channel, ready } = await world();
  expect(await ready([projectOf({ channel: channel.id, allowedUsers: ["alice"] })])).toMatchObject({
    ok: true,
    account: { username: "claude-code" },
    projects: [{ channel: { id: channel.id }, allowedUsers: [{ username: "alice" }], approvers: [] }],
    unserved: [],
    claudeVersion: "2.1.0",
    hints: [],
  });
});

test("everything that stands in the way is listed at once", async () => {
  const { ready } = await world();
  const project = projectOf({ channel: "a".repeat(26), allowedUsers: ["nobody"] });
  expect(await ready([project], { claudeVersion: noClaude })).toMatchObject({
    ok: false,
    isServerDown: false,
    problems: [
      expect.stringContaining("no channel"),
      expect.stringContaining("@nobody"),
      expect.stringContaining("Install it"),
    ],
  });
});

test("a server that says when it wants to be asked again is heard, the longest of what it says", async () => {
  const busy = (retryAfterMs: number) =>
    Promise.reject(new MattermostError("server", "busy", { status: 503, retryAfterMs }));
  const { api, channel, ready } = await world();
  const asks = { ...api, channel: () => busy(5000), maxPostSize: () => busy(20_000) };
  expect(await ready([projectOf({ channel: channel.id })], { api: asks })).toMatchObject({
    retryAfterMs: 20_000,
  });
});

test("waiting helps when the server is down, and not when something else is wrong too", async () => {
  const { sandbox, channel, ready } = await world();
  await sandbox.faults.stop();
  const project = projectOf({ channel: channel.id });
  expect(await ready([project])).toMatchObject({ ok: false, isServerDown: true });
  expect(await ready([project], { claudeVersion: noClaude })).toMatchObject({
    ok: false,
    isServerDown: false,
  });
});

test("of several projects those are served that can be, and of the others it is said what to do", async () => {
  const { channel, ready } = await world();
  const gone = join(temporaryDirectory(), "gone");
  const projects = [
    inFile("shop", channel.id),
    inFile("lost", channel.id, { directory: gone }),
    inFile("else", "b".repeat(26)),
    inFile("typo", channel.id, { allowedUsers: ["alcie"] }),
  ];
  const checked = await ready(projects);
  expect(checked).toMatchObject({
    ok: true,
    projects: [{ project: { name: "shop" } }],
    unserved: [
      { project: { name: "lost" }, why: `Project lost: There is no directory ${gone}.` },
      { project: { name: "else" }, why: expect.stringContaining("Project else: There is no channel") },
      {
        project: { name: "typo" },
        why: "Project typo: allowedUsers: no such user: @alcie. Correct the list.",
      },
    ],
  });
});

test("a start with nothing that can be served is refused", async () => {
  const { ready } = await world();
  const checked = await ready([inFile("else", "b".repeat(26)), inFile("other", "c".repeat(26))]);
  expect(checked).toMatchObject({
    ok: false,
    problems: [expect.stringMatching(/else/), expect.stringMatching(/other/)],
  });
});

test("a server that fails for one of several is asked again for all", async () => {
  const { api, channel, other, ready } = await world();
  const fails = {
    ...api,
    channel: (id: ChannelId) =>
      id === other.id ? Promise.reject(new MattermostError("unreachable", "gone")) : api.channel(id),
  };
  const checked = await ready([inFile("shop", channel.id), inFile("api", other.id)], { api: fails });
  expect(checked).toMatchObject({ ok: false, isServerDown: true });
});

test("of two projects with one directory in one channel the first is served, and the file's before the settings'", async () => {
  const { channel, team, ready } = await world();
  const named = `${team.name}/claude`;
  const twice = await ready([inFile("one", channel.id), inFile("two", named)]);
  expect(twice).toMatchObject({
    projects: [{ project: { name: "one" } }],
    unserved: [
      { project: { name: "two" }, why: expect.stringContaining("same directory in the same channel") },
    ],
  });
  const own = projectOf({ channel: channel.id });
  expect(await ready([own, inFile("two", named)])).toMatchObject({
    projects: [{ project: { name: "two" } }],
    unserved: [],
  });
});

test("without a project on this machine no Claude is asked for here", async () => {
  const { ready } = await world();
  const far = inFile("far", "team/claude", { runner: ["ssh", "build1"], directory: "~/shop" });
  expect(await ready([far], { claudeVersion: noClaude })).toMatchObject({
    ok: true,
    claudeVersion: undefined,
    projects: [{ project: { name: "far" } }],
    unserved: [],
  });
});

test("the Claude of this machine is told where a project is here, wherever that stands", async () => {
  const { ready } = await world();
  const far = inFile("far", "team/claude", { runner: ["ssh", "build1"], directory: "~/shop" });
  const answer = await ready([far, inFile("near", "team/api")]);
  expect(answer).toMatchObject({ ok: true, claudeVersion: "2.1.0" });
});

test("one directory's name on two machines is no twin", async () => {
  const { ready } = await world();
  const at = (name: string, runner?: readonly string[]) =>
    inFile(name, "team/claude", { runner, directory: temporary });
  const temporary = temporaryDirectory();
  const found = await ready([
    at("here"),
    at("one", ["ssh", "one"]),
    at("two", ["ssh", "two"]),
    at("twin", ["ssh", "two"]),
  ]);
  expect(found).toMatchObject({
    projects: [{ project: { name: "here" } }, { project: { name: "one" } }, { project: { name: "two" } }],
    unserved: [{ project: { name: "twin" } }],
  });
});
