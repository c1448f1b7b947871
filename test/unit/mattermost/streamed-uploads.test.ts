// A file that is sent while it is read: the form, the tries, what ends it, and how long it may take.

import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { connectRest } from "../../../src/mattermost/rest.ts";
import { createTransport, type Transport } from "../../../src/mattermost/transport.ts";
import type { ChannelId, StreamedFile } from "../../../src/mattermost/types.ts";
import { createFakeClock, settle } from "../../support/fake-clock.ts";
import { transportOf } from "../../support/fetch-transport.ts";

const CHANNEL = "c" as ChannelId;
const KIB = 1024;

/** Counts how often it is opened and whether each opening was closed again. */
function fileOf(bytes: Uint8Array, { pieceBytes = 3, name = "a.bin" } = {}) {
  const seen = { opened: 0, closed: 0, pieces: 0 };
  const file: StreamedFile = {
    name,
    size: bytes.length,
    async *open() {
      seen.opened++;
      // One buffer for all pieces, as it may be.
      const buffer = Buffer.alloc(pieceBytes);
      try {
        for (let at = 0; at < bytes.length; at += pieceBytes) {
          const piece = bytes.subarray(at, at + pieceBytes);
          buffer.fill(0xee);
          buffer.set(piece);
          seen.pieces++;
          yield buffer.subarray(0, piece.length);
        }
      } finally {
        seen.closed++;
      }
    },
  };
  return { file, seen };
}

interface Sent {
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly at: number;
}

/** Answers in turn; an unexpected request fails the test. */
function serve(...answers: (Response | Error)[]) {
  const clock = createFakeClock();
  const sent: Sent[] = [];
  const transport = transportOf(async (url, { headers, body }) => {
    sent.push({ headers: new Headers(headers), body: body as Uint8Array<ArrayBuffer>, at: clock.now() });
    const answer = answers.shift() ?? new Error(`unexpected ${url}`);
    if (answer instanceof Error) {
      throw answer;
    }
    return answer;
  });
  return { clock, sent, api: apiOver(transport, clock) };
}

const apiOver = (transport: Transport, clock = createFakeClock()) =>
  connectRest({ url: "https://example.com", token: "t", clock, random: () => 0.5, transport });

const taken = () =>
  new Response(JSON.stringify({ file_infos: [{ id: "new" }], client_ids: [] }), { status: 201 });

/** What it rejects with. */
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => `no error: ${value}`,
    (error: unknown) => error,
  );

async function fieldsOf({ headers, body }: Sent): Promise<unknown[]> {
  const fields = [...(await new Response(body, { headers }).formData()).entries()];
  return Promise.all(
    fields.map(async ([name, value]) =>
      typeof value === "string" ? [name, value] : [name, value.name, Buffer.from(await value.arrayBuffer())],
    ),
  );
}

test.each([
  ["a few bytes", 10],
  ["nothing", 0],
])(
  "a file of %s is a form of a known length, whose channel comes before the file",
  async (_title, length) => {
    const bytes = randomBytes(length);
    const { file, seen } = fileOf(bytes, { name: 'ä "b".bin' });
    const { api, sent } = serve(taken());
    expect(await api.uploadStream(CHANNEL, file)).toBe("new");
    const [one] = sent;
    expect(one?.headers.get("content-length")).toBe(String(one?.body.length));
    expect(one && (await fieldsOf(one))).toEqual([
      ["channel_id", "c"],
      ["files", 'ä "b".bin', bytes],
    ]);
    expect(seen).toMatchObject({ opened: 1, closed: 1 });
  },
);

