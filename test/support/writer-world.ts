// A writer of one thread against the fake server, in fake time, and what it tells.

import type { ChannelId, ThreadId, UserId } from "../../src/mattermost/types.ts";
import { ThreadWriter } from "../../src/thread/writer.ts";
import type { WriterSnapshot } from "../../src/thread/writes.ts";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { createFakeThreadApi, type FakeThreadApi } from "./fake-thread-api.ts";
import { warningsTo } from "./logs.ts";

export interface WriterWorld {
  readonly server: FakeThreadApi;
  readonly clock: FakeClock;
  readonly writer: ThreadWriter;
  readonly posted: string[];
  readonly lost: string[];
  readonly refusedFiles: string[];
  readonly quarantine: string[];
  /** What whoever runs the daemon is warned of. */
  readonly logged: string[];
  /** What stands in the thread, post by post. */
  texts(): string[];
  /** mm-claude is stopped, and started again. */
  restart(): WriterWorld;
  /** What is asked for so far is kept, as a session does before any of it is done. */
  keep(): void;
  /** It is killed, and started again with what was kept last, by `keep` or because of what the writer told. */
  crash(): WriterWorld;
}

export function writerWorld(
  server = createFakeThreadApi(),
  clock = createFakeClock(),
  random: () => number = Math.random,
  saved?: WriterSnapshot,
): WriterWorld {
  const posted: string[] = [];
  const lost: string[] = [];
  const refusedFiles: string[] = [];
  const quarantine: string[] = [];
  const logged: string[] = [];
  const copy = (): WriterSnapshot => JSON.parse(JSON.stringify(writer.toJSON())) as WriterSnapshot;
  let kept = saved;
  const keep = (): void => {
    kept = copy();
  };
  const writer = new ThreadWriter(
    {
      api: server.api,
      channelId: "channel" as ChannelId,
      threadId: "root" as ThreadId,
      botId: "bot" as UserId,
      clock,
      log: warningsTo(logged),
      random,
      onPosted(key, id) {
        posted.push(`${key}=${id}`);
        keep();
      },
      onFileRefused(key) {
        refusedFiles.push(key);
        keep();
      },
      onQuarantined(key) {
        quarantine.push(key);
        keep();
      },
      onReplaced: keep,
      onLost: (reason) => lost.push(reason),
    },
    saved,
  );
  return {
    server,
    clock,
    writer,
    posted,
    lost,
    refusedFiles,
    quarantine,
    logged,
    texts: () => [...server.posts.values()],
    restart() {
      writer.close();
      return writerWorld(server, clock, random, copy());
    },
    keep,
    crash() {
      writer.close();
      return writerWorld(server, clock, random, kept);
    },
  };
}
