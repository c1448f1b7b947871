// The recorded sessions of a real 7.10 and a real 10.11 server, lived again against the sandbox.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../sandbox/server/sandbox.ts";
import type { Tolerances } from "../support/recorded-shape.ts";
import { call, type Json } from "../support/sandbox-client.ts";
import { type Cast, type Line, type Replayed, readRecording, replay } from "../support/sandbox-replay.ts";

/** Every difference that is let through, and why. */
const CHANNEL_PAST = "the recorded channels had a past of their own";
const TOLERATED: Tolerances = [
  { at: /\.last_(root_)?post_at$/, allow: "anyValueOfThisType", because: CHANNEL_PAST },
  { at: /\.(total_)?msg_count(_root)?$/, allow: "anyValueOfThisType", because: CHANNEL_PAST },
  {
    at: /\.(channel_)?name$/,
    allow: "otherOrderOfParts",
    because: "a direct channel's name is its members' ids, sorted, and the ids differ",
  },
  {
    at: /\.data\.server_(version|hostname)$/,
    allow: "anyValueOfThisType",
    because: "the sandbox says that it is one",
  },
];
const CONFIG = String.raw`^(\[\d+\]\.data\.config)?\.`;
const TOLERATED_IN_CONFIG: Tolerances = [
  {
    at: new RegExp(`${CONFIG}(SiteURL|InstallationDate|MaxFileSize|EnablePost\\w+Override)$`),
    allow: "anyValueOfThisType",
    because: "they are this server's own: its address, its start, what it keeps in memory, what webhooks may",
  },
  {
    at: new RegExp(`${CONFIG}[A-Z]`),
    allow: "missing",
    because: "of some 200 settings the sandbox tells those that clients of this kind read",
  },
];

/** The accounts and the channel of both recordings. */
async function startLab(options: SandboxOptions) {
  const sandbox = await startSandbox({ usernameOverride: false, ...options });
  const team = sandbox.createTeam({ name: "lab", displayName: "Lab" });
  const admin = sandbox.createUser({ username: "admin", isAdmin: true });
  const bot = sandbox.createUser({ username: "claude-code", displayName: "Claude Code", isBot: true });
  const alice = sandbox.createUser({ username: "alice" });
  const bob = sandbox.createUser({ username: "bob" });
  const channel = sandbox.createChannel({
    teamId: team.id,
    name: "claude-sessions",
    displayName: "Claude Sessions",
    creatorId: admin.id,
  });
  for (const user of [bot, alice]) sandbox.addMember(channel.id, user.id);
  await call(sandbox, bot.token, "POST", "/api/v4/channels/direct", [bot.id, admin.id]);
  const tokens = { admin: admin.token, bot: bot.token, alice: alice.token, nobody: "x" };
  return { sandbox, team, admin, bot, alice, bob, channel, tokens };
}

async function castOf710(): Promise<Cast> {
  const { sandbox, team, admin, bot, alice, bob, channel, tokens } = await startLab({ version: "7.10" });
  sandbox.addMember(channel.id, admin.id);
  const hook = sandbox.createWebhook({ userId: admin.id, channelId: channel.id, displayName: "h" });
  return {
    sandbox,
    bot,
    tokens,
    channelId: channel.id,
    upload: "hello",
    known: [
      ["oo6caazrjjb7udffjpgxnbc1pr", bot.id],
      ["8f7db4f9aiyomfid6z7boke9ry", alice.id],
      ["bfmq4ze5wf8qicgfm58djutomc", bob.id],
      ["difhokgu8tbsx8unw77j149epr", admin.id],
      ["4xdmyc3bdtfh3gaez4z9uf1aoy", team.id],
      ["59r731ty1tgfmgi8dzzuhw8njw", channel.id],
    ],
    async after(line, { leave }) {
      if (!line.note?.includes("incoming webhook")) return;
      // The request itself is not in the recording. After its event the bot's socket was cut.
      await call(sandbox, "", "POST", new URL(hook.url).pathname, { text: "@claude-code do something" });
      await leave();
    },
    tolerated: ({ request }) => (request.path.includes("/config/client") ? TOLERATED_IN_CONFIG : TOLERATED),
  };
}

