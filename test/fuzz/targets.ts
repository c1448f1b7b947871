// What reads from outside, each with recorded traffic to begin with and a judge: what is read goes on into what acts on
// it, and nothing may be thrown but the errors that have a name.

import { readFileSync } from "node:fs";
import { type Decoded, Decoder } from "../../src/claude/decode.ts";
import { MattermostError } from "../../src/mattermost/error.ts";
import { decodeFrame } from "../../src/mattermost/frame.ts";
import { connectRest } from "../../src/mattermost/rest.ts";
import type { ChannelId, MattermostApi, PostId, UserId } from "../../src/mattermost/types.ts";
import { decodeSnapshot } from "../../src/session/snapshot.ts";
import { recordingNames } from "../support/claude-recording.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { transportOf } from "../support/fetch-transport.ts";
import { createRouterWorld } from "../support/router-world.ts";
import { OWNER, working } from "../support/session-script.ts";

export interface Target {
  readonly name: string;
  readonly samples: readonly string[];
  /** Takes one mutated text. Gives one word for what became of it; throws when something is wrong. */
  readonly take: (text: string) => Promise<string> | string;
}

const ndjson = (path: string): Record<string, unknown>[] =>
  readFileSync(new URL(`../fixtures/${path}`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

export function createTargets(): readonly Target[] {
  return [socketFrames(), restBodies(), claudeLines(), documents()];
}

function socketFrames(): Target {
  const samples = ndjson("mattermost/server-7.10.ndjson")
    .filter(({ kind }) => kind === "ws-in")
    .map(({ frame }) => JSON.stringify(frame));
  let world = createRouterWorld({ isOpenToAll: true });
  let taken = 0;
  return {
    name: "socket frames",
    samples,
    async take(text) {
      const frame = decodeFrame(text);
      if (frame === undefined) return "no frame";
      if (frame.kind !== "event") return frame.kind;
      // A world of its own now and then: what was heard is not heard again.
      if (++taken % 500 === 0) world = createRouterWorld({ isOpenToAll: true });
      await world.router.take(frame.event);
      const fault = world.causes.splice(0).find((cause) => !(cause instanceof MattermostError));
      if (fault !== undefined) throw fault;
      return frame.event.type;
    },
  };
}

function restBodies(): Target {
  const samples = ndjson("mattermost/server-7.10.ndjson")
    .filter(({ kind }) => kind === "rest")
    .map(({ response }) => JSON.stringify((response as { body: unknown }).body) ?? "");
  let body = "";
  let headers: Record<string, string> = {};
  const api = connectRest({
    url: "http://server",
    token: "token",
    tries: 1,
    clock: createFakeClock(),
    transport: transportOf(async () => new Response(body, { status: 200, headers })),
  });
  const calls: ((api: MattermostApi) => Promise<unknown>)[] = [
    (one) => one.me(),
    (one) => one.usersByNames(["alice"]),
    (one) => one.statuses(["u" as UserId]),
    (one) => one.channel("c" as ChannelId),
    (one) => one.maxPostSize(),
    (one) => one.post("p" as PostId),
    (one) => one.thread("p" as PostId),
    (one) => one.postsSince("c" as ChannelId, 0),
    (one) => one.postsBefore("c" as ChannelId, "p" as PostId, 20),
    (one) => one.searchPosts("t", "words"),
    (one) => one.reactions("p" as PostId),
    (one) => one.isMember("c" as ChannelId, "u" as UserId),
    (one) =>
      one.createPost({
        channelId: "c" as ChannelId,
        rootId: "r" as PostId,
        message: "m",
        pendingPostId: "x",
      }),
  ];
  let turn = 0;
  return {
    name: "REST bodies",
    samples,
    async take(text) {
      body = text;
      // Never less than what lets the next one through: this is about reading, not about waiting.
      headers = {
        "x-ratelimit-limit": text.slice(0, 3).replace(/[^\x20-\x7e]/g, ""),
        "x-ratelimit-remaining": "9, 9",
      };
      const call = calls[turn++ % calls.length] ?? ((one: MattermostApi) => one.me());
      try {
        await call(api);
        return "understood";
      } catch (error) {
        if (error instanceof MattermostError) return error.code;
        throw error;
      }
    },
  };
}

function claudeLines(): Target {
  const samples = recordingNames().flatMap((name) =>
    ndjson(`claude/${name}.ndjson`)
      .filter(({ channel }) => channel === "stdout")
      .map(({ frame }) => JSON.stringify(frame)),
  );
  let decoder = new Decoder();
  let session = working();
  let taken = 0;
  return {
    name: "Claude lines",
    samples,
    take(text) {
      if (++taken % 200 === 0) {
        decoder = new Decoder();
        session = working();
      }
      const decoded = decoder.decode(text);
      for (const one of decoded) {
        if (one.type === "mcpToolAsked") session.claude(one.ask);
        else if (isEvent(one)) session.claude(one);
      }
      session.flush();
      if (session.state.phase.name !== "working") session.says(OWNER, "go on");
      return decoded.map(({ type }) => type)[0] ?? "nothing";
    },
  };
}

/** What the client keeps to itself. */
const INNER = [
  "skipped",
  "response",
  "unsupported",
  "mcpMessage",
  "mcpToolAsked",
  "lifecycle",
  "requestBegun",
  "silentTurn",
  "backgrounded",
  "shellKilled",
] as const;

type ClaudeSays = Exclude<Decoded, { readonly type: (typeof INNER)[number] }>;

function isEvent(decoded: Decoded): decoded is ClaudeSays {
  return !(INNER as readonly string[]).includes(decoded.type);
}

/** What lies on the disk may have been spoiled too. */
function documents(): Target {
  const session = working();
  const document = {
    version: 1,
    threadId: "t",
    sessionId: "3f0b1c1e-0000-4000-8000-000000000000",
    directory: "/",
    state: { ...session.state, turn: {}, participants: {}, speakers: {} },
    writer: { entries: [], writes: [] },
  };
  return {
    name: "stored documents",
    samples: [JSON.stringify(document)],
    take(text) {
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        return "no JSON";
      }
      return decodeSnapshot(value) === undefined ? "refused" : "read";
    },
  };
}
