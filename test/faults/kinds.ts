// Every kind of trouble the campaign knows, how often it comes, and which of them can't come together.

import { changeProjects } from "./changes.ts";
import type { Random } from "./random.ts";
import * as scenes from "./scenes.ts";
import { cutConnections, takeMachineAway } from "./ssh.ts";
import * as troubles from "./troubles.ts";

interface KindInfo {
  readonly play: scenes.Scene;
  /** How often it is chosen, against the others. */
  readonly weight: number;
  /** Two kinds that end and start, or fill, the same thing never come at once. */
  readonly subject: string;
  /** What it did may go on for so long after it is over, in milliseconds. */
  readonly tailMs: number;
}

const trouble = (play: troubles.Trouble, weight: number, subject: string, tailMs = 0): KindInfo => ({
  async play({ stage, random }) {
    await play(stage, random);
    return [];
  },
  weight,
  subject,
  tailMs,
});
const scene = (play: scenes.Scene, weight: number, subject: string): KindInfo => ({
  play,
  weight,
  subject,
  tailMs: 0,
});

/** The daemon finds out by its own pings that a socket is half-open, and is patient about it. */
const UNNOTICED_MS = 45_000;

const ALL = {
  "daemon killed": trouble(troubles.killDaemon, 14, "daemon"),
  "daemon killed twice": trouble(troubles.killDaemonTwice, 5, "daemon"),
  "power lost": trouble(troubles.losePower, 8, "daemon"),
  "daemon stopped": trouble(troubles.stopDaemon, 5, "daemon"),
  "ssh connections cut": trouble(cutConnections, 14, "ssh"),
  "machine away": trouble(takeMachineAway, 10, "ssh"),
  "claude killed": trouble(troubles.killClaude, 12, "claude"),
  "socket cut": trouble(troubles.cutSocket, 6, "socket"),
  "socket cut for good": trouble(troubles.cutSocketForGood, 6, "socket"),
  "socket half-open": trouble(troubles.freezeSocketShortly, 6, "socket"),
  // What takes the daemon's whole patience is rare.
  "socket half-open unnoticed": trouble(troubles.freezeSocket, 1, "socket", UNNOTICED_MS),
  latency: trouble(troubles.slowDown, 8, "latency"),
  "429 storm": trouble(troubles.failing([429]), 4, "answers"),
  "a share limited": trouble(troubles.limitShare, 4, "answers"),
  "5xx storm": trouble(troubles.failing([500, 502, 503]), 5, "answers"),
  "proxy pages": trouble(troubles.proxyPages, 6, "answers"),
  "server restarted": trouble(troubles.restartServer(false), 6, "server"),
  "network out": trouble(troubles.restartServer(true), 6, "server"),
  "events twice": trouble(troubles.doubleEvents, 6, "events"),
  "events out of order": trouble(troubles.reorderEvents, 6, "events"),
  "answers lost": trouble(troubles.loseAnswers, 8, "lost"),
  "bot taken out": trouble(troubles.takeOut, 4, "member"),
  "dated ahead": trouble(troubles.dateAhead, 2, "socket"),
  "edit limit": scene(scenes.editLimit, 6, "edits"),
  "queue changed": scene(scenes.changedQueue, 6, "queue"),
  clear: scene(scenes.clear, 6, "daemon"),
  "background tasks": scene(scenes.background, 3, "daemon"),
  files: scene(scenes.files, 6, "files"),
  "plan and question cards": scene(scenes.cards, 6, "cards"),
  "projects changed": scene(changeProjects, 8, "projects"),
  "disk full": scene(scenes.failingDisk("ENOSPC"), 4, "daemon"),
  "disk failing": scene(scenes.failingDisk("EIO"), 3, "daemon"),
} as const satisfies Readonly<Record<string, KindInfo>>;

export type Kind = keyof typeof ALL;

export const KINDS: Readonly<Record<Kind, KindInfo>> = ALL;

/** Only where Claude is behind it. */
export const OVER_SSH: readonly Kind[] = ["ssh connections cut", "machine away"];

/** One to three, none of them one of `not`. */
export function chooseKinds(random: Random, not: readonly Kind[]): Kind[] {
  const weighted = (Object.keys(ALL) as Kind[])
    .filter((kind) => !not.includes(kind))
    .flatMap((kind) => Array.from({ length: KINDS[kind].weight }, () => kind));
  const chosen: Kind[] = [random.pick(weighted)];
  for (let more = random.between(0, 2); more > 0; more--) {
    const kind = random.pick(weighted);
    if (!chosen.some((other) => KINDS[other].subject === KINDS[kind].subject)) {
      chosen.push(kind);
    }
  }
  return chosen;
}
