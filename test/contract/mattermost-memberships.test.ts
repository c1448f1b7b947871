// The list of all the bot's channels, from the answers of a real 10.11 server: its teams and its channels as they were
// recorded, and its rows as a member in the form in which one was recorded.

import { expect, test } from "vitest";
import { connectRest } from "../../src/mattermost/rest.ts";
import { transportOf } from "../support/fetch-transport.ts";
import { exchangesOf } from "../support/server-recording.ts";

const recorded = exchangesOf("10.11");
const answerTo = (path: string | RegExp): unknown =>
  recorded.find(({ request }) => (typeof path === "string" ? request.path === path : path.test(request.path)))
    ?.response.body;

interface Wire {
  readonly id: string;
  readonly type: string;
  readonly team_id: string;
  readonly name: string;
  readonly last_post_at: number;
}

function server() {
  const [team] = answerTo("/api/v4/users/me/teams") as [Wire];
  const channels = answerTo("/api/v4/users/me/channels") as Wire[];
  const member = answerTo(/\/channels\/\w+\/members\/\w+$/) as Record<string, unknown>;
  const rows = channels.map(({ id }, at) => ({ ...member, channel_id: id, mention_count: at }));
  const paths: string[] = [];
  const answers: Record<string, unknown> = {
    "/users/me/teams": [team],
    [`/users/me/teams/${team.id}/channels`]: channels,
    [`/users/me/teams/${team.id}/channels/members`]: rows,
  };
  const api = connectRest({
    url: "http://server",
    token: "t",
    tries: 1,
    transport: transportOf(async (url) => {
      const path = String(url).replace("http://server/api/v4", "");
      paths.push(path);
      const body = answers[path];
      return body === undefined ? new Response("", { status: 404 }) : new Response(JSON.stringify(body));
    }),
  });
  return { api, answers, channels, paths, team };
}

test("each channel comes with its team, when something was last said there, and how often the bot was mentioned", async () => {
  const { api, channels, paths, team } = server();
  const memberships = await api.myMemberships();
  expect(memberships.map(({ channel }) => channel.id)).toEqual(channels.map(({ id }) => id));
  expect(memberships.map(({ mentions }) => mentions)).toEqual(channels.map((_, at) => at));
  for (const { channel, team: name } of memberships) {
    const wire = channels.find(({ id }) => id === channel.id);
    expect(channel).toMatchObject({ name: wire?.name, type: wire?.type, lastPostAt: wire?.last_post_at });
    expect(name).toBe(wire?.team_id === team.id ? "lab" : undefined);
  }
  expect(memberships.map(({ channel }) => channel.type)).toEqual(expect.arrayContaining(["O", "D"]));
  expect(paths).toEqual([
    "/users/me/teams",
    `/users/me/teams/${team.id}/channels`,
    `/users/me/teams/${team.id}/channels/members`,
  ]);
});

test("a direct message, which the list of each team has, comes once", async () => {
  const { api, answers, channels, team } = server();
  const other = { ...team, id: "o".repeat(26), name: "other" };
  answers["/users/me/teams"] = [team, other];
  answers[`/users/me/teams/${other.id}/channels`] = channels.filter(({ type }) => type === "D");
  answers[`/users/me/teams/${other.id}/channels/members`] = [];
  const memberships = await api.myMemberships();
  expect(memberships).toHaveLength(channels.length);
  expect(
    memberships.filter(({ team: name }) => name === undefined).map(({ channel }) => channel.type),
  ).toEqual(channels.filter(({ team_id }) => team_id === "").map(({ type }) => type));
});

test("a channel without a row of the bot's has no mentions that are known", async () => {
  const { api, answers, team } = server();
  answers[`/users/me/teams/${team.id}/channels/members`] = [];
  expect((await api.myMemberships()).every(({ mentions }) => mentions === 0)).toBe(true);
});
