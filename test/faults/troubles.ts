// What goes wrong around the bridge: with its own process, with Claude's, with the server, with the network, with the
// disk. Each leaves the stage whole again.

import type { Failure } from "../../sandbox/server/faults.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";

export type Trouble = (stage: Stage, random: Random) => Promise<void>;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const YEAR_MS = 365 * 24 * 60 * 60_000;

export async function killDaemon(stage: Stage, random: Random): Promise<void> {
  await stage.signalDaemon("SIGKILL");
  await pause(random.between(0, 600));
  stage.startDaemon();
}

export async function killDaemonTwice(stage: Stage, random: Random): Promise<void> {
  await killDaemon(stage, random);
  await pause(random.between(50, 900));
  await killDaemon(stage, random);
}

export async function losePower(stage: Stage, random: Random): Promise<void> {
  await stage.losePower();
  await pause(random.between(0, 600));
  stage.startDaemon();
}

export async function stopDaemon(stage: Stage): Promise<void> {
  await stage.signalDaemon("SIGTERM");
  stage.startDaemon();
}

export async function killClaude(stage: Stage, random: Random): Promise<void> {
  const pids = stage.claudes();
  if (pids.length > 0) {
    const pid = random.pick(pids);
    stage.note(`SIGKILL to claude ${pid}`);
    stage.endings.push(Date.now());
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It had ended by itself.
    }
  }
}

const botOnly = (stage: Stage): { readonly userId: string } => ({ userId: stage.bot.id });

/** Every request of the bot's is answered so, for a while. */
export function failing(failures: readonly Failure[]): Trouble {
  return async (stage, random) => {
    const undo = stage.sandbox.faults.failNext(random.pick(failures), { ...botOnly(stage), count: 1000 });
    await pause(random.between(100, 1500));
    undo();
  };
}

/** One request or a few: what a proxy does to a single write. */
export async function proxyPages(stage: Stage, random: Random): Promise<void> {
  const { faults } = stage.sandbox;
  const pages = ["forbiddenPage", "loginRedirect", "foreignJson"] as const;
  for (let times = random.between(1, 4); times > 0; times--) {
    const method = random.pick(["POST", "PUT", undefined]);
    const match = { ...botOnly(stage), path: "/api/v4/", ...(method && { method }) };
    const undo = faults.failNext(random.pick(pages), { ...match, count: random.between(1, 3) });
    await pause(random.between(100, 700));
    undo();
  }
}

export async function limitShare(stage: Stage, random: Random): Promise<void> {
  const chance = () => random.between(0, 999) / 1000;
  const undo = stage.sandbox.faults.storm({ ...botOnly(stage), share: 0.4, random: chance });
  await pause(random.between(1000, 4000));
  undo();
}

export function restartServer(keepResumable: boolean): Trouble {
  return async (stage, random) => {
    await stage.sandbox.faults.stop({ keepResumable });
    await pause(random.between(50, 1200));
    await stage.sandbox.faults.start();
  };
}

export const cutSocket: Trouble = async ({ sandbox }) => sandbox.faults.dropSockets();

export const cutSocketForGood: Trouble = async ({ sandbox }) => {
  sandbox.faults.dropSockets();
  sandbox.faults.forgetResumable();
};

export const freezeSocket: Trouble = async ({ sandbox }) => sandbox.faults.freezeSockets();

export const freezeSocketShortly: Trouble = async ({ sandbox }, random) => {
  sandbox.faults.freezeSockets();
  // A quick end of what the daemon's own pings would take up to 40 s to find out.
  await pause(random.between(200, 2000));
  sandbox.faults.dropSockets();
  if (random.chance(0.5)) {
    sandbox.faults.forgetResumable();
  }
};

export async function slowDown(stage: Stage, random: Random): Promise<void> {
  const work = random.pick(["first", "last"]);
  const undo = stage.sandbox.faults.delay(random.between(50, 2000), { ...botOnly(stage), work });
  await pause(random.between(500, 2000));
  undo();
}

export const doubleEvents: Trouble = async ({ sandbox }, random) => {
  sandbox.faults.duplicateNext(random.between(3, 12), random.pick(["sameFrame", "newFrame"]));
};

export const reorderEvents: Trouble = async ({ sandbox }, random) => {
  sandbox.faults.reorderNext(random.between(2, 8));
};

export async function loseAnswers(stage: Stage, random: Random): Promise<void> {
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
}

/** An administrator takes the bot out of a channel, and puts it in again. */
export async function takeOut(stage: Stage, random: Random): Promise<void> {
  const { project, docs } = stage.places;
  const { name, channelId } = random.pick([project, docs]);
  stage.note(`the bot is taken out of the channel of ${name}`);
  stage.sandbox.removeMember(channelId, stage.bot.id, stage.aliceId);
  await pause(random.between(100, 1200));
  stage.note("the bot is put into the channel again");
  stage.sandbox.addMember(channelId, stage.bot.id);
}

/** A message of a wrong clock, and then a gap that has to be read over REST. */
export async function dateAhead(stage: Stage, random: Random): Promise<void> {
  const { faults } = stage.sandbox;
  const undo = faults.dateAhead(YEAR_MS, stage.aliceId);
  await pause(random.between(400, 1500));
  undo();
  await cutSocketForGood(stage, random);
}
