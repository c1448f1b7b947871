// A post with a file is there with its file or not at all: what can't be shown in full must not be decided about.

import { expect, test } from "vitest";
import { writerWorld } from "../../support/writer-world.ts";

const attachment = { color: "#e8a33d", text: "yes or no" };
const file = { name: "a.sh", text: "rm x" };

test.each(["rejected", "forbidden", "too-large", "not-found"] as const)(
  "a file that is refused (%s) leaves no post, and whoever asked is told at once",
  async (code) => {
    const { server, writer, posted, refusedFiles, lost, texts } = writerWorld();
    server.failNext("upload", code);
    writer.put("card", "see file", { attachment, file });
    writer.react({ key: "card" }, "+1");
    writer.react({ key: "card" }, "-1");
    writer.put("after", "after");
    await writer.idle();
    expect(refusedFiles).toEqual(["card"]);
    expect(texts()).toEqual(["after"]);
    expect(posted).toEqual(["after=p1"]);
    expect(server.calls).toEqual(["upload a.sh rm x", "create after"]);
    expect(lost).toEqual([]);
  },
);

test("the post is made again as it is asked for then, after what is to stand before it, with its reactions", async () => {
  const { server, writer, refusedFiles } = writerWorld();
  server.failNext("upload", "rejected");
  writer.put("card", "see file", { attachment, file });
  writer.react({ key: "card" }, "+1");
  await writer.idle();
  expect(refusedFiles).toEqual(["card"]);
  server.calls.length = 0;
  writer.put("card.1", "rm");
  writer.put("card", "x", { attachment });
  writer.react({ key: "card" }, "-1");
  await writer.idle();
  expect(server.calls).toEqual(["create rm", "create x▌yes or no", "react p2 -1"]);
});

test("a server that fails to keep a file a few times keeps it in the end", async () => {
  const { server, writer, clock, refusedFiles, texts } = writerWorld();
  server.failNext("upload", "server", "server");
  writer.put("card", "see file", { attachment, file });
  await clock.advance(10_000);
  expect(texts()).toEqual(["see file▌yes or no"]);
  expect(server.calls.at(-1)).toBe("create see file▌yes or no +f1");
  expect(refusedFiles).toEqual([]);
});

test.each(["server", "bad-answer", "unreachable"] as const)(
  "a file that always fails (%s) while all else is answered is refused soon: somebody waits for the card",
  async (code) => {
    const { server, writer, clock, refusedFiles, texts } = writerWorld();
    server.failAlways(/^upload/, code);
    writer.put("card", "see file", { attachment, file });
    writer.put("after", "after");
    await clock.advance(4000);
    expect(refusedFiles).toEqual(["card"]);
    expect(texts()).toEqual(["after"]);
  },
);

test("while the server is down no file is refused", async () => {
  const { server, writer, clock, refusedFiles, texts } = writerWorld();
  server.failAlways(/./, "unreachable");
  writer.put("card", "see file", { attachment, file });
  await clock.advance(600_000);
  server.failAlways(/./, undefined);
  await clock.advance(60_000);
  expect(refusedFiles).toEqual([]);
  expect(texts()).toEqual(["see file▌yes or no"]);
});

test("after a restart a card still comes with its file, or is refused", async () => {
  const first = writerWorld();
  first.server.failAlways(/^upload/, "unreachable");
  first.writer.put("card", "see file", { attachment, file });
  await first.clock.advance(0);
  const second = first.restart();
  await second.clock.advance(10_000);
  expect(second.refusedFiles).toEqual(["card"]);
  expect(second.writer.toJSON()).toEqual({ entries: [], writes: [] });
});