async function castOf1011(): Promise<Cast> {
  let ms = 0;
  const began = Date.now();
  const { sandbox, team, admin, bot, alice, channel, tokens } = await startLab({
    version: "10.11",
    now: () => began + ms,
  });
  const known = [
    ["5dxkqfh5tib38x941rky8jwjcw", bot.id],
    ["um7z9h3gwinmtyed8xea1gr8qr", alice.id],
    ["fhurknxy9jrgdbpeku4qc767gy", admin.id],
    ["yqd7q7pfotf6ubgsekmbscassy", team.id],
    ["4qzy1hxesjnd7cbctxx3rinjna", channel.id],
  ] as const;
  const found = NEW.exchanges.find(({ request }) => request.path.endsWith("/posts/search"));
  const past = found ? await livePast(found.response.body as FoundPosts) : [];
  return {
    sandbox,
    bot,
    tokens,
    channelId: channel.id,
    upload: "x".repeat(18),
    pass: (passed) => {
      ms = passed;
    },
    known: [...known, ...past],
    // The server sorts channels by id, and the ids are others here.
    arrange: ({ request, response }, answer) => {
      if (!request.path.endsWith("/users/me/channels")) return answer;
      const nameOf = (one: Json) => `${one["type"]} ${one["display_name"]} ${one["creator_id"] === bot.id}`;
      const recorded = (response.body as Json[]).map(
        (one) => `${one["type"]} ${one["display_name"]} ${one["creator_id"] === known[0][0]}`,
      );
      const list = answer as Json[];
      return list.toSorted((a, b) => recorded.indexOf(nameOf(a)) - recorded.indexOf(nameOf(b)));
    },
    tolerated: () => TOLERATED,
  };

  /** The posts that the search of the recording found were older than it: edited replies among others. */
  async function livePast({ order, posts }: FoundPosts): Promise<[string, string][]> {
    const made: [string, string][] = [];
    const post = async (token: string, body: object) =>
      String((await call(sandbox, token, "POST", "/api/v4/posts?set_online=false", body)).body["id"]);
    for (const id of [...order].reverse()) {
      const { message, props, reply_count, root_id } = posts[id] as Json;
      const root = await post(alice.token, { channel_id: channel.id, message: "hi" });
      const reply = { channel_id: channel.id, root_id: root };
      const ownProps = JSON.parse(JSON.stringify(props).replace(known[0][0], bot.id)) as Json;
      const mine = await post(bot.token, { ...reply, message: "Hello!", props: ownProps });
      await call(sandbox, bot.token, "PUT", `/api/v4/posts/${mine}/patch`, { message });
      for (let n = 1; n < Number(reply_count); n++) await post(bot.token, { ...reply, message: "more" });
      made.push([id, mine], [String(root_id), root]);
    }
    return made;
  }
}

interface FoundPosts {
  readonly order: readonly string[];
  readonly posts: Readonly<Record<string, Json>>;
}

const OLD = readRecording("server-7.10");
const NEW = readRecording("server-10.11");

describe.each([
  {
    version: "7.10",
    recording: OLD,
    castOf: castOf710,
    began: 1795401900000,
    connections: ["a new connection", "a resumed connection", "a connection that can't be resumed"],
  },
  {
    version: "10.11",
    recording: NEW,
    castOf: castOf1011,
    began: 1795762941000,
    connections: ["a new connection"],
  },
])("a recorded session of $version, lived again", ({ recording, castOf, began, connections }) => {
  let sandbox: Sandbox;
  let replayed: Replayed;
  beforeAll(async () => {
    const cast = await castOf();
    sandbox = cast.sandbox;
    replayed = await replay(recording, cast);
  });
  afterAll(() => sandbox.close());

  const titled = recording.exchanges.map((line, index): [string, Line] => {
    const path = line.request.path.replace(/[a-z0-9]{26}/g, "…");
    return [`${index + 1}. ${line.request.method} ${path} ${line.note ?? ""}`.trim(), line];
  });

  test.each(titled)("%s: answered as recorded", (_, line) => {
    expect(replayed.answered.get(line)).toEqual([]);
  });

  test.each(connections.map((title, index) => [title, index] as const))(
    "%s gets the recorded frames in their order and no others",
    (_, index) => {
      const then = recording.connections[index] ?? [];
      const names = (all: readonly Json[]) => all.map((frame) => frame["event"] ?? "answer");
      // The recorder of 10.11 left the changes of status out, not their numbers.
      const isKept = (frame: Json) =>
        names(then).includes("status_change") || frame["event"] !== "status_change";
      const frames = (replayed.received[index] ?? []).filter(isKept);
      expect(names(frames)).toEqual(names(then));
      const tolerated = [...TOLERATED, ...TOLERATED_IN_CONFIG];
      expect(replayed.recorded.differences(then, frames, tolerated)).toEqual([]);
    },
  );

  test("times of the session come in the recorded order", () => {
    // What came before, the making of the accounts and channels, is not in the recording.
    expect(replayed.recorded.timeDisorder(began)).toEqual([]);
  });
});
