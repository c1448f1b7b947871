// Whether a thread is as it must be: compares what people said, what Claude has in its conversation, what the model
// said and what people can read. Reads only; waits for nothing.

import type { SeenPost } from "../../src/sandbox/server/state.ts";
import { wordsOf } from "../support/words-of.ts";
import type { SavedLine, Stage } from "./stage.ts";
import { type Answer, type Request, requestIn, wordsIn } from "./words.ts";

export interface Problem {
  readonly kind: "lost" | "doubled" | "wrong";
  readonly what: string;
}

export type Verdict = "allowed" | "denied";

/** What the campaign knows of a thread it has played in. */
export interface Played {
  readonly root: string;
  /** Marks of the messages of those who may speak, in the order of their posts. */
  readonly said: string[];
  readonly posts: Map<string, string>;
  /** A guest's messages, by mark, and what was decided about each. */
  readonly guests: Map<string, Verdict | undefined>;
  /** Decisions about tools, by the mark of the message. */
  readonly tools: Map<string, { readonly verdict: Verdict; readonly at: number }>;
  /** How often 🔄 was pressed where it was offered. */
  goings: number;
  /** Words people have read, so that none is taken away again. */
  readonly read: Set<string>;
}

/** A Claude whose daemon was killed may still ask the model for so long. */
const ORPHAN_MS = 5000;

interface SessionDocument {
  readonly sessionId: string;
  readonly state: {
    readonly phase: string;
    readonly queue: readonly unknown[];
    readonly inFlight?: unknown;
    readonly taken: readonly string[];
    readonly asks: readonly { readonly kind: string }[];
  };
}

export function documentOf(stage: Stage, { root }: Played): SessionDocument | undefined {
  return stage.documentOf(root) as SessionDocument | undefined;
}

export function judge(stage: Stage, thread: Played, inFull: boolean): Problem[] {
  const document = documentOf(stage, thread);
  if (!document) {
    return [{ kind: "lost", what: "there is no session for the thread" }];
  }
  const posts = stage.sandbox.state.thread(thread.root);
  const mine = posts.filter((post) => post.userId === stage.bot.id);
  const saved = stage.saved(document.sessionId);
  const early = [...judgeCalm(thread, document), ...judgeMessages(thread, saved)];
  // While it waits, the campaign judges often: what costs more is looked at when the rest is well, or told to be.
  if (early.length > 0 && !inFull) {
    return early;
  }
  return [
    ...early,
    ...judgeWords(stage, thread, mine, saved),
    ...judgeDecisions(stage, thread, mine),
    ...judgePosts(posts, mine),
  ];
}

function judgeCalm(thread: Played, { state }: SessionDocument): Problem[] {
  const problems: Problem[] = [];
  for (const [mark, postId] of thread.posts) {
    if (!state.taken.includes(postId)) {
      problems.push({ kind: "lost", what: `message ${mark} was never heard` });
    }
  }
  if (state.phase === "working" || state.queue.length > 0 || state.inFlight !== undefined) {
    problems.push({ kind: "wrong", what: `it is not calm: ${state.phase}, ${state.queue.length} wait` });
  }
  return problems;
}

/** Every message once in Claude's conversation, in order; a guest's only with leave. */
function judgeMessages(thread: Played, saved: readonly SavedLine[]): Problem[] {
  const problems: Problem[] = [];
  const taken = saved.flatMap(requestOf);
  const marks = taken.flatMap((request) => (request === "go on" ? [] : [request.mark]));
  const allowed = [...thread.guests].filter(([, verdict]) => verdict === "allowed").map(([mark]) => mark);
  const expected = [...thread.said, ...allowed];
  for (const mark of expected) {
    const times = marks.filter((one) => one === mark).length;
    if (times !== 1) {
      problems.push({
        kind: times === 0 ? "lost" : "doubled",
        what: `message ${mark} reached Claude ${times} times`,
      });
    }
  }
  for (const mark of marks.filter((one) => !expected.includes(one))) {
    problems.push({ kind: "wrong", what: `message ${mark} reached Claude, and should not have` });
  }
  const inOrder = marks.filter((mark) => thread.said.includes(mark));
  if (problems.length === 0 && inOrder.join() !== thread.said.join()) {
    problems.push({ kind: "wrong", what: `said: ${thread.said.join(" ")}; taken: ${inOrder.join(" ")}` });
  }
  const goings = taken.length - marks.length;
  if (goings !== thread.goings) {
    const kind = goings < thread.goings ? "lost" : "doubled";
    problems.push({ kind, what: `🔄 was pressed ${thread.goings} times and taken ${goings} times` });
  }
  return problems;
}

