// A channel that somebody archives, and unarchives again.

import { expect, test } from "vitest";
import type { ChannelId, ThreadId, UserId } from "../../../src/mattermost/types.ts";
import { ThreadWriter } from "../../../src/thread/writer.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { createFakeThreadApi } from "../../support/fake-thread-api.ts";

test("what is left to say in a channel that is archived is told to be so, waits, and is said when it can be", async () => {
  const clock = createFakeClock();
  const server = createFakeThreadApi();
  const told: string[] = [];
  const writer = new ThreadWriter({
    api: server.api,
    channelId: "channel" as ChannelId,
    threadId: "root" as ThreadId,
    botId: "bot" as UserId,
    clock,
    log: { debug: () => {}, info: () => {}, warn: (line) => void told.push(line), error: () => {} },
    onPosted: () => {},
    onFileRefused: () => {},
    onArchived: () => void told.push("archived"),
    onLost: (reason) => void told.push(`lost: ${reason}`),
  });
  writer.put("a", "one", {});
  await writer.idle();
  server.failAlways(/^(create|edit) /, "archived");
  writer.put("a", "one two", { isFinal: true });
  writer.put("b", "three", { isFinal: true });
  await clock.advance(3_600_000);
  expect([...new Set(told)]).toEqual([
    "archived",
    expect.stringMatching(/is delayed: .*: the channel is archived/),
  ]);
  server.failAlways(/^(create|edit) /, undefined);
  await clock.advance(60_000);
  await writer.idle();
  expect([...server.posts.values()]).toEqual(["one two", "three"]);
});
