// The campaign: rounds in a few lanes side by side, because a round waits more than it works. Each lane has a stage of
// its own; after a round that went wrong its story is written to a file, and the lane begins anew.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { removeAdded } from "./changes.ts";
import { createPeople, type Deeds, type People } from "./people.ts";
import { createRandom } from "./random.ts";
import { type Choice, type Pace, playRound } from "./round.ts";
import { openStage, type Programs, type Stage } from "./stage.ts";
import { heardIn, type Played, type Problem } from "./thread.ts";

export interface CampaignOptions {
  readonly programs: Programs;
  readonly rounds: number;
  readonly seed: number;
  readonly lanes: number;
  /** Of these lanes every so manyth is played here, from the one of this number on; all, if left out. */
  readonly job?: { readonly number: number; readonly of: number };
  readonly pace: Pace;
  readonly choice?: Choice;
  /** Where the stories of the rounds that went wrong are written. */
  readonly stories: string;
  readonly print: (line: string) => void;
}

export interface Tally {
  readonly rounds: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly deeds: Readonly<Deeds>;
  readonly lost: number;
  readonly doubled: number;
  readonly stuck: number;
  readonly silent: number;
  readonly wrong: number;
  /** Where the stories of the rounds that went wrong are. */
  readonly files: readonly string[];
}

/** After so many rounds that went wrong no more are begun. */
const MAX_FAILURES = 5;
/** So that what there is to judge stays small, and daemons are stopped in order now and then. */
const ROUNDS_OF_A_STAGE = 20;
const END_WITHIN_MS = 12_000;

interface Lane {
  readonly stage: Stage;
  readonly people: People;
}

export async function runCampaign(options: CampaignOptions): Promise<Tally> {
  const { programs, rounds, seed, lanes, pace, stories, print, job = { number: 0, of: 1 } } = options;
  const kinds: Record<string, number> = {};
  const counts = { lost: 0, doubled: 0, stuck: 0, silent: 0, wrong: 0 };
  const deeds: Deeds = { messages: 0, decisions: 0, goings: 0 };
  const files: string[] = [];
  let played = 0;

  async function close({ stage, people }: Lane): Promise<void> {
    deeds.messages += people.deeds.messages;
    deeds.decisions += people.deeds.decisions;
    deeds.goings += people.deeds.goings;
    await stage.close();
  }

  function fail(round: number, { stage, people }: Lane, problems: readonly Problem[]): void {
    for (const { kind } of problems) {
      counts[kind]++;
    }
    const file = join(stories, `mm-claude-faults-seed-${seed}-round-${round}.txt`);
    writeFileSync(file, story(stage, people, problems));
    files.push(file);
    print(`round ${round} (seed ${seed}) went wrong, see ${file}`);
    for (const { kind, what } of problems.slice(0, 6)) {
      print(`  ${kind}: ${what}`);
    }
  }

  /** A project that was added in the round goes again, with its sessions. */
  async function tidy(round: number, lane: Lane): Promise<void> {
    const { stage, people } = lane;
    const { extra } = stage.places;
    if (stage.projects.served.includes(extra)) {
      for (const thread of people.threads.filter(({ place }) => place === extra)) {
        await retire(lane, thread);
      }
      const problems = await removeAdded(stage);
      if (problems.length > 0) {
        fail(round, lane, problems);
      }
    }
  }

  async function playLane(first: number): Promise<void> {
    let lane: Lane | undefined;
    let age = 0;
    const finish = async (round: number): Promise<void> => {
      if (lane) {
        const problems = await end(lane);
        if (problems.length > 0) {
          fail(round, lane, problems);
        }
        await close(lane);
        lane = undefined;
      }
    };
    for (let round = first; round <= rounds && files.length < MAX_FAILURES; round += lanes) {
      if (age++ % ROUNDS_OF_A_STAGE === 0) {
        await finish(round);
      }
      lane ??= await openLane(programs);
      const random = createRandom(`${seed}.${round}`);
      const outcome = await playRound(lane.stage, lane.people, random, pace, options.choice);
      played++;
      for (const kind of outcome.kinds) {
        kinds[kind] = (kinds[kind] ?? 0) + 1;
      }
      if (outcome.problems.length > 0) {
        fail(round, lane, outcome.problems);
        await close(lane);
        lane = undefined;
      } else {
        if (random.chance(0.3) && lane.people.threads.length > 1) {
          await retire(lane, lane.people.threads[0]);
        }
        await tidy(round, lane);
      }
      if (played % 50 === 0) {
        print(`${played} rounds …`);
      }
    }
    await finish(rounds);
  }

  const ours = Array.from({ length: Math.min(lanes, rounds) }, (_, at) => at).filter(
    (at) => at % job.of === job.number,
  );
  await Promise.all(ours.map((at) => playLane(at + 1)));
  return { rounds: played, kinds, deeds, ...counts, files };
}