function requestOf({ type, message, isMeta, isSidechain }: SavedLine): (Request | "go on")[] {
  if (type !== "user" || isMeta === true || isSidechain === true) {
    return [];
  }
  const request = requestIn(textOf(message?.content));
  return request === undefined ? [] : [request];
}

function textOf(content: unknown): string {
  if (typeof content === "string") {
    return content;
  }
  const blocks = Array.isArray(content) ? (content as { type?: unknown; text?: unknown }[]) : [];
  return blocks.flatMap(({ type, text }) => (type === "text" ? [String(text)] : [])).join("\n");
}

/** Each answer's words once and in order: all of them, or, of an answer that was cut off, those there ever were. */
function judgeWords(
  stage: Stage,
  thread: Played,
  mine: readonly SeenPost[],
  saved: readonly SavedLine[],
): Problem[] {
  const problems: Problem[] = [];
  const shown = group(wordsIn(mine.map((post) => post.message).join("\n")));
  const kept = group(
    wordsIn(
      saved
        .flatMap(({ type, message }) => (type === "assistant" ? [textOf(message?.content)] : []))
        .join("\n"),
    ),
  );
  const marks = new Set([...thread.said, ...thread.guests.keys()]);
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

/** What a Claude has asked before it was ended may be posted after, and be answered before its end is noticed. */
const ASKED_BEFORE_MS = 1000;

/** A tool that was allowed ran once, one that was denied never; a guest's message has one card. */
function judgeDecisions(stage: Stage, thread: Played, mine: readonly SeenPost[]): Problem[] {
  const problems: Problem[] = [];
  const notes = stage.notes();
  for (const [mark, { verdict, at }] of thread.tools) {
    const times = notes.filter((note) => note === mark).length;
    const wasCut = stage.endings.some((ending) => ending >= at - ASKED_BEFORE_MS);
    if (times > 1 || (verdict === "denied" && times > 0)) {
      problems.push({ kind: "doubled", what: `the tool of ${mark} was ${verdict} and ran ${times} times` });
    } else if (verdict === "allowed" && times === 0 && !wasCut) {
      problems.push({ kind: "lost", what: `the tool of ${mark} was allowed and never ran` });
    }
  }
  for (const mark of thread.guests.keys()) {
    const cards = mine.filter(({ message }) => new RegExp(`^> .*\\b${mark}\\b`, "m").test(message)).length;
    if (cards !== 1) {
      problems.push({
        kind: cards === 0 ? "lost" : "doubled",
        what: `the guest's ${mark} has ${cards} cards`,
      });
    }
  }
  return problems;
}

/** One header; no message still waits; nothing of mm-claude's own stands there twice in a row. */
function judgePosts(posts: readonly SeenPost[], mine: readonly SeenPost[]): Problem[] {
  const problems: Problem[] = [];
  const headers = mine.filter(({ message }) => message.startsWith("### 🤖")).length;
  if (headers !== 1) {
    problems.push({ kind: headers === 0 ? "lost" : "doubled", what: `the thread has ${headers} headers` });
  }
  for (const { message, reactions } of posts) {
    if (reactions.some(({ emojiName, username }) => emojiName === "eyes" && username === "claude-code")) {
      problems.push({ kind: "wrong", what: `"${message}" still wears 👀` });
    }
  }
  posts.forEach((post, at) => {
    // A turn that 🔄 began and that was cut off before its first word leaves nothing between two such posts.
    const words = wordsOf(post);
    const before = posts[at - 1];
    const mayRepeat = words.startsWith("✂️");
    if (mine.includes(post) && !mayRepeat && before && words === wordsOf(before)) {
      problems.push({ kind: "doubled", what: `a post stands there twice: ${words.slice(0, 80)}` });
    }
  });
  return problems;
}

/** Of the whole stage: processes and the state's files. */
export function judgeStage(stage: Stage): Problem[] {
  const unreadable = [...stage.documents()].filter(([, document]) => document === undefined);
  return [
    ...stage.leftovers().map((line) => ({ kind: "wrong" as const, what: `a process is left: ${line}` })),
    ...stage.oddFiles().map((file) => ({ kind: "wrong" as const, what: `a file is left: ${file}` })),
    ...stage.auditProblems().map((what) => ({ kind: "wrong" as const, what })),
    ...unreadable.map(([name]) => ({ kind: "wrong" as const, what: `the document ${name} can't be read` })),
  ];
}
