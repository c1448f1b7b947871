// A stage: a place, a daemon in it, and a person who talks to it.

import { now, sleep } from "./clock.ts";
import { type Daemon, type DaemonOptions, startDaemon } from "./daemon.ts";
import type { Account, Said } from "./person.ts";
import type { OpenPlace, Place, PlaceOptions, Room } from "./place.ts";
import type { Seen, SeenPost } from "./view.ts";

const PATIENCE_MS = 30_000;
/** How long the daemon sends nothing before a turn counts as written. */
const QUIET_MS = 700;

export interface Stage {
  readonly place: Place;
  readonly daemon: Daemon;
  /** Asks in a new thread, or in the thread `root`; in the bot's first channel, if no other is given. */
  say(text: string, root?: string, by?: Account, room?: Room): Promise<Said>;
  /** When a post of the daemon's first satisfied `is`, and that post. */
  seen(root: string, is: (post: SeenPost) => boolean, patienceMs?: number): Promise<Seen>;
  /** Waits until the daemon has nothing more to send. */
  quiet(): Promise<void>;
  /** Ends the session and its process. */
  stop(root: string): Promise<void>;
  /** Ends the daemon; in its place comes another one in the same state. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export async function openStage(
  openPlace: OpenPlace,
  daemonOptions: DaemonOptions,
  placeOptions: PlaceOptions = {},
): Promise<Stage> {
  const place = await openPlace(placeOptions);
  const { bot } = place;
  let daemon = await startDaemon(daemonOptions, place);
  const stage: Stage = {
    place,
    get daemon() {
      return daemon;
    },
    say: (text, root, by, room = place.rooms[0] ?? bot) =>
      place.say(room, root === undefined ? `@${bot.account.username} ${text}` : text, root, by),
    seen: (root, is, patienceMs) => place.view.seen(root, bot.account.id, is, patienceMs),
    async quiet() {
      const deadline = now() + PATIENCE_MS;
      while (now() - place.lastSentAt() < QUIET_MS && now() < deadline) await sleep(20);
    },
    async stop(root) {
      await stage.say("!stop", root);
      await stage.seen(root, ({ words }) => words.includes("Session cancelled"));
    },
    async restart(meanwhile) {
      await daemon.stop();
      await meanwhile?.();
      daemon = await startDaemon({ ...daemonOptions, home: daemon.home }, place);
    },
    async close() {
      await daemon.stop();
      await place.close();
    },
  };
  return stage;
}
