// A server that turns writes away for a minute, several threads that write to it through the real writer, budget and
// HTTP, and what people saw of it; all in fake time.

import { connectRest } from "../../src/mattermost/rest.ts";
import type { Transport } from "../../src/mattermost/transport.ts";
import type { ChannelId, ThreadId, UserId } from "../../src/mattermost/types.ts";
import { ThreadWriter } from "../../src/thread/writer.ts";
import { createFakeClock } from "./fake-clock.ts";
import { quietLog } from "./logs.ts";

export const RETRY_AFTER_MS = 1000;
const STORM_MS = 60_000;
const WORD_EVERY_MS = 400;
const WORDS_IN_A_POST = 20;

export interface Storm {
  /** How long each write that was taken had waited, in milliseconds, and how often it had been turned away. */
  readonly waits: readonly { readonly ms: number; readonly refusals: number }[];
  /** The longest between two tries of a thread that had something to write. */
  readonly longestGapMs: number;
  /** How long after the storm's end everything was shown; undefined when it was not within ten seconds. */
  readonly shownAfterMs: number | undefined;
}

/** `share` of the writes is turned away. */
export async function playStorm(random: () => number, share: number, threadCount: number): Promise<Storm> {
  const clock = createFakeClock();
  const begun = clock.now();
  const posts = new Map<string, { readonly thread: string; message: string }>();
  const waiting = new Map<string, { since: number; triedAt: number; refusals: number } | undefined>();
  const begin = (thread: string): void =>
    void waiting.set(thread, { since: clock.now(), triedAt: clock.now(), refusals: 0 });
  const waits: { ms: number; refusals: number }[] = [];
  let longestGapMs = 0;

  const transport: Transport = async ({ url, method, body }) => {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 10 + random() * 40));
    const json = JSON.parse(String(body)) as { root_id?: string; message: string };
    const edited = /posts\/(\w+)\/patch/.exec(url)?.[1];
    const thread = json.root_id ?? posts.get(edited ?? "")?.thread ?? "";
    const wait = waiting.get(thread);
    if (wait) {
      longestGapMs = Math.max(longestGapMs, clock.now() - wait.triedAt);
      wait.triedAt = clock.now();
    }
    if (clock.now() - begun < STORM_MS && random() < share) {
      if (wait) wait.refusals++;
      return reply(429, "limit exceeded", { "retry-after": "1" });
    }
    const id = edited ?? `p${posts.size}`;
    const post = posts.get(id) ?? { thread, message: "" };
    post.message = json.message;
    posts.set(id, post);
    if (wait) {
      waits.push({ ms: clock.now() - wait.since, refusals: wait.refusals });
    }
    waiting.delete(thread);
    if (!isShown(thread)) {
      begin(thread);
    }
    const wire = {
      id,
      channel_id: "c",
      root_id: thread,
      user_id: "bot",
      message: post.message,
      create_at: 1,
    };
    return reply(method === "POST" ? 201 : 200, JSON.stringify(wire), {});
  };

  const api = connectRest({ url: "https://example.com", token: "t", transport, clock, random });
  const threads = Array.from({ length: threadCount }, (_, index) => `t${index}`);
  const wanted = new Map<string, string[]>(threads.map((thread) => [thread, []]));
  const writers = new Map(
    threads.map((thread) => [
      thread,
      new ThreadWriter({
        api,
        clock,
        log: quietLog,
        channelId: "c" as ChannelId,
        threadId: thread as ThreadId,
        botId: "bot" as UserId,
        onFileRefused: () => {},
        onPosted: () => {},
        onLost: () => {},
      }),
    ]),
  );
  const shown = (thread: string): string[] =>
    [...posts.values()].filter((post) => post.thread === thread).map((post) => post.message);
  const isShown = (thread: string): boolean =>
    JSON.stringify(shown(thread)) === JSON.stringify(wanted.get(thread));
  const speak = (thread: string, count: number): void => {
    const texts = wanted.get(thread) ?? [];
    const at = Math.floor(count / WORDS_IN_A_POST);
    texts[at] = `${texts[at] ?? ""}${texts[at] === undefined ? "" : " "}${thread}-${count}`;
    if (!waiting.has(thread)) {
      begin(thread);
    }
    writers.get(thread)?.put(`page${at}`, texts[at] ?? "", { isProgress: true });
    if (clock.now() - begun < STORM_MS) {
      clock.setTimeout(() => speak(thread, count + 1), WORD_EVERY_MS * (0.5 + random()));
    }
  };
  for (const thread of threads) {
    speak(thread, 0);
  }
  await clock.advance(STORM_MS);
  let shownAfterMs: number | undefined;
  for (let ms = 0; ms <= 10_000 && shownAfterMs === undefined; ms += 50) {
    if (threads.every(isShown)) {
      shownAfterMs = ms;
    } else {
      await clock.advance(50);
    }
  }
  return { waits, longestGapMs, shownAfterMs };
}

function reply(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): Awaited<ReturnType<Transport>> {
  async function* body(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode(text);
  }
  return { status, headers: { get: (name) => headers[name] ?? null }, body: body(), cancel: () => {} };
}

/** Numbers that look random, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
