// Every kind of trouble the campaign knows: what it does, and how long it lasts. Each leaves the stage whole again.

import type { Failure } from "../../src/sandbox/server/faults.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type Fault = (stage: Stage, random: Random) => Promise<void>;

async function killDaemon(stage: Stage, random: Random): Promise<void> {
  await stage.signalDaemon("SIGKILL");
  await pause(random.between(0, 600));
  stage.startDaemon();
}

function botOnly(stage: Stage): { readonly userId: string } {
  return { userId: stage.bot.id };
}

function storm(failures: readonly Failure[]): Fault {
  return async (stage, random) => {
    const undo = stage.sandbox.faults.failNext(random.pick(failures), { ...botOnly(stage), count: 1000 });
    await pause(random.between(100, 1500));
    undo();
  };
}

function restart(keepResumable: boolean): Fault {
  return async (stage, random) => {
    await stage.sandbox.faults.stop({ keepResumable });
    await pause(random.between(50, 1200));
    await stage.sandbox.faults.start();
  };
}

export const KINDS = {
  "daemon killed": killDaemon,
  "daemon killed twice": async (stage, random) => {
    await killDaemon(stage, random);
    await pause(random.between(50, 900));
    await killDaemon(stage, random);
  },
  "daemon stopped": async (stage) => {
    await stage.signalDaemon("SIGTERM");
    stage.startDaemon();
  },
  "claude killed": async (stage, random) => {
    const pids = stage.claudes();
    if (pids.length > 0) {
      const pid = random.pick(pids);
      stage.endings.push(Date.now());
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It had ended by itself.
      }
    }
  },
  "socket cut": async ({ sandbox }) => sandbox.faults.dropSockets(),
  "socket cut for good": async ({ sandbox }) => {
    sandbox.faults.dropSockets();
    sandbox.faults.forgetResumable();
  },
  "socket half-open": async ({ sandbox }, random) => {
    sandbox.faults.freezeSockets();
    // A quick end of what the daemon's own pings would take up to 40 s to find out.
    await pause(random.between(200, 2000));
    sandbox.faults.dropSockets();
    if (random.chance(0.5)) {
      sandbox.faults.forgetResumable();
    }
  },
  "socket half-open, unnoticed": async ({ sandbox }) => sandbox.faults.freezeSockets(),
  latency: async (stage, random) => {
    const work = random.pick(["first", "last"]);
    const undo = stage.sandbox.faults.delay(random.between(50, 2000), { ...botOnly(stage), work });
    await pause(random.between(500, 2000));
    undo();
  },
  "429 storm": storm([429]),
  "5xx storm": storm([500, 502, 503]),
  "server restarted": restart(false),
  "network out": restart(true),
  "events twice": async ({ sandbox }, random) => {
    sandbox.faults.duplicateNext(random.between(3, 12), random.pick(["sameFrame", "newFrame"]));
  },
  "events out of order": async ({ sandbox }, random) => {
    sandbox.faults.reorderNext(random.between(2, 8));
  },
  "answers lost": async (stage, random) => {
    const paths = ["/api/v4/posts", "/api/v4/posts", "/api/v4/reactions"] as const;
    const undo = Array.from({ length: random.between(1, 3) }, () =>
      stage.sandbox.faults.failNext(random.pick(["cut", 500]), {
        ...botOnly(stage),
        method: "POST",
        path: random.pick(paths),
        afterEffect: true,
      }),
    );
    await pause(1500);
    for (const end of undo) {
      end();
    }
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type Kind = keyof typeof KINDS;

/** How often each is chosen, against the others. What takes the daemon's whole patience (40 s) is rare. */
const WEIGHTS: Readonly<Record<Kind, number>> = {
  "daemon killed": 14,
  "daemon killed twice": 5,
  "daemon stopped": 5,
  "claude killed": 12,
  "socket cut": 6,
  "socket cut for good": 6,
  "socket half-open": 6,
  "socket half-open, unnoticed": 1,
  latency: 8,
  "429 storm": 4,
  "5xx storm": 5,
  "server restarted": 6,
  "network out": 6,
  "events twice": 6,
  "events out of order": 6,
  "answers lost": 8,
};

const WEIGHTED = (Object.entries(WEIGHTS) as [Kind, number][]).flatMap(([kind, weight]) =>
  Array.from({ length: weight }, () => kind),
);

/** One to three, and never two at once that end and start the same thing. */
export function chooseKinds(random: Random): Kind[] {
  const chosen: Kind[] = [random.pick(WEIGHTED)];
  for (let more = random.between(0, 2); more > 0; more--) {
    const kind = random.pick(WEIGHTED);
    if (!chosen.some((other) => subject(other) === subject(kind))) {
      chosen.push(kind);
    }
  }
  return chosen;
}

const subject = (kind: Kind): string =>
  kind === "server restarted" || kind === "network out" ? "server" : (kind.split(" ")[0] ?? kind);
