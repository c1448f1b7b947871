// What the model says in the bench, as a script for ours and as a request to a real one. Each turn has a number of its
// own, by which its words are known.

import { longText } from "../sandbox/model/long-text.ts";
import type { Scene, Step, StepContext } from "../sandbox/model/scene.ts";
import { now } from "./clock.ts";

interface Played {
  step(turn: number, context: StepContext): Step;
  /** The same, asked of a model that follows no script; undefined where it can't be had. */
  readonly wish: ((turn: number) => string) | undefined;
}

const only = (text: string): string =>
  `Use no tools. Answer with exactly this text and nothing else: ${text}`;
const counted = (turn: number, count: number): string =>
  `${firstWords(turn)} ${words(count)} ${lastWords(turn)}`;
/** The last thing that a turn with tools says. */
const closing = (turn: number): string =>
  `Afterwards answer with exactly this and nothing else: ${lastWords(turn)}`;

const PLAYS = {
  short: {
    step: (turn) => ({ text: `${firstWords(turn)} Hello there. ${lastWords(turn)}` }),
    wish: (turn) => only(`${firstWords(turn)} Hello there. ${lastWords(turn)}`),
  },
  paced: {
    step: (turn) => ({ text: counted(turn, 40), tokenDelayMs: 20 }),
    wish: (turn) => only(counted(turn, 40)),
  },
  /** 200 tokens, and so 10 s less one pause. */
  ten: { step: (turn) => ({ text: counted(turn, 198), tokenDelayMs: 50 }), wish: undefined },
  slow: {
    step: (turn) => ({ text: counted(turn, 400), tokenDelayMs: 50 }),
    wish: (turn) => only(counted(turn, 400)),
  },
  long: { step: (turn) => ({ text: `${longText(60_000)}\n\n${lastWords(turn)}` }), wish: undefined },
  tools: {
    step: (turn, { step, directory }) =>
      step < 10
        ? { tools: [{ name: "Read", input: { file_path: `${directory}/notes-${step}.txt` } }] }
        : { text: lastWords(turn) },
    wish: (turn) =>
      `Read the files notes-0.txt to notes-9.txt with one Read each, one after the other. ${closing(turn)}`,
  },
  permit: {
    step: (turn, { step }) =>
      step === 0
        ? { tools: [{ name: "Bash", input: { command: "echo hi > out.txt", description: "Write a file" } }] }
        : { text: lastWords(turn) },
    wish: (turn) => `Run this with Bash: echo hi > out.txt. ${closing(turn)}`,
  },
} as const satisfies Record<string, Played>;

export type Play = keyof typeof PLAYS;

let turns = 0;

/** A turn nobody has asked for yet. */
export const nextTurn = (): number => ++turns;
export const firstWords = (turn: number): string => `begin-${turn}-begun`;
export const lastWords = (turn: number): string => `end-${turn}-ended`;

/** How a turn is asked for. Throws for a play that a model without a script can't be asked for. */
export type Ask = (play: Play, turn: number) => string;

export const askScript: Ask = (play, turn) => `BENCH ${play} ${turn}`;

export const askReal: Ask = (play, turn) => {
  const { wish } = PLAYS[play];
  if (wish === undefined) throw new Error(`"${play}" needs a model that follows a script.`);
  return wish(turn);
};

/** When the model was asked, by turn. */
export const askedAt = new Map<number, number>();

const REQUEST = /.*\bBENCH (\w+) (\d+)/s;

export const scene: Scene = {
  name: "bench",
  matches: (text) => REQUEST.test(text),
  play(context) {
    const [, name = "", number = ""] = REQUEST.exec(context.userText) ?? [];
    const turn = Number(number);
    if (!askedAt.has(turn)) askedAt.set(turn, now());
    return name in PLAYS ? PLAYS[name as Play].step(turn, context) : { text: `no play is called ${name}` };
  },
};

function words(count: number): string {
  return Array.from({ length: count }, (_, at) => `word${at + 1}`).join(" ");
}