test("each try reads the file from its beginning", async () => {
  const bytes = randomBytes(10);
  const { file, seen } = fileOf(bytes);
  const { api, sent, clock } = serve(
    new Response("{}", { status: 500 }),
    new Error("ECONNRESET"),
    new Response("limit exceeded", { status: 429, headers: { "retry-after": "5" } }),
    taken(),
  );
  const id = api.uploadStream(CHANNEL, file);
  await clock.advance(60_000);
  expect(await id).toBe("new");
  expect(await Promise.all(sent.map(fieldsOf))).toEqual(
    Array(4).fill([
      ["channel_id", "c"],
      ["files", "a.bin", bytes],
    ]),
  );
  expect(seen).toMatchObject({ opened: 4, closed: 4 });
  const waited = (sent[3]?.at ?? 0) - (sent[2]?.at ?? 0);
  expect(waited).toBeGreaterThanOrEqual(5000);
  expect(waited).toBeLessThanOrEqual(7500);
});

test("a file that can't be read any more is not tried again, and the error is its own", async () => {
  const gone = new Error("EIO");
  const { api, sent } = serve(taken());
  const file: StreamedFile = {
    name: "a",
    size: 4,
    // biome-ignore lint/correctness/useYield: it fails before.
    async *open() {
      throw gone;
    },
  };
  expect(await failure(api.uploadStream(CHANNEL, file))).toBe(gone);
  expect(sent).toEqual([]);
});

test.each([
  ["more", 9],
  ["fewer", 11],
])("of a file that has %s bytes than it said no whole form is sent", async (_title, size) => {
  const { file, seen } = fileOf(new Uint8Array(10));
  const { api, sent } = serve(taken());
  const error = await failure(api.uploadStream(CHANNEL, { ...file, size }));
  expect(String(error)).toContain("another size");
  expect(sent).toEqual([]);
  expect(seen).toMatchObject({ opened: 1, closed: 1 });
});

test("whoever gives up waits neither for the next try, nor for a slot, nor for the answer", async () => {
  const reason = new Error("no more");
  const between = serve(new Response("{}", { status: 500 }));
  const giveUp = new AbortController();
  const waiting = failure(between.api.uploadStream(CHANNEL, fileOf(randomBytes(9)).file, giveUp.signal));
  await settle();
  expect(between.sent).toHaveLength(1);
  giveUp.abort(reason);
  expect(await waiting).toBe(reason);
  await between.clock.advance(60_000);
  expect(between.sent).toHaveLength(1);

  // Two are under way and never answered: others of their kind wait, all else goes on.
  const urls: string[] = [];
  const api = apiOver(({ url, signal }) => {
    urls.push(url.replace(/.*v4/, ""));
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")));
    });
  });
  const controllers = [0, 1, 2].map(() => new AbortController());
  const outcomes = controllers.map(({ signal }) =>
    failure(api.uploadStream(CHANNEL, fileOf(randomBytes(9)).file, signal)),
  );
  void api.me().catch(() => {});
  await settle();
  expect(urls).toEqual(["/files", "/files", "/users/me"]);
  for (const controller of controllers.toReversed()) controller.abort(reason);
  expect(await Promise.all(outcomes)).toEqual([reason, reason, reason]);
  await settle();
  expect(urls).toHaveLength(3);
  const early = AbortSignal.abort(reason);
  expect(await failure(api.uploadStream(CHANNEL, fileOf(randomBytes(9)).file, early))).toBe(reason);
});

test("a slow file may take as long as something of it is taken each minute, and is given up otherwise", async () => {
  const clock = createFakeClock();
  const steps = [50_000, 50_000, 50_000, 70_000];
  let ends = 0;
  const api = connectRest({
    url: "https://example.com",
    token: "t",
    clock,
    tries: 1,
    async transport({ body, signal }) {
      const pieces = typeof body === "function" ? body() : [];
      const stopped = new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
      const send = async (): Promise<never> => {
        for await (const _piece of pieces) {
          await new Promise<void>((resolve) => clock.setTimeout(resolve, steps.shift() ?? 0));
        }
        throw new Error("all was sent");
      };
      return Promise.race([send(), stopped]).finally(() => ends++);
    },
  });
  const outcome = failure(api.uploadStream(CHANNEL, fileOf(randomBytes(30)).file));
  await clock.advance(50_000 * 3 + 59_999);
  expect(ends).toBe(0);
  await clock.advance(1);
  expect(ends).toBe(1);
  expect(await outcome).toMatchObject({
    code: "unreachable",
    message: expect.stringContaining("no answer within 60 s") as string,
  });
  await clock.advance(60_000);
});

