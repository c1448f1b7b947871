// What people wait for when the server is far away: first words, and the word on a card of who has decided.

import { LATENCIES, type Latency } from "../metrics/far.ts";
import type { Note } from "../metrics/table.ts";
import { childrenOf, rest } from "../programs.ts";
import { firstWords, lastWords, nextTurn } from "../scenes.ts";
import type { Stage } from "../stage.ts";
import type { Bench, Case } from "./case.ts";
import { askedFor, bareOf } from "./steering.ts";

export const far: Case = {
  name: "far",
  every: 2,
  needs: ["inside"],
  async run(bench, note) {
    for (const latency of LATENCIES) {
      await noteBare(bench, latency, note);
      await noteWords(bench, latency, note);
      await noteDecision(bench, latency, note);
    }
  },
};

async function noteBare(bench: Bench, latency: Latency, note: Note): Promise<void> {
  const { place } = await bench.stage("talking");
  const bot = await bareOf(bench);
  if (bot === undefined || place.bare === undefined) return;
  const bringNear = place.inside?.faults.delay(latency, { userId: place.bare.account.id });
  const { id, at } = await bot.say("ping");
  note(`bare.far.${latency}`, (await bot.answered(id)) - at);
  bringNear?.();
}

async function noteWords(bench: Bench, latency: Latency, note: Note): Promise<void> {
  const stage = await bench.stage("prewarmed");
  // The one that is to wait has to have started.
  await rest(() => childrenOf(stage.daemon.pid));
  const bringNear = moveAway(stage, latency);
  const root = await words(bench, stage, (ms) => note(`far.${latency}.first`, ms));
  await words(bench, stage, (ms) => note(`far.${latency}.second`, ms), root);
  bringNear();
  await stage.stop(root);
  await stage.quiet();
}

/** Gives the thread. */
async function words(
  { ask }: Bench,
  stage: Stage,
  noteFirst: (ms: number) => void,
  thread?: string,
): Promise<string> {
  const turn = nextTurn();
  const { id, at } = await stage.say(ask("short", turn), thread);
  const root = thread ?? id;
  noteFirst((await stage.seen(root, (post) => post.words.includes(firstWords(turn)))).at - at);
  await stage.seen(root, (post) => post.words.includes(lastWords(turn)));
  await stage.quiet();
  return root;
}

async function noteDecision(bench: Bench, latency: Latency, note: Note): Promise<void> {
  const stage = await bench.stage("steered");
  const turn = nextTurn();
  const { root, cardId } = await askedFor(stage, bench.ask, turn);
  await stage.quiet();
  const bringNear = moveAway(stage, latency);
  const at = await stage.place.react(cardId, "+1");
  const card = await stage.seen(root, ({ words }) => words.includes("**Allowed**"));
  note(`far.${latency}.card`, card.at - at);
  await stage.seen(root, (post) => post.words.includes(lastWords(turn)));
  bringNear();
  await stage.stop(root);
  await stage.quiet();
}

/** Gives what brings it near again. */
function moveAway({ place: { inside, bot } }: Stage, latency: Latency): () => void {
  return inside?.faults.delay(latency, { userId: bot.account.id }) ?? (() => {});
}
