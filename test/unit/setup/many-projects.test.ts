// What the checks of very many projects ask the server, and what they say.

import { expect, test } from "vitest";
import { checkProjects } from "../../../src/setup/project-checks.ts";
import { checkReadiness } from "../../../src/setup/readiness.ts";
import { createManyChannels } from "../../support/many-channels.ts";
import { projectOf } from "../../support/projects.ts";
import { setupWorld } from "../../support/setup-world.ts";

const MANY = 200;

async function world() {
  const all = await setupWorld();
  const { sandbox, team, bot, alice, bob, url } = all;
  const channels = createManyChannels(sandbox, {
    teamId: team.id,
    count: MANY,
    memberIds: [bot.id, alice.id],
  });
  const api = all.connect(url, bot.token);
  // Half of them by id, half of them as in their address.
  const projects = channels.map(({ id, name }, at) =>
    projectOf({
      name: `p${at}`,
      origin: "file",
      channel: at % 2 === 0 ? id : `${team.name}/${name}`,
      allowedUsers: at % 3 === 0 ? [alice.username, bob.username] : [alice.username],
      approvers: [alice.username],
    }),
  );
  const asked = (): string[] =>
    sandbox.requests.flatMap(({ method, path, userId }) => (userId === bot.id ? [`${method} ${path}`] : []));
  const check = (wanted = projects) => api.me().then((account) => checkProjects(api, wanted, account));
  return { ...all, api, channels, projects, asked, check };
}

test("a start with 200 projects asks no more than one with four", async () => {
  const { api, asked, channels, projects, team } = await world();
  const ready = await checkReadiness({
    api,
    botName: undefined,
    projects,
    claudeVersion: async () => "2.1.0",
  });
  expect(ready).toMatchObject({ ok: true, unserved: [] });
  const found = ready.ok ? ready.projects.map(({ channel }) => channel?.id) : [];
  expect(found).toEqual(channels.map(({ id }) => id));
  expect(asked().sort()).toEqual(
    [
      "GET /api/v4/users/me",
      "GET /api/v4/config/client",
      "GET /api/v4/users/me/teams",
      `GET /api/v4/users/me/teams/${team.id}/channels`,
      `GET /api/v4/users/me/teams/${team.id}/channels/members`,
      "POST /api/v4/users/usernames",
    ].sort(),
  );
});

test("each project gets its own people", async () => {
  const { check } = await world();
  const checked = await check();
  const people = checked.map((one) => (one.ok ? one.value.allowedUsers.map(({ username }) => username) : []));
  expect(people.slice(0, 3)).toEqual([["alice", "bob"], ["alice"], ["alice"]]);
});

test("what the list does not have is asked for, and said as it is of one project alone", async () => {
  const { channels, check, other, projects, sandbox, team } = await world();
  const [first] = channels;
  sandbox.archiveChannel(first?.id ?? "");
  const wrong = [
    { ...projects[0], channel: `team/${first?.name}` },
    { ...projects[1], channel: other.id },
    { ...projects[2], channel: `${team.name}/nowhere` },
    { ...projects[3], channel: "z".repeat(26) },
    { ...projects[4], allowedUsers: ["nobody"], approvers: [] },
  ].map(projectOf);
  const many = await check([...projects.slice(10), ...wrong]);
  const alone = await Promise.all(wrong.map((one) => check([one])));
  expect(many.slice(-wrong.length)).toEqual(alone.map(([one]) => one));
  expect(many.slice(-wrong.length).map((one) => one.ok || one.text.split("\n")[0])).toEqual([
    expect.stringContaining("is archived"),
    expect.stringContaining("may not see the channel"),
    expect.stringContaining("There is no channel team/nowhere"),
    expect.stringContaining("There is no channel with the id"),
    expect.stringContaining("no such user: @nobody"),
  ]);
});

test("a server that can't answer is one problem, however many projects there are", async () => {
  const { api, projects, sandbox } = await world();
  sandbox.faults.failNext(503, { path: "/api/v4/users/me/teams" });
  const ready = await checkReadiness({
    api,
    botName: undefined,
    projects,
    claudeVersion: async () => "2.1.0",
  });
  expect(ready).toMatchObject({
    ok: false,
    isServerDown: true,
    problems: [expect.stringContaining("Could not list the bot's teams")],
  });
});
