// Lives a recorded session of a real server again, by the same people in the same order, and keeps what the sandbox
// answered beside what was recorded. Knows no particular recording.
import { readFileSync } from "node:fs";
import { expect, vi } from "vitest";
import type { Sandbox } from "../../sandbox/server/sandbox.ts";
import { createRecorded, type Recorded, type Tolerances } from "./recorded-shape.ts";
import { bearer, call, connect, type Json, type SocketPeer } from "./sandbox-client.ts";

export interface Line {
  readonly kind: "rest" | "ws-open" | "ws-in" | "ws-out";
  readonly ms: number;
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

export interface Recording {
  readonly lines: readonly Line[];
  readonly exchanges: readonly Line[];
  /** The frames of each connection. */
  readonly connections: readonly (readonly Json[])[];
}

export function readRecording(name: string): Recording {
  const lines = readFileSync(new URL(`../fixtures/mattermost/${name}.ndjson`, import.meta.url), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  const connections: Json[][] = [];
  for (const line of lines) {
    if (line.kind === "ws-open" || (line.kind === "ws-in" && connections.length === 0)) connections.push([]);
    if (line.kind === "ws-in") connections.at(-1)?.push(line.frame);
  }
  return { lines, exchanges: lines.filter((line) => line.kind === "rest"), connections };
}

export interface Cast {
  readonly sandbox: Sandbox;
  /** The account whose socket it is. */
  readonly bot: { readonly id: string; readonly token: string };
  readonly tokens: Readonly<Record<string, string>>;
  /** Ids of the recording, and what has their place here. */
  readonly known: readonly (readonly [recorded: string, here: string])[];
  readonly channelId: string;
  /** The uploaded file's text, which recordings leave out. */
  readonly upload: string;
  /** Time passes as it did: so many milliseconds since the beginning. */
  readonly pass?: (ms: number) => void;
  /** Done where the recording has only the effect. */
  readonly after?: (line: Line, hands: { readonly leave: () => Promise<void> }) => Promise<void>;
  /** Puts lists that the server sorts by what can't be the same here into the recorded order. */
  readonly arrange?: (line: Line, answer: unknown) => unknown;
  readonly tolerated: (line: Line) => Tolerances;
}

export interface Replayed {
  readonly recorded: Recorded;
  /** The differences of each answer. */
  readonly answered: ReadonlyMap<Line, readonly string[]>;
  /** The frames each connection got. */
  readonly received: readonly (readonly Json[])[];
}

export async function replay({ lines, connections }: Recording, cast: Cast): Promise<Replayed> {
  const { sandbox, bot, tokens, arrange = (_, answer) => answer } = cast;
  const recorded = createRecorded();
  const answered = new Map<Line, string[]>();
  const received: Json[][] = [];
  let socket: SocketPeer | undefined;
  for (const [there, here] of cast.known) recorded.learnId(there, here);

  async function leave(): Promise<void> {
    if (!socket) return;
    await socket.settle();
    socket.cut();
    await vi.waitFor(() => expect(sandbox.state.status(bot.id)).toBe("offline"), 20_000);
    socket = undefined;
  }

  async function open(query: string): Promise<void> {
    await leave();
    socket = await connect(sandbox, bearer(bot.token), recorded.here(query));
    received.push(socket.frames);
    // The connection's id is needed for the resume.
    const first = connections[received.length - 1]?.[0];
    if (first?.["event"] === "hello") {
      await socket.settle();
      const idOf = (frame: Json) => String((frame["data"] as Json)["connection_id"]);
      recorded.learnId(idOf(first), idOf(socket.frames[0] ?? {}));
    }
  }

  /** What the recording shortens or leaves out. */
  function requestBody({ request }: Line): unknown {
    if (request.path === "/api/v4/files") {
      const form = new FormData();
      form.append("channel_id", cast.channelId);
      form.append("files", new Blob([cast.upload]), "notes.txt");
      return form;
    }
    if (request.body === undefined || request.body === null) return undefined;
    const body = JSON.parse(recorded.here(JSON.stringify(request.body))) as unknown;
    const message = Array.isArray(body) ? "" : String((body as Json)["message"]);
    const [, character, times] = /^(.) repeated (\d+) times$/.exec(message) ?? [];
    return character === undefined ? body : { ...(body as Json), message: character.repeat(Number(times)) };
  }

  async function exchange(line: Line): Promise<void> {
    const url = recorded.here(line.request.path).replace(/since=(\d+)/, (_, time) => {
      return `since=${recorded.timeHere(Number(time))}`;
    });
    const body = requestBody(line);
    const answer = await call(sandbox, tokens[line.as] ?? "", line.request.method, url, body);
    const { status, headers = {} } = line.response;
    // The recorder left some bodies out.
    const differences =
      line.response.body === null
        ? []
        : recorded.differences(line.response.body, arrange(line, answer.body), cast.tolerated(line));
    if (answer.status !== status) differences.push(`status ${answer.status} instead of ${status}`);
    for (const [name, value] of Object.entries(headers)) {
      if (answer.headers.get(name) !== value) differences.push(`${name}: ${answer.headers.get(name)}`);
    }
    answered.set(line, differences);
  }

  if (lines[0]?.kind === "ws-in") await open("");
  for (const line of lines) {
    cast.pass?.(line.ms);
    if (line.kind === "ws-open") await open(new URL(line.url, "http://x").search);
    if (line.kind === "rest") await exchange(line);
    if (line.kind === "ws-out") socket?.send(JSON.parse(recorded.here(JSON.stringify(line.frame))));
    if (line.kind === "ws-in" && line.frame["seq_reply"] !== undefined) {
      await socket?.seen((frame) => frame["seq_reply"] === line.frame["seq_reply"]);
    }
    await cast.after?.(line, { leave });
  }
  await leave();
  return { recorded, answered, received };
}