async function realServer(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const sockets: Socket[] = [];
  const server = createServer(answer);
  server.on("connection", (socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const connect = (tries: number) =>
    connectRest({ url, token: "t", tries, random: () => 0.01, transport: createTransport() });
  return { connect, sockets };
}

const created = (response: ServerResponse): void => {
  response.writeHead(201, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ file_infos: [{ id: "new" }], client_ids: [] }));
};

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

test("over a real connection every byte comes, also where pieces share one buffer", async () => {
  const bytes = randomBytes(700 * KIB);
  let length = "";
  const hash = createHash("sha256");
  const { connect } = await realServer((request, response) => {
    length = request.headers["content-length"] ?? "";
    let got = Buffer.alloc(0);
    request.on("data", (piece: Buffer) => {
      got = Buffer.concat([got, piece]);
    });
    request.on("end", () => {
      const from = got.indexOf("\r\n\r\n", got.indexOf("filename=")) + 4;
      hash.update(got.subarray(from, from + bytes.length));
      expect(String(got.length)).toBe(length);
      created(response);
    });
  });
  const { file } = fileOf(bytes, { pieceBytes: 64 * KIB });
  expect(await connect(1).uploadStream(CHANNEL, file)).toBe("new");
  expect(hash.digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
});

test("no more is read of a file than the server takes", async () => {
  const stalled: IncomingMessage[] = [];
  const { connect } = await realServer((request) => stalled.push(request.pause()));
  const { file, seen } = fileOf(new Uint8Array(64 * KIB * KIB), { pieceBytes: 64 * KIB });
  const controller = new AbortController();
  const outcome = failure(connect(1).uploadStream(CHANNEL, file, controller.signal));
  for (let before = 0; seen.pieces === 0 || seen.pieces !== before; await pause(200)) {
    before = seen.pieces;
  }
  // The rest is what the system's own buffers hold.
  expect(seen.pieces).toBeLessThan(500);
  controller.abort(new Error("no more"));
  expect(String(await outcome)).toContain("no more");
  await expect.poll(() => seen).toMatchObject({ opened: 1, closed: 1 });
});

test("an answer before the file's end ends the reading and the connection", async () => {
  const requests: IncomingMessage[] = [];
  const { connect } = await realServer((request, response) => {
    requests.push(request.pause());
    response.writeHead(413, { "Content-Type": "text/html" });
    response.end("<html>too large</html>");
  });
  const { file, seen } = fileOf(new Uint8Array(64 * KIB * KIB), { pieceBytes: 64 * KIB });
  expect(await failure(connect(4).uploadStream(CHANNEL, file))).toMatchObject({
    code: "too-large",
    status: 413,
  });
  expect(seen).toMatchObject({ opened: 1, closed: 1 });
  expect(seen.pieces).toBeLessThan(500);
  expect(requests).toHaveLength(1);
  // What was on its way comes, and then the end.
  const [request] = requests;
  const closed = new Promise((resolve) => request?.socket.once("close", resolve));
  request?.resume();
  await closed;
});

test("a connection that breaks in the middle is tried again with another one", async () => {
  let count = 0;
  const { connect, sockets } = await realServer((request, response) => {
    if (++count < 3) {
      request.once("data", () => request.socket.resetAndDestroy());
    } else {
      request.resume().on("end", () => created(response));
    }
  });
  const { file, seen } = fileOf(randomBytes(900 * KIB), { pieceBytes: 64 * KIB });
  const api = connect(4);
  expect(await api.uploadStream(CHANNEL, file)).toBe("new");
  expect(seen).toMatchObject({ opened: 3, closed: 3 });
  expect(sockets).toHaveLength(3);
});
