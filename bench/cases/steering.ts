// How soon a person's word takes effect: a decision, a stop, and a message sent while the socket was down.

import { readFileSync } from "node:fs";
import { type Bare, startBare } from "../bare.ts";
import { now, sleep } from "../clock.ts";
import { childrenOf, isAlive } from "../programs.ts";
import { type Ask, firstWords, lastWords, nextTurn } from "../scenes.ts";
import type { Stage } from "../stage.ts";
import type { Bench, Case } from "./case.ts";

const PATIENCE_MS = 30_000;

const bots = new WeakMap<Bench, Promise<Bare>>();

/** The bot with nothing in it, beside the daemon that is talked to; undefined where there is no room for it. */
export async function bareOf(bench: Bench): Promise<Bare | undefined> {
  const { place } = await bench.stage("talking");
  if (place.bare === undefined) return undefined;
  const bot = bots.get(bench) ?? startBare(place, place.bare);
  bots.set(bench, bot);
  return bot;
}

/** Asks for a command, in a new thread if no other is given, and gives the card's post once all its choices can be clicked. */
export async function askedFor(
  stage: Stage,
  ask: Ask,
  turn: number,
  thread?: string,
): Promise<{ root: string; cardId: string }> {
  const { id } = await stage.say(ask("permit", turn), thread);
  const root = thread ?? id;
  const { post } = await stage.seen(
    root,
    ({ words, reactions }) => words.includes("Permission requested") && reactions >= 3,
  );
  return { root, cardId: post.id };
}

export const decision: Case = {
  name: "decision",
  every: 1,
  async run(bench, note) {
    const stage = await bench.stage("steered");
    const turn = nextTurn();
    const { root, cardId } = await askedFor(stage, bench.ask, turn);
    await stage.quiet();
    const at = await stage.place.react(cardId, "+1");
    await stage.seen(root, (post) => post.words.includes(lastWords(turn)));
    const answers = readFileSync(bench.answerLog, "utf8").trim().split("\n").map(Number);
    note("decision", (answers.find((answeredAt) => answeredAt > at) ?? Number.NaN) - at);
    await stage.stop(root);
    await stage.quiet();
  },
};

export const stopping: Case = {
  name: "stop",
  every: 1,
  async run(bench, note) {
    const stage = await bench.stage("talking");
    note("stop.idle", await stop(stage, bench.ask, "short"));
    note("stop.working", await stop(stage, bench.ask, "slow"));
  },
};

async function stop(stage: Stage, ask: Ask, play: "short" | "slow"): Promise<number> {
  const before = new Set(childrenOf(stage.daemon.pid));
  const turn = nextTurn();
  const { id: root } = await stage.say(ask(play, turn));
  const sign = play === "short" ? lastWords(turn) : firstWords(turn);
  await stage.seen(root, (post) => post.words.includes(sign));
  const [claude, ...others] = childrenOf(stage.daemon.pid).filter((pid) => !before.has(pid));
  if (claude === undefined || others.length > 0) throw new Error("Which process is Claude's is not clear.");
  const { at } = await stage.say("!stop", root);
  const deadline = at + PATIENCE_MS;
  while (isAlive(claude) && now() < deadline) await sleep(1);
  const goneAt = now();
  await stage.quiet();
  return goneAt - at;
}

export const dropping: Case = {
  name: "drop",
  every: 2,
  needs: ["inside"],
  async run(bench, note) {
    const stage = await bench.stage("talking");
    const bot = await bareOf(bench);
    const faults = stage.place.inside?.faults;
    for (const id of ["drop.resumed", "drop.lost"] as const) {
      const turn = nextTurn();
      faults?.dropSockets();
      if (id === "drop.lost") faults?.forgetResumable();
      const at = now();
      const [mention, ping] = await Promise.all([stage.say(bench.ask("short", turn)), bot?.say("ping")]);
      const [header, pong] = await Promise.all([
        stage.seen(mention.id, (post) => post.words.includes("🤖 mm-claude")),
        id === "drop.resumed" && ping ? bot?.answered(ping.id) : undefined,
      ]);
      note(id, header.at - at);
      if (pong !== undefined) note("bare.drop", pong - at);
      await stage.seen(mention.id, (post) => post.words.includes(lastWords(turn)));
      await stage.stop(mention.id);
      await stage.quiet();
    }
  },
};