async function openLane(programs: Programs): Promise<Lane> {
  const stage = await openStage(programs);
  stage.startDaemon();
  // A daemon that never ran has no past to catch up with.
  await stage.untilReady();
  return { stage, people: createPeople(stage) };
}

/** A thread that has served is stopped, and its document goes. */
async function retire({ stage, people }: Lane, thread: Played | undefined): Promise<void> {
  if (thread) {
    await people.stop(thread);
    await until(() => stage.documentOf(thread.root) === undefined);
  }
}

/** The daemon is told to stop: it does, in time, and nothing is left of it. */
async function end({ stage }: Lane): Promise<Problem[]> {
  await stage.untilReady();
  const code = await Promise.race([
    stage.signalDaemon("SIGTERM"),
    new Promise<string>((resolve) => setTimeout(resolve, END_WITHIN_MS, "no end")),
  ]);
  // On another machine it takes its time to be told.
  await until(() => stage.leftovers().length === 0);
  const left = stage
    .leftovers()
    .map((line) => ({ kind: "wrong" as const, what: `at the end is left: ${line}` }));
  return code === 0 ? left : [...left, { kind: "wrong", what: `the daemon ended with ${code}` }];
}

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + END_WITHIN_MS; !holds() && Date.now() < deadline; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function story(stage: Stage, people: People, problems: readonly Problem[]): string {
  const threads = people.threads.map((thread) => {
    const { root, said, goings, place, directory } = thread;
    const posts = stage.sandbox.state
      .thread(root)
      .map(({ id, username, createdAt, message, attachments, reactions }) => {
        const emoji = reactions.map(
          ({ emojiName, username: by, createdAt: at }) => `${timeOf(at)} ${emojiName} by ${by}`,
        );
        return `${timeOf(createdAt)} ${id} @${username}: ${[message, ...attachments.map(({ text }) => `▌ ${text}`)].join(" ")}\n   [${emoji.join(", ")}]`;
      });
    const document = stage.documentOf(root);
    const saved = heardIn(stage, thread).flatMap(({ id, lines }) => [
      `--- the saved conversation ${id}`,
      ...lines.map((line) => JSON.stringify(line)),
    ]);
    return [
      `=== thread ${root} of ${place.name} in ${directory}; said ${said.join(" ")}; 🔄 ${goings}`,
      ...posts,
      "--- its document",
      JSON.stringify(document),
      ...saved,
    ].join("\n");
  });
  const list = problems.map(({ kind, what }) => `${kind}: ${what}`);
  return [...list, "", ...threads, "", "=== what was done, and the daemon's log", stage.log()].join("\n");
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23);
}

/** What the jobs of one campaign have come to together. */
export function sumOf(tallies: readonly Tally[]): Tally {
  const kinds: Record<string, number> = {};
  const sum = { rounds: 0, lost: 0, doubled: 0, stuck: 0, silent: 0, wrong: 0 };
  const deeds: Deeds = { messages: 0, decisions: 0, goings: 0 };
  for (const tally of tallies) {
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) {
      sum[name] += tally[name];
    }
    for (const name of Object.keys(deeds) as (keyof Deeds)[]) {
      deeds[name] += tally.deeds[name];
    }
    for (const [kind, times] of Object.entries(tally.kinds)) {
      kinds[kind] = (kinds[kind] ?? 0) + times;
    }
  }
  return { ...sum, kinds, deeds, files: tallies.flatMap(({ files }) => files) };
}

export function lastLine(tally: Tally, seed: number): string {
  const kinds = Object.entries(tally.kinds)
    .sort(([, few], [, many]) => many - few)
    .map(([kind, times]) => `${kind} ${times}`)
    .join(", ");
  const wrong = tally.wrong > 0 ? `, otherwise wrong ${tally.wrong}` : "";
  const { lost, doubled, stuck, silent } = tally;
  const verdict = `lost ${lost}, doubled ${doubled}, stuck ${stuck}, silent ${silent}`;
  return `${tally.rounds} rounds (seed ${seed}); ${kinds}; ${verdict}${wrong}`;
}
