// What something before the server answers ends no thread: the write waits, and goes on.

import { expect, test } from "vitest";
import { connectRest } from "../../../src/mattermost/rest.ts";
import type { ChannelId, PostId, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { isDeleted, postsByPendingId } from "../../../src/thread/reading.ts";
import { ThreadWriter } from "../../../src/thread/writer.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { transportOf } from "../../support/fetch-transport.ts";
import { writerWorld } from "../../support/writer-world.ts";

const page = (status: number, headers: Record<string, string> = {}): Response =>
  new Response("<html>Blocked</html>", { status, headers: { "content-type": "text/html", ...headers } });

const PAGES: readonly [string, () => Response][] = [
  ...[400, 401, 403, 404, 405, 415, 501].map((status): [string, () => Response] => [
    `a page with ${status}`,
    () => page(status),
  ]),
  ["a redirect to a portal", () => page(302, { location: "https://portal.example/" })],
];

/** A server that takes everything, once `refusals` of the wanted requests have met `answer`. */
function world(isWanted: (line: string) => boolean, answer: () => Response, refusals: number) {
  const clock = createFakeClock();
  const lines: string[] = [];
  const lost: string[] = [];
  const refused: string[] = [];
  let left = refusals;
  let made = 0;
  const transport = transportOf(async (url, init) => {
    const line = `${init.method} ${String(url).replace(/.*v4/, "")}`;
    lines.push(line);
    if (isWanted(line) && left-- > 0) return answer();
    if (line === "POST /files") return Response.json({ file_infos: [{ id: "f" }] }, { status: 201 });
    if (line.endsWith("/thread")) return Response.json({ order: [], posts: {} });
    const post = {
      id: `p${++made}`,
      channel_id: "c",
      root_id: "t",
      user_id: "bot",
      message: "",
      create_at: 1,
    };
    return Response.json(post);
  });
  const api = connectRest({ url: "https://example.com", token: "t", transport, clock, random: () => 0.5 });
  const writer = new ThreadWriter({
    api,
    clock,
    log: { debug() {}, info() {}, warn() {}, error: (line) => void lost.push(line) },
    channelId: "c" as ChannelId,
    threadId: "t" as ThreadId,
    botId: "bot" as UserId,
    onFileRefused: (key) => void refused.push(key),
    onPosted: () => {},
    onLost: (reason) => void lost.push(reason),
  });
  return { clock, lines, lost, refused, writer, api };
}

test.each(PAGES)("a new post that meets %s is made later, and the thread goes on", async (_title, answer) => {
  const { clock, lines, lost, writer } = world((line) => line === "POST /posts", answer, 4);
  writer.put("a", "one");
  writer.put("b", "two");
  await clock.advance(120_000);
  await writer.idle();
  expect(lost).toEqual([]);
  expect(lines.filter((line) => line === "POST /posts")).toHaveLength(6);
});

test.each(PAGES)("an edit that meets %s is made later, in the same post", async (_title, answer) => {
  const { clock, lines, lost, writer } = world((line) => line.startsWith("PUT"), answer, 4);
  writer.put("a", "one");
  await clock.advance(0);
  writer.put("a", "one more");
  await clock.advance(120_000);
  await writer.idle();
  expect(lost).toEqual([]);
  expect(lines).toEqual(["POST /posts", ...Array.from({ length: 5 }, () => "PUT /posts/p1/patch")]);
});

test.each(PAGES)(
  "a file that always meets %s is refused: there is no post without it, and nothing is held up",
  async (_title, answer) => {
    const { clock, lines, lost, refused, writer } = world((line) => line === "POST /files", answer, 99);
    writer.put("a", "see the file", { file: { name: "a.diff", text: "+1" } });
    writer.put("b", "next");
    await clock.advance(10_000);
    expect(lost).toEqual([]);
    expect(refused).toEqual(["a"]);
    expect(lines.filter((line) => line === "POST /posts")).toHaveLength(1);
  },
);

test.each(PAGES)("whether a post or a thread is gone is not known from %s", async (_title, answer) => {
  const { api } = world(() => true, answer, 99);
  const asked = [
    isDeleted({ post: (id) => api.inSlot(CLAIM, (turn) => turn.post(id)) }, "p" as PostId),
    postsByPendingId(
      {
        thread: (id) => api.inSlot(CLAIM, (turn) => turn.thread(id)),
        isMember: (channelId, userId) => api.inSlot(CLAIM, (turn) => turn.isMember(channelId, userId)),
      },
      { channelId: "c" as ChannelId, threadId: "t" as ThreadId, botId: "bot" as UserId },
    ),
  ];
  for (const { status } of await Promise.allSettled(asked)) expect(status).toBe("rejected");
});

const CLAIM = { queue: "t", isUrgent: () => true };

test("a post that is too large for a proxy goes in parts", async () => {
  const { clock, lines, lost, writer } = world(
    (line) => line === "POST /posts",
    () => page(413),
    2,
  );
  writer.put("a", "word ".repeat(3000));
  await clock.advance(120_000);
  await writer.idle();
  expect(lost).toEqual([]);
  expect(lines.filter((line) => line === "POST /posts").length).toBeGreaterThan(4);
});

test("a refusal that comes of being taken out of the channel ends nothing: it is written once the account is back", async () => {
  const { server, writer, clock, lost, texts } = writerWorld();
  server.isAway = true;
  server.failAlways(/^create /, "forbidden");
  writer.put("page", "one");
  await clock.advance(120_000);
  expect(lost).toEqual([]);
  server.isAway = false;
  server.failAlways(/^create /, undefined);
  await clock.advance(60_000);
  expect(texts()).toEqual(["one"]);
});

test("an account that is back before it is asked about ends nothing either", async () => {
  const { server, writer, clock, lost, texts } = writerWorld();
  server.failNext("create", "forbidden");
  writer.put("page", "one");
  await clock.advance(60_000);
  expect(lost).toEqual([]);
  expect(texts()).toEqual(["one"]);
});
