// What people ask for and what the model says: each message carries a mark, and each answer is made of numbered words
// that no other answer has, so that whatever is lost, doubled or moved shows.

import type { Scene, Step } from "../../src/sandbox/model/scene.ts";

/** What 🔄 says to Claude in a person's place. */
const GO_ON = "Go on where you were cut off.";

export interface Request {
  readonly kind: "words" | "tool";
  readonly mark: string;
  readonly count: number;
  readonly tokenDelayMs: number;
}

export const requestText = ({ kind, mark, count, tokenDelayMs }: Request): string =>
  `RUN ${kind} ${mark} ${count} ${tokenDelayMs}`;

const REQUEST = /RUN (words|tool) (m\d+) (\d+) (\d+)/g;

/** The last request in a text, or that Claude go on: what the text is about, whatever stands before it as context. */
export function requestIn(text: string): Request | "go on" | undefined {
  const last = [...text.matchAll(REQUEST)].at(-1);
  if (text.lastIndexOf(GO_ON) > (last?.index ?? -1)) {
    return "go on";
  }
  return (
    last && {
      kind: last[1] as Request["kind"],
      mark: last[2] ?? "",
      count: Number(last[3]),
      tokenDelayMs: Number(last[4]),
    }
  );
}

/** One message of the model's. */
export interface Answer {
  /** What its words begin with. */
  readonly name: string;
  /** What it answers: a message's mark, or "" for going on. */
  readonly mark: string;
  readonly count: number;
  readonly startedAt: number;
}

export interface Word {
  readonly answer: string;
  readonly number: number;
}

export function wordsIn(text: string): Word[] {
  return [...text.matchAll(/\b([mg]\d+a\d+)w(\d+)e\b/g)].map(([, answer = "", number]) => ({
    answer,
    number: Number(number),
  }));
}

export interface Ledger {
  readonly scene: Scene;
  /** In the order they were asked for. */
  readonly answers: readonly Answer[];
}

/** The scene that plays every request, and what it has said. `file`: where an allowed tool writes its mark. */
export function createLedger(file: string): Ledger {
  const answers: Answer[] = [];
  let goings = 0;

  function say(base: string, mark: string, count: number): string {
    const attempt = answers.filter((answer) => answer.name.startsWith(`${base}a`)).length + 1;
    const name = `${base}a${attempt}`;
    answers.push({ name, mark, count, startedAt: Date.now() });
    const isFenced = count > 300;
    const words = Array.from({ length: count }, (_, at) => `${name}w${at + 1}e${gap(at + 1, isFenced)}`);
    return words.join("").trimEnd() + (isFenced && Math.floor(count / 100) % 2 === 1 ? "\n```" : "");
  }

  function play(userText: string, step: number): Step {
    const request = requestIn(userText);
    if (request === undefined || request === "go on") {
      goings += step === 0 ? 1 : 0;
      return { text: say(`g${goings}`, "", 12), tokenDelayMs: 5 };
    }
    const { kind, mark, count, tokenDelayMs } = request;
    const text = say(mark, mark, count);
    return kind === "tool" && step === 0
      ? {
          text,
          tokenDelayMs,
          tools: [
            { name: "Bash", input: { command: `echo ${mark} >> ${file}`, description: "Note the mark" } },
          ],
        }
      : { text, tokenDelayMs };
  }

  return {
    scene: { name: "words", matches: () => true, play: ({ userText, step }) => play(userText, step) },
    answers,
  };
}

/** Paragraphs, and in long answers fences that open and close, so that cuts fall into all of them. */
function gap(number: number, isFenced: boolean): string {
  if (isFenced && number % 100 === 0) {
    return number % 200 === 0 ? "\n```\n\n" : "\n\n```\n";
  }
  return number % 25 === 0 ? "\n\n" : " ";
}
