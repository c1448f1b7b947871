// Many sessions of one daemon: how they are begun, how all of them are made to stream, and what is measured meanwhile.
// Each session's Claude is the smallest there is; what these cost is not the daemon's.

import { now, sleep } from "../clock.ts";
import type { CrowdSeries, Note } from "../metrics/table.ts";
import type { Account } from "../person.ts";
import type { PlaceOptions, Room } from "../place.ts";
import { memoryOf } from "../programs.ts";
import { quantile } from "../quantile.ts";
import { lastWords, nextTurn } from "../scenes.ts";
import { during, noteDelays } from "../span.ts";
import type { Stage } from "../stage.ts";
import { tinyClaude } from "../tiny.ts";
import type { Bench } from "./case.ts";

export const TOKENS_PER_SECOND = 50;
/** Each token when it is due; but 15,000 of these a second are more than the senders can do on two cores. */
export const writesPerSecond = (sessions: number): number => (sessions > 100 ? 10 : TOKENS_PER_SECOND);
export const SETTLE_MS = 2000;
const IDLE_MS = 4000;
export const STREAMING_MS = 10_000;
/** After that, since to be looked at costs the processor something. */
const LOOKED_AT_MS = 5000;
/** All have begun, and the first words, which come sooner than the rest, are behind them. */
export const LEAD_MS = 2500;
/** Starting a session costs a process. */
const AT_ONCE = 10;
const PATIENCE_MS = 90_000;
/** What the daemon takes of one person at a stretch, with a little to spare: two messages for each session. */
const SESSIONS_A_PERSON = 18;

export function openCrowded(
  bench: Bench,
  count: number,
  name: string,
  place: Omit<PlaceOptions, "people"> = {},
): Promise<Stage> {
  return bench.openStage(
    {
      name,
      isProbed: true,
      claudePath: tinyClaude(),
      settings: { MAX_SESSIONS: String(count), SESSION_TIMEOUT_MS: "3600000" },
    },
    { people: Math.ceil(count / SESSIONS_A_PERSON), ...place },
  );
}

export const watchedOf = ({ place, daemon }: Stage) => ({
  place,
  pid: daemon.pid,
  userId: place.bot.account.id,
});

/** Closes the stage. */
export async function measureSessions(
  stage: Stage,
  count: number,
  series: CrowdSeries,
  note: Note,
): Promise<void> {
  const watched = watchedOf(stage);
  const { sessions, turnsMs } = await startSessions(stage, count);
  note(`${series}.turn.p50`, quantile(turnsMs, 0.5));
  note(`${series}.turn.p99`, quantile(turnsMs, 0.99));
  await sleep(SETTLE_MS);
  note(`${series}.rss.idle`, memoryOf(stage.daemon.pid));
  const idle = await during(watched, IDLE_MS);
  note(`${series}.cpu.idle`, idle.cpuPercent);

  const streams = await startStreams(stage, sessions, STREAMING_MS + LOOKED_AT_MS);
  await sleep(LEAD_MS);
  const busy = await during(watched, STREAMING_MS);
  note(`${series}.rss.streaming`, memoryOf(stage.daemon.pid));
  note(`${series}.cpu.streaming`, busy.cpuPercent);
  note(`${series}.machine`, busy.machinePercent);
  note(`${series}.rate`, busy.requestsPerSecond);
  noteDelays(busy, count, series, note);
  note(`${series}.saves`, await stage.daemon.savesPercent(LOOKED_AT_MS));
  await streams.ended;
  await stage.quiet();
  note(`${series}.heap`, await stage.daemon.heapMb());
  await stage.close();
}

export interface Running {
  readonly root: string;
  readonly owner: Account;
  readonly room: Room;
}

/** Each has had a short turn; how long it took from the mention to the last words. The rooms get them in turn. */
export async function startSessions(
  stage: Stage,
  count: number,
): Promise<{ readonly sessions: Running[]; readonly turnsMs: readonly number[] }> {
  const { bot, people, person, rooms } = stage.place;
  const sessions: Running[] = [];
  const turnsMs: number[] = [];
  while (sessions.length < count) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - sessions.length) }, async (_, nth) => {
      const at = sessions.length + nth;
      const owner = people[at % people.length] ?? person;
      const room = rooms[at % rooms.length] ?? bot;
      const turn = nextTurn();
      const text = `TINY ${turn} 3 ${TOKENS_PER_SECOND} ${TOKENS_PER_SECOND}`;
      const { id, at: saidAt } = await stage.say(text, undefined, owner, room);
      const seen = await stage.seen(id, (post) => post.words.includes(lastWords(turn)), PATIENCE_MS);
      turnsMs.push(seen.at - saidAt);
      return { root: id, owner, room };
    });
    sessions.push(...(await Promise.all(batch)));
  }
  await stage.quiet();
  return { sessions, turnsMs };
}

/** Resolves when all have been asked to stream; `ended` when the last words of all of them stand. */
export async function startStreams(
  stage: Stage,
  sessions: readonly Running[],
  streamingMs = STREAMING_MS,
): Promise<{ ended: Promise<unknown> }> {
  const startedAt = now();
  const pace = `${TOKENS_PER_SECOND} ${writesPerSecond(sessions.length)}`;
  const asked: { readonly root: string; readonly turn: number }[] = [];
  for (let at = 0; at < sessions.length; at += AT_ONCE) {
    const batch = sessions.slice(at, at + AT_ONCE).map(async ({ root, owner, room }) => {
      const turn = nextTurn();
      // The first has to stream until the last has streamed for long enough; this many more are sure to be so.
      const seconds = (LEAD_MS + streamingMs) / 1000 + 1 + (sessions.length - at) / 50;
      await stage.say(`TINY ${turn} ${Math.round(seconds * TOKENS_PER_SECOND)} ${pace}`, root, owner, room);
      asked.push({ root, turn });
    });
    await Promise.all(batch);
  }
  const spreadMs = now() - startedAt;
  if (spreadMs > (sessions.length / 50) * 1000 + 1000)
    throw new Error("Asking took longer than the streams last.");
  const ended = asked.map(({ root, turn }) =>
    stage.seen(root, (post) => post.words.includes(lastWords(turn)), PATIENCE_MS),
  );
  const all = Promise.all(ended);
  // Looked at later.
  all.catch(() => {});
  return { ended: all };
}
