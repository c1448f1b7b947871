// What the model says in the bench. Each turn has a number of its own, by which its words and its first token are
// known.

import { longText } from "../src/sandbox/model/long-text.ts";
import type { Scene, Step, StepContext } from "../src/sandbox/model/scene.ts";
import { now } from "./clock.ts";

const PLAYS = {
  short: (turn) => ({ text: `${firstWords(turn)} Hello there. ${lastWords(turn)}` }),
  paced: (turn) => ({ text: `${firstWords(turn)} ${words(40)} ${lastWords(turn)}`, tokenDelayMs: 20 }),
  slow: (turn) => ({ text: `${firstWords(turn)} ${words(400)} ${lastWords(turn)}`, tokenDelayMs: 50 }),
  long: (turn) => ({ text: `${longText(60_000)}\n\n${lastWords(turn)}` }),
  tools: (turn, { step, directory }) =>
    step < 10
      ? { tools: [{ name: "Read", input: { file_path: `${directory}/notes-${step}.txt` } }] }
      : { text: lastWords(turn) },
  permit: (turn, { step }) =>
    step === 0
      ? { tools: [{ name: "Bash", input: { command: "echo hi > out.txt", description: "Write a file" } }] }
      : { text: lastWords(turn) },
} as const satisfies Record<string, (turn: number, context: StepContext) => Step>;

export type Play = keyof typeof PLAYS;

let turns = 0;

/** A turn nobody has asked for yet. */
export const nextTurn = (): number => ++turns;
export const request = (play: Play, turn: number): string => `BENCH ${play} ${turn}`;
export const firstWords = (turn: number): string => `begin-${turn}-begun`;
export const lastWords = (turn: number): string => `end-${turn}-ended`;

/** When the model was asked, by turn. It answers at once, so this is within a millisecond of its first token. */
export const askedAt = new Map<number, number>();

const REQUEST = /.*\bBENCH (\w+) (\d+)/s;

export const scene: Scene = {
  name: "bench",
  matches: (text) => REQUEST.test(text),
  play(context) {
    const [, name = "", number = ""] = REQUEST.exec(context.userText) ?? [];
    const turn = Number(number);
    if (!askedAt.has(turn)) askedAt.set(turn, now());
    return name in PLAYS ? PLAYS[name as Play](turn, context) : { text: `no play is called ${name}` };
  },
};

function words(count: number): string {
  return Array.from({ length: count }, (_, at) => `word${at + 1}`).join(" ");
}
