// One round: people speak while things go wrong, then everything comes to rest, and is judged.

import { judge, judgeStage } from "./judge.ts";
import { chooseKinds, KINDS, type Kind } from "./kinds.ts";
import type { People } from "./people.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";
import type { Problem } from "./thread.ts";
import { createWatch, slowness, type Watch } from "./watch.ts";

export interface Pace {
  /** What people and faults do happens within this time, in milliseconds. */
  readonly windowMs: number;
  /** A message without any sign, and a thread that shows work and no progress, are complained of after so long. */
  readonly boundMs: number;
  /** Rest must come within this time, in milliseconds; the daemon's longest own waits are 40 s. */
  readonly patienceMs: number;
}

/** Which kinds of trouble. */
export interface Choice {
  /** One of these in every round. */
  readonly only?: readonly Kind[];
  /** None of these. */
  readonly not?: readonly Kind[];
}

export interface Outcome {
  readonly kinds: readonly Kind[];
  readonly problems: readonly Problem[];
}

/** A look costs as much as a word does on its way: more of them would only slow down what is looked at. */
const LOOK_EVERY_MS = 150;
/** What would stand there twice comes soon after it stood there once. */
const SETTLE_MS = 350;
const MAX_THREADS = 4;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function playRound(
  stage: Stage,
  people: People,
  random: Random,
  pace: Pace,
  { only = [], not = [] }: Choice = {},
): Promise<Outcome> {
  const kinds = only.length > 0 ? [random.pick(only)] : chooseKinds(random, not);
  stage.note(`a round with ${kinds.join(", ")}`);
  const watch = createWatch(stage, people, pace.boundMs);
  const complaints: Problem[] = [];
  const play = { stage, people, random, isAlone: kinds.length === 1 };
  people.answersInWords = false;
  const moments = [
    ...kinds.map((kind) =>
      at(random, pace, async () => {
        complaints.push(...(await KINDS[kind].play(play)));
      }),
    ),
    ...conversation(people, random).map((act) => at(random, pace, act)),
  ];
  let isOver = false;
  const acting = Promise.all(moments).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    watch.excuse(Date.now());
    watch.look();
    await Promise.all([people.look(random), pause(LOOK_EVERY_MS)]);
  }
  await acting;
  const tailMs = Math.max(...kinds.map((kind) => KINDS[kind].tailMs));
  watch.excuse(Date.now() + tailMs);
  const patience = { ...pace, patienceMs: pace.patienceMs + tailMs };
  const problems = [...complaints, ...(await rest(stage, people, random, patience, watch))];
  // Where nobody has said anything since, nobody has noticed: the next round's patience knows nothing of it.
  if (tailMs > 0) stage.sandbox.faults.dropSockets();
  return { kinds, problems };
}

async function at(random: Random, { windowMs }: Pace, act: () => Promise<unknown>): Promise<void> {
  await pause(random.between(0, windowMs));
  await act();
}

/** Who speaks where: the messages of one thread are said one after the other. */
function conversation(people: People, random: Random): (() => Promise<unknown>)[] {
  const isNew = people.threads.length === 0 || (people.threads.length < MAX_THREADS && random.chance(0.35));
  const acts = people.threads
    .filter(() => random.chance(0.6))
    .map((thread) => async () => {
      for (let times = random.between(1, 3); times > 0; times--) {
        const by = random.chance(0.15) ? "carol" : random.pick(["alice", "bob"]);
        await people.speak(thread, by, random);
        await pause(random.between(0, 300));
      }
    });
  return isNew ? [...acts, () => people.open(random)] : acts;
}

/** Waits until there is nothing to complain of; gives the complaints when that does not come. */
async function rest(
  stage: Stage,
  people: People,
  random: Random,
  pace: Pace,
  watch: Watch,
): Promise<Problem[]> {
  const began = Date.now();
  const problemsNow = (inFull: boolean): Problem[] => [
    ...people.threads.flatMap((thread) =>
      judge(stage, thread, inFull).map(({ kind, what }) => ({
        kind,
        what: `thread ${thread.root}: ${what}`,
      })),
    ),
    ...judgeStage(stage),
  ];
  for (let calmSince = Infinity; ; ) {
    await people.look(random);
    watch.look();
    const overdue = watch.problems();
    if (overdue.length > 0) {
      return [...overdue, ...problemsNow(true)];
    }
    if (problemsNow(false).length > 0 || watch.pending().length > 0) {
      calmSince = Infinity;
    } else if (calmSince === Infinity) {
      calmSince = Date.now();
    } else if (Date.now() - calmSince > SETTLE_MS) {
      return [];
    }
    if (Date.now() - began > pace.patienceMs * slowness() || watch.isStill()) {
      return problemsNow(true);
    }
    await pause(LOOK_EVERY_MS);
  }
}
