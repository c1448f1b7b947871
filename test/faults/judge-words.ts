// Whether people can read what the model said: each answer's words once and in order.

import type { SeenPost } from "../../sandbox/server/state.ts";
import { textOf } from "./files.ts";
import type { Stage } from "./stage.ts";
import { type Heard, marksOf, type Played, type Problem } from "./thread.ts";
import { type Answer, wordsIn } from "./words.ts";

/** A Claude whose daemon was killed may still ask the model for so long. */
const ORPHAN_MS = 5000;

/** Each answer's words once and in order: all of them, or, of an answer that was cut off, those there ever were. */
export function judgeWords(
  stage: Stage,
  thread: Played,
  mine: readonly SeenPost[],
  heard: readonly Heard[],
): Problem[] {
  const problems: Problem[] = [];
  const shown = group(wordsIn(mine.map((post) => post.message).join("\n")));
  const kept = group(
    wordsIn(
      heard
        .flatMap(({ lines }) => lines)
        .flatMap(({ type, message }) => (type === "assistant" ? [textOf(message?.content)] : []))
        .join("\n"),
    ),
  );
  const marks = marksOf(thread);
  const answers = stage.ledger.answers;
  for (const answer of answers) {
    const numbers = shown.get(answer.name) ?? [];
    const isOurs = answer.mark === "" ? numbers.length > 0 || kept.has(answer.name) : marks.has(answer.mark);
    if (isOurs) {
      problems.push(...judgeAnswer(stage, answer, numbers, kept.get(answer.name)?.length ?? 0));
    } else if (numbers.length > 0) {
      problems.push({ kind: "wrong", what: `${answer.name} belongs to another thread` });
    }
  }
  const order = [...shown.keys()];
  const asked = answers.map(({ name }) => name).filter((name) => shown.has(name));
  if (order.join() !== asked.join()) {
    problems.push({
      kind: "wrong",
      what: `answers stand as ${order.join(" ")}; asked for as ${asked.join(" ")}`,
    });
  }
  const now = new Set([...shown].flatMap(([name, numbers]) => numbers.map((number) => `${name}w${number}`)));
  for (const word of thread.read) {
    if (!now.has(word)) {
      problems.push({ kind: "lost", what: `${word} was shown and is gone` });
    }
  }
  return problems;
}

function judgeAnswer(stage: Stage, answer: Answer, numbers: readonly number[], keptCount: number): Problem[] {
  const { name, count, startedAt } = answer;
  const problems: Problem[] = [];
  const distinct = new Set(numbers);
  if (distinct.size < numbers.length) {
    problems.push({
      kind: "doubled",
      what: `${numbers.length - distinct.size} words of ${name} stand there again`,
    });
  }
  const wasCut = stage.endings.some((at) => at >= startedAt - ORPHAN_MS);
  const least = wasCut ? keptCount : count;
  const highest = Math.max(0, ...numbers);
  if (distinct.size < Math.max(least, highest)) {
    problems.push({
      kind: "lost",
      what: `${distinct.size} words of ${name}, up to ${highest}; there were ${least}`,
    });
  }
  if (numbers.some((number, at) => number < (numbers[at - 1] ?? 0))) {
    problems.push({ kind: "wrong", what: `the words of ${name} are out of order` });
  }
  return problems;
}

function group(
  words: readonly { readonly answer: string; readonly number: number }[],
): Map<string, number[]> {
  const grouped = new Map<string, number[]>();
  for (const { answer, number } of words) {
    const numbers = grouped.get(answer);
    if (numbers) {
      numbers.push(number);
    } else {
      grouped.set(answer, [number]);
    }
  }
  return grouped;
}
