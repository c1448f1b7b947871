// How soon a person's word takes effect: a decision, a stop, and a message sent while the socket was down.

import { readFileSync } from "node:fs";
import type { BareBotMessage } from "../bare-bot.ts";
import { now, sleep, within } from "../clock.ts";
import { childrenOf, isAlive, memoryOf } from "../programs.ts";
import { firstWords, lastWords, nextTurn, type Play, request } from "../scenes.ts";
import type { Stage } from "../stage.ts";
import type { Case } from "./case.ts";

const PATIENCE_MS = 30_000;
const isHeader = (post: { readonly message: string }): boolean => post.message.includes("🤖 mm-claude");

/** Asks for a command and gives the card's post once all its choices can be clicked. */
export async function askedFor(stage: Stage, turn: number): Promise<{ root: string; cardId: string }> {
  const { id: root } = await stage.say(request("permit", turn));
  const { post } = await stage.seen(
    root,
    ({ message, reactions }) => message.includes("Permission requested") && reactions.length >= 3,
  );
  return { root, cardId: post.id };
}

export const decision: Case = {
  name: "decision",
  every: 1,
  async run({ steered: stage, answerLog }, note) {
    const turn = nextTurn();
    const { root, cardId } = await askedFor(stage, turn);
    await stage.quiet();
    const at = await stage.react(cardId, "+1");
    await stage.seen(root, (post) => post.message.includes(lastWords(turn)));
    const answers = readFileSync(answerLog, "utf8").trim().split("\n").map(Number);
    note("decision", (answers.find((answeredAt) => answeredAt > at) ?? Number.NaN) - at);
    await stage.stop(root);
    await stage.quiet();
  },
};

export const stopping: Case = {
  name: "stop",
  every: 1,
  async run({ talking: stage }, note) {
    note("stop.idle", await stop(stage, "short"));
    note("stop.working", await stop(stage, "slow"));
  },
};

async function stop(stage: Stage, play: Play & ("short" | "slow")): Promise<number> {
  const before = new Set(childrenOf(stage.pid));
  const turn = nextTurn();
  const { id: root } = await stage.say(request(play, turn));
  const sign = play === "short" ? lastWords(turn) : firstWords(turn);
  await stage.seen(root, (post) => post.message.includes(sign));
  const [claude, ...others] = childrenOf(stage.pid).filter((pid) => !before.has(pid));
  if (claude === undefined || others.length > 0) throw new Error("Which process is Claude's is not clear.");
  const { at } = await stage.say("!stop", root);
  const deadline = at + PATIENCE_MS;
  while (isAlive(claude) && now() < deadline) await sleep(1);
  const goneAt = now();
  await stage.quiet();
  return goneAt - at;
}

export const dropping: Case = {
  name: "socket drop",
  every: 2,
  async run({ talking: stage }, note) {
    const { faults } = stage.sandbox;
    for (const id of ["drop.resumed", "drop.lost"] as const) {
      const turn = nextTurn();
      faults.dropSockets();
      if (id === "drop.lost") faults.forgetResumable();
      const at = now();
      const [mention, bare] = await Promise.all([stage.say(request("short", turn)), stage.bare.say("ping")]);
      const [header, pong] = await Promise.all([
        stage.seen(mention.id, isHeader),
        id === "drop.resumed" ? seenPong(stage, bare.id) : undefined,
      ]);
      note(id, header.at - at);
      if (pong !== undefined) note("bare.drop", pong - at);
      await stage.seen(mention.id, (post) => post.message.includes(lastWords(turn)));
      await stage.stop(mention.id);
      await stage.quiet();
    }
  },
};

export const bare: Case = {
  name: "bare bot",
  every: 1,
  async run({ talking: stage }, note) {
    const posted = heard(stage, "posted");
    const { id, at } = await stage.bare.say("ping");
    note("bare.reply", (await seenPong(stage, id)) - at);
    note("bare.post", (await posted).ms);
    const reaction = heard(stage, "reaction");
    const reactedAt = await stage.react(id, "+1");
    note("bare.reaction", (await reaction).at - reactedAt);
    note("bare.rss", memoryOf(stage.bare.process.pid ?? 0));
  },
};

async function seenPong(stage: Stage, root: string): Promise<number> {
  return (await stage.seen(root, (post) => post.message === "pong", stage.bare.botId)).at;
}

function heard<Type extends BareBotMessage["type"]>(
  stage: Stage,
  type: Type,
): Promise<Extract<BareBotMessage, { type: Type }>> {
  const { process } = stage.bare;
  const wait = new Promise<Extract<BareBotMessage, { type: Type }>>((resolve) => {
    const listen = (message: unknown): void => {
      const told = message as BareBotMessage;
      if (told.type !== type) return;
      process.off("message", listen);
      resolve(told as Extract<BareBotMessage, { type: Type }>);
    };
    process.on("message", listen);
  });
  return within(PATIENCE_MS, () => `the bare bot's "${type}"`, wait);
}
