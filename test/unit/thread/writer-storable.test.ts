import { expect, test } from "vitest";
import type { ChannelId, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { ThreadWriter } from "../../../src/thread/writer.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { createFakeThreadApi } from "../../support/fake-thread-api.ts";

test("text that grows over the server's limit by what stands for characters it can't hold is written in parts", async () => {
  const fake = createFakeThreadApi();
  fake.limit = 4000;
  const clock = createFakeClock();
  const problems: string[] = [];
  const writer = new ThreadWriter({
    api: fake.api,
    clock,
    log: { debug() {}, info() {}, warn() {}, error: (line) => void problems.push(line) },
    channelId: "c" as ChannelId,
    threadId: "t" as ThreadId,
    botId: "bot" as UserId,
    onFileRefused: () => {},
    onPosted: () => {},
    onLost: (reason) => void problems.push(reason),
  });
  writer.put("a", "\0".repeat(900));
  writer.put("b", "next");
  await clock.advance(60_000);
  await writer.idle();
  expect(problems).toEqual([]);
  const texts = [...fake.posts.values()];
  expect(texts.at(-1)).toBe("next");
  expect(
    texts
      .slice(0, -1)
      .join("")
      .match(/⟨U\+0000⟩/g),
  ).toHaveLength(900);
});
