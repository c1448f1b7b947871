// The recorded session of a real 7.10 server, lived again by the same people in the same order against the sandbox.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Sandbox, startSandbox } from "../../src/sandbox/server/sandbox.ts";
import { createRecorded, type Tolerances } from "../support/recorded-shape.ts";
import { bearer, call, connect, type Json, type SocketPeer } from "../support/sandbox-client.ts";

interface Line {
  readonly kind: "rest" | "ws-open" | "ws-in" | "ws-out";
  readonly as: string;
  readonly note?: string;
  readonly url: string;
  readonly frame: Json;
  readonly request: { readonly method: string; readonly path: string; readonly body?: unknown };
  readonly response: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
}

const lines = readFileSync(new URL("../fixtures/mattermost/server-7.10.ndjson", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Line);
const exchanges = lines.filter((line) => line.kind === "rest");
const recordedConnections = lines.reduce<Json[][]>((all, line) => {
  if (line.kind === "ws-open") all.push([]);
  if (line.kind === "ws-in") all.at(-1)?.push(line.frame);
  return all;
}, []);

/** Every difference that is let through, and why. */
const CHANNEL_PAST = "the recorded channels had a past of their own";
const TOLERATED: Tolerances = [
  { at: /\.last_(root_)?post_at$/, allow: "anyValueOfThisType", because: CHANNEL_PAST },
  { at: /\.total_msg_count(_root)?$/, allow: "anyValueOfThisType", because: CHANNEL_PAST },
  {
    at: /^\[\d\]\.name$/,
    allow: "otherOrderOfParts",
    because: "a direct channel's name is its members' ids, sorted, and the ids differ",
  },
  {
    at: /\.data\.server_version$/,
    allow: "anyValueOfThisType",
    because: "the sandbox says that it is one",
  },
];
const TOLERATED_IN_CONFIG: Tolerances = [
  {
    at: /^\.(SiteURL|InstallationDate|MaxFileSize)$/,
    allow: "anyValueOfThisType",
    because: "they are this server's own: its address, its start, what it keeps in memory",
  },
  {
    at: /^\.[A-Z]/,
    allow: "missing",
    because: "of some 200 settings the sandbox tells those that clients of this kind read",
  },
];

/** What the recording shortens. */
function requestBody({ request }: Line): unknown {
  if (request.path === "/api/v4/files") {
    const form = new FormData();
    form.append("channel_id", recorded.here(CHANNEL));
    form.append("files", new Blob(["hello"]), "notes.txt");
    return form;
  }
  if (request.body === undefined || request.body === null) return undefined;
  const body = JSON.parse(recorded.here(JSON.stringify(request.body))) as Record<string, unknown>;
  const [, character, times] = /^(.) repeated (\d+) times$/.exec(String(body["message"])) ?? [];
  return character === undefined ? body : { ...body, message: character.repeat(Number(times)) };
}

const CHANNEL = "59r731ty1tgfmgi8dzzuhw8njw";
const SESSION_BEGAN = 1795401900000;
const recorded = createRecorded();
const answered = new Map<Line, string[]>();
const received: Json[][] = [];
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ usernameOverride: false });
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
  for (const user of [admin, bot, alice]) sandbox.addMember(channel.id, user.id);
  const hook = sandbox.createWebhook({ userId: admin.id, channelId: channel.id, displayName: "h" });
  await call(sandbox, bot.token, "POST", "/api/v4/channels/direct", [admin.id, bot.id]);
  for (const [there, here] of [
    ["oo6caazrjjb7udffjpgxnbc1pr", bot.id],
    ["8f7db4f9aiyomfid6z7boke9ry", alice.id],
    ["bfmq4ze5wf8qicgfm58djutomc", bob.id],
    ["difhokgu8tbsx8unw77j149epr", admin.id],
    ["4xdmyc3bdtfh3gaez4z9uf1aoy", team.id],
    [CHANNEL, channel.id],
  ] as const) {
    recorded.learnId(there, here);
  }
  const tokens: Readonly<Record<string, string>> = { bot: bot.token, alice: alice.token, nobody: "x" };

  let socket: SocketPeer | undefined;

  async function leave(): Promise<void> {
    if (!socket) return;
    await socket.settle();
    socket.cut();
    await vi.waitFor(() => expect(sandbox.state.status(bot.id)).toBe("offline"));
    socket = undefined;
  }

  async function open(url: string): Promise<void> {
    await leave();
    socket = await connect(sandbox, bearer(bot.token), recorded.here(new URL(url, "http://x").search));
    received.push(socket.frames);
    // The connection's id is needed for the resume.
    const first = recordedConnections[received.length - 1]?.[0];
    if (first?.["event"] === "hello") {
      await socket.settle();
      const idOf = (frame: Json) => String((frame["data"] as Json)["connection_id"]);
      recorded.learnId(idOf(first), idOf(socket.frames[0] ?? {}));
    }
  }

  async function exchange(line: Line): Promise<void> {
    const { method, path } = line.request;
    const url = recorded.here(path).replace(/since=(\d+)/, (_, time) => {
      return `since=${recorded.timeHere(Number(time))}`;
    });
    const answer = await call(sandbox, tokens[line.as] ?? "", method, url, requestBody(line));
    const tolerate = path.includes("/config/client") ? TOLERATED_IN_CONFIG : TOLERATED;
    const differences = recorded.differences(line.response.body, answer.body, tolerate);
    if (answer.status !== line.response.status) {
      differences.push(`status ${answer.status} instead of ${line.response.status}`);
    }
    for (const [name, value] of Object.entries(line.response.headers ?? {})) {
      if (answer.headers.get(name) !== value) differences.push(`${name}: ${answer.headers.get(name)}`);
    }
    answered.set(line, differences);
  }

  for (const line of lines) {
    if (line.kind === "ws-open") await open(line.url);
    if (line.kind === "rest") await exchange(line);
    if (line.kind === "ws-out") socket?.send(JSON.parse(recorded.here(JSON.stringify(line.frame))));
    if (line.kind !== "ws-in") continue;
    if (line.frame["seq_reply"] !== undefined) {
      await socket?.seen((frame) => frame["seq_reply"] === line.frame["seq_reply"]);
    }
    if (line.note?.includes("incoming webhook")) {
      // The request itself is not in the recording. After its event the bot's socket was cut.
      await call(sandbox, "", "POST", new URL(hook.url).pathname, { text: "@claude-code do something" });
      await leave();
    }
  }
  await leave();
});

afterAll(() => sandbox.close());

describe("a recorded session, lived again", () => {
  const titled = exchanges.map((line, index) => {
    const path = line.request.path.replace(/[a-z0-9]{26}/g, "…");
    return [`${index + 1}. ${line.request.method} ${path} ${line.note ?? ""}`.trim(), line] as const;
  });

  test.each(titled)("%s: answered as recorded", (_, line) => {
    expect(answered.get(line)).toEqual([]);
  });

  test.each([
    ["a new connection", 0],
    ["a resumed connection", 1],
    ["a connection that can't be resumed", 2],
  ])("%s gets the recorded frames in their order and no others", (_, index) => {
    const frames = received[index] ?? [];
    const names = (all: readonly Json[]) => all.map((frame) => frame["event"] ?? "answer");
    expect(names(frames)).toEqual(names(recordedConnections[index] ?? []));
    expect(recorded.differences(recordedConnections[index], frames, TOLERATED)).toEqual([]);
  });

  test("times of the session come in the recorded order", () => {
    // What came before, the making of the accounts and channels, is not in the recording.
    expect(recorded.timeDisorder(SESSION_BEGAN)).toEqual([]);
  });
});
