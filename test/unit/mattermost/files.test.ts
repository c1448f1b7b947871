import { expect, test } from "vitest";
import { MattermostError } from "../../../src/mattermost/error.ts";
import { connectRest } from "../../../src/mattermost/rest.ts";
import type { ChannelId, FileId, PostId } from "../../../src/mattermost/types.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { transportOf } from "../../support/fetch-transport.ts";

const FILE = "f" as FileId;
const POST = "p" as PostId;
const CHANNEL = "c" as ChannelId;
const KIB = 1024;

interface Sent {
  readonly line: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** Answers in turn; an unexpected request fails the test. */
function serve(...answers: Response[]) {
  const sent: Sent[] = [];
  const clock = createFakeClock();
  const fakeFetch = async (url: string | URL | Request, init: RequestInit = {}) => {
    const { body } = init;
    sent.push({
      line: `${init.method} ${String(url).replace(/.*v4/, "")}`,
      headers: new Headers(init.headers),
      body: typeof body === "string" ? JSON.parse(body) : body,
    });
    const answer = answers.shift();
    if (answer === undefined) {
      throw new Error(`unexpected ${init.method} ${url}`);
    }
    return answer;
  };
  const options = { url: "https://example.com", token: "t", clock, random: () => 0.5 };
  const api = connectRest({ ...options, instance: "1-a", transport: transportOf(fakeFetch) });
  return { api, sent, clock };
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const post = { id: "new", channel_id: "c", root_id: "p", user_id: "u", message: "hi", create_at: 1 };

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "no error",
    (error: unknown) => (error instanceof MattermostError ? error : String(error)),
  );

/** A body of so many pieces, that tells how much of it was taken. */
function streamed(pieces: number, pieceBytes: number, headers: Record<string, string> = {}) {
  const seen = { pieces: 0, isLeft: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (seen.pieces === pieces) {
          return controller.close();
        }
        seen.pieces++;
        controller.enqueue(new Uint8Array(pieceBytes).fill(seen.pieces));
      },
      cancel() {
        seen.isLeft = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { seen, response: (status = 200) => new Response(body, { status, headers }) };
}

test.each([
  [1, 0],
  [1, 5],
  [3, 16 * KIB],
  [40 * KIB, 1],
])("a file in %i pieces of %i bytes comes whole, however its bytes come", async (pieces, pieceBytes) => {
  const size = pieces * pieceBytes;
  const { api } = serve(streamed(pieces, pieceBytes).response());
  const bytes = await api.file(FILE, size);
  expect(bytes).toHaveLength(size);
  const wrong = bytes.findIndex((byte, at) => byte !== (Math.floor(at / pieceBytes) + 1) % 256);
  expect(wrong).toBe(-1);
});

test.each(["2048", "100", "-7", "1.5", "3000"])(
  "a file of 2048 bytes comes whole, even when it says to have %s",
  async (length) => {
    const { api } = serve(streamed(2, KIB, { "content-length": length }).response());
    expect(await api.file(FILE, 4 * KIB)).toHaveLength(2048);
  },
);

test("of an answer that says to be endless nothing is read, and it is a bad one", async () => {
  const { seen, response } = streamed(1000, KIB, { "content-length": "1000000000000000" });
  const { api } = serve(response());
  expect(await failure(api.me())).toMatchObject({ code: "bad-answer" });
  expect(seen).toEqual({ pieces: 0, isLeft: true });
});

test("an answer without end is left before it fills the memory, and never means that a post is too long", async () => {
  const endless = () => streamed(200, KIB * KIB);
  const [one, other] = [endless(), endless()];
  const { api } = serve(one.response(), other.response());
  expect(await failure(api.me())).toMatchObject({ code: "bad-answer", status: 200 });
  const words = { channelId: CHANNEL, rootId: POST, message: "hi", pendingPostId: "x" };
  expect(await failure(api.createPost(words))).toMatchObject({ code: "bad-answer" });
  expect([one, other].map(({ seen }) => seen)).toEqual(Array(2).fill({ pieces: 65, isLeft: true }));
});

test("a file without a body is empty", async () => {
  const { api } = serve(new Response(null));
  expect(await api.file(FILE, 0)).toHaveLength(0);
});

test("of a file that says to be too large nothing is read, and it is asked for once", async () => {
  const { seen, response } = streamed(1000, KIB, { "content-length": "1024000" });
  const { api, sent } = serve(response());
  expect(await failure(api.file(FILE, 1000 * KIB - 1))).toMatchObject({
    code: "too-large",
    status: 200,
    message: "Could not download a file: it is larger than 1023999 bytes.",
  });
  expect(seen).toEqual({ pieces: 0, isLeft: true });
  expect(sent).toHaveLength(1);
});

test.each([
  ["says nothing of its size", {}],
  ["says to be small", { "content-length": "10" }],
  ["says what is no number", { "content-length": "ten" }],
])("a file without end that %s is left once it is too large", async (_title, headers) => {
  const { seen, response } = streamed(Number.POSITIVE_INFINITY, 64 * KIB, headers);
  const { api } = serve(response());
  expect(await failure(api.file(FILE, 3 * KIB * KIB))).toMatchObject({
    code: "too-large",
    message: "Could not download a file: it is larger than 3 MB.",
  });
  // 48 pieces are 3 MB.
  expect(seen).toEqual({ pieces: 49, isLeft: true });
});

test("a refusal without end is not the server's, and is left", async () => {
  const { seen, response } = streamed(Number.POSITIVE_INFINITY, 64 * KIB);
  const { api } = serve(response(403));
  expect(await failure(api.me())).toMatchObject({ code: "bad-answer", serverId: undefined });
  expect(seen).toEqual({ pieces: 2, isLeft: true });
});

test("a small limit keeps no refusal's id from being read", async () => {
  const { api } = serve(json({ id: "app.file_info.get.app_error", message: "m", status_code: 404 }, 404));
  expect(await failure(api.file(FILE, 3))).toMatchObject({
    code: "not-found",
    serverId: "app.file_info.get.app_error",
  });
});

test("an upload is a form whose channel comes before the file, and gives the file's id", async () => {
  const { api, sent } = serve(json({ file_infos: [{ id: "new", name: "a b.diff" }], client_ids: [] }, 201));
  expect(await api.uploadFile(CHANNEL, "a b.diff", new Uint8Array([1, 2, 3]))).toBe("new");
  const [{ line, headers, body } = { line: "", headers: new Headers(), body: undefined }] = sent;
  expect(line).toBe("POST /files");
  // As any server reads it.
  const fields = [...(await new Response(body as Uint8Array<ArrayBuffer>, { headers }).formData()).entries()];
  expect(fields.map(([name]) => name)).toEqual(["channel_id", "files"]);
  expect(fields[0]?.[1]).toBe("c");
  const file = fields[1]?.[1];
  if (typeof file !== "object") {
    throw new Error("no file");
  }
  expect(file.name).toBe("a b.diff");
  expect([...new Uint8Array(await file.arrayBuffer())]).toEqual([1, 2, 3]);
});

test.each([
  ["none", { file_infos: [], client_ids: [] }],
  ["two", { file_infos: [{ id: "a" }, { id: "b" }] }],
  ["one that would lead elsewhere", { file_infos: [{ id: "../users/me" }] }],
  ["one without an id", { file_infos: [{}] }],
  ["null", null],
])("an upload that is answered with %s is a bad answer", async (_title, answer) => {
  const { api } = serve(json(answer, 201));
  expect(await failure(api.uploadFile(CHANNEL, "a", new Uint8Array()))).toMatchObject({ code: "bad-answer" });
});

test("an upload is tried again when the server fails, and sent once within a turn", async () => {
  const { api, sent, clock } = serve(
    json({}, 500),
    json({ file_infos: [{ id: "new" }] }, 201),
    json({}, 500),
  );
  const uploaded = api.uploadFile(CHANNEL, "a", new Uint8Array([1]));
  await clock.advance(1000);
  expect(await uploaded).toBe("new");
  expect(sent).toHaveLength(2);
  const slotRequest = { queue: "t", isUrgent: () => true };
  const once = api.inSlot(slotRequest, (turn) => turn.uploadFile(CHANNEL, "a", new Uint8Array([1])));
  expect(await failure(once)).toMatchObject({ code: "server" });
  expect(sent).toHaveLength(3);
});

test.each([
  ["Mattermost", "api.file.upload_file.too_large_detailed.app_error"],
  ["a proxy", undefined],
])("an upload that is too large for %s says so, and is not tried again", async (_who, id) => {
  const { api, sent } = serve(
    id ? json({ id, message: "m", status_code: 413 }, 413) : new Response("<html>", { status: 413 }),
  );
  const error = await failure(api.uploadFile(CHANNEL, "a", new Uint8Array([1])));
  expect(error).toMatchObject({ code: "too-large", status: 413, serverId: id });
  expect(String(error)).toContain("larger than the server takes");
  expect(sent).toHaveLength(1);
});

test("a new post takes its files and its attachment along, and keeps its mark beside them", async () => {
  const { api, sent } = serve(json(post, 201), json(post, 201));
  const plain = { channelId: CHANNEL, rootId: POST, message: "hi", pendingPostId: "k" };
  await api.createPost({ ...plain, fileIds: [FILE], attachment: { color: "#aa0000", text: "**stop**" } });
  await api.createPost({ ...plain, fileIds: [], attachment: undefined });
  const body = { channel_id: "c", root_id: "p", message: "hi", pending_post_id: "k" };
  expect(sent.map((one) => one.body)).toEqual([
    {
      ...body,
      file_ids: ["f"],
      props: {
        mm_claude_pending_post_id: "k",
        mm_claude_instance: "1-a",
        attachments: [{ color: "#aa0000", text: "**stop**", fallback: "**stop**" }],
      },
    },
    { ...body, props: { mm_claude_pending_post_id: "k", mm_claude_instance: "1-a" } },
  ]);
});

test("an edit without an attachment leaves the props alone, and one with an attachment keeps the mark among them", async () => {
  const { api, sent } = serve(json(post), json(post));
  await api.editPost(POST, { message: "a", pendingPostId: "k" });
  await api.editPost(POST, {
    message: "b",
    pendingPostId: "k",
    attachment: { color: "#00aa00", text: "go" },
  });
  expect(sent.map((one) => one.body)).toEqual([
    { message: "a" },
    {
      message: "b",
      props: {
        mm_claude_pending_post_id: "k",
        mm_claude_instance: "1-a",
        attachments: [{ color: "#00aa00", text: "go", fallback: "go" }],
      },
    },
  ]);
});
