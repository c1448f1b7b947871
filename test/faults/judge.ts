// Whether a thread is as it must be: compares what people said, what Claude has in its conversations, what the model
// said and what people can read. Reads only; waits for nothing.

import type { SeenPost } from "../../sandbox/server/state.ts";
import { wordsOf } from "../support/words-of.ts";
import { isShownAsAnswer, stoodBefore } from "./answers.ts";
import { judgeDecisions } from "./judge-decisions.ts";
import { judgePlace } from "./judge-place.ts";
import { judgeWords } from "./judge-words.ts";
import type { Stage } from "./stage.ts";
import { documentOf, type Heard, heardIn, type Played, type Problem } from "./thread.ts";
import { wearsEyes } from "./watch.ts";

export function judge(stage: Stage, thread: Played, inFull: boolean): Problem[] {
  const document = documentOf(stage, thread);
  const heard = heardIn(stage, thread);
  const posts = stage.sandbox.state.thread(thread.root);
  const ahead = posts.filter(({ createdAt }) => createdAt > Date.now()).map(({ id }) => id);
  const isAhead = (mark: string): boolean => ahead.includes(thread.posts.get(mark) ?? "");
  const mine = posts.filter((post) => post.userId === stage.bot.id);
  // What was taken as an answer by a Claude that was then ended is in no conversation.
  const isAnswer = (mark: string): boolean =>
    stage.endings.some((at) => at >= (thread.saidAt.get(mark) ?? 0)) &&
    mine.some((post) => isShownAsAnswer(post, mark));
  const early = [
    ...(document ? judgeCalm(thread, document) : [LOST_SESSION]),
    ...judgeMessages(thread, heard, { isAhead, isAnswer }),
    ...judgeAnswers(thread, heard, posts, mine),
    ...judgeClears(thread, heard),
  ];
  // While it waits, the campaign judges often: what costs more is looked at when the rest is well, or told to be.
  if (early.length > 0 && !inFull) {
    return early;
  }
  return [
    ...early,
    ...judgePlace(stage, thread, heard),
    ...judgeWords(stage, thread, mine, heard),
    ...judgeDecisions(stage, thread, mine, heard),
    ...judgePosts(posts, mine),
  ];
}

const LOST_SESSION: Problem = { kind: "lost", what: "there is no session for the thread" };

function judgeCalm(thread: Played, { state }: NonNullable<ReturnType<typeof documentOf>>): Problem[] {
  const problems: Problem[] = [];
  for (const [mark, postId] of thread.posts) {
    if (!state.taken.includes(postId)) {
      problems.push({ kind: "lost", what: `message ${mark} was never heard` });
    }
  }
  if (state.phase.name === "working" || state.queue.length > 0) {
    problems.push({ kind: "wrong", what: `it is not calm: ${state.phase.name}, ${state.queue.length} wait` });
  }
  return problems;
}

/** Every message once in Claude's conversations, in order, or as an answer; a guest's only with leave. */
function judgeMessages(
  thread: Played,
  heard: readonly Heard[],
  { isAhead, isAnswer }: Readonly<Record<"isAhead" | "isAnswer", (mark: string) => boolean>>,
): Problem[] {
  const problems: Problem[] = [];
  const taken = heard.flatMap(({ requests }) => requests);
  const marks = taken.flatMap((request) => (request === "go on" ? [] : [request.mark]));
  const answering = heard.flatMap(({ answers }) => answers.map(({ mark }) => mark));
  const timesOf = (mark: string): number => {
    const times = [...marks, ...answering].filter((one) => one === mark).length;
    return times === 0 && isAnswer(mark) ? 1 : times;
  };
  const allowed = [...thread.guests].filter(([, verdict]) => verdict === "allowed").map(([mark]) => mark);
  const expected = [...thread.said, ...allowed];
  for (const mark of expected) {
    const times = timesOf(mark);
    if (times !== 1) {
      problems.push({
        kind: times === 0 ? "lost" : "doubled",
        what: `message ${mark} reached Claude ${times} times`,
      });
    }
  }
  for (const { marks: either, least } of thread.loose) {
    const times = either.reduce((sum, mark) => sum + timesOf(mark), 0);
    if (times < least || times > 1) {
      const kind = times < least ? "lost" : "doubled";
      problems.push({
        kind,
        what: `a changed message (${either.join(" or ")}) reached Claude ${times} times`,
      });
    }
  }
  const known = new Set([...expected, ...thread.loose.flatMap(({ marks: either }) => either)]);
  for (const mark of marks.filter((one) => !known.has(one))) {
    problems.push({ kind: "wrong", what: `message ${mark} reached Claude, and should not have` });
  }
  // A post that is dated ahead stands behind all others in the channel; an answer is heard before what waits.
  const said = thread.said.filter((mark) => !isAhead(mark) && marks.includes(mark));
  const inOrder = marks.filter((mark) => said.includes(mark));
  if (problems.length === 0 && inOrder.join() !== said.join()) {
    problems.push({ kind: "wrong", what: `said: ${said.join(" ")}; taken: ${inOrder.join(" ")}` });
  }
  const goings = taken.length - marks.length;
  if (goings !== thread.goings) {
    const kind = goings < thread.goings ? "lost" : "doubled";
    problems.push({ kind, what: `🔄 was pressed ${thread.goings} times and taken ${goings} times` });
  }
  return problems;
}

/** Nothing that was written before a card stood there is its answer. */
function judgeAnswers(
  thread: Played,
  heard: readonly Heard[],
  posts: readonly SeenPost[],
  mine: readonly SeenPost[],
): Problem[] {
  return heard
    .flatMap(({ answers }) => answers)
    .filter(({ mark, about }) => {
      const message = posts.find(({ id }) => id === thread.posts.get(mark));
      return message !== undefined && !stoodBefore(mine, about, message);
    })
    .map(({ mark, about }) => ({
      kind: "wrong",
      what: `${mark} was written before the card about ${about} stood there, and was taken as its answer`,
    }));
}

/** What was said between two `!clear`s is one conversation, and no other one's. */
function judgeClears(thread: Played, heard: readonly Heard[]): Problem[] {
  const bounds = [0, ...thread.clears.map(({ at }) => at), thread.said.length];
  const eraOf = (mark: string): number => {
    const at = thread.said.indexOf(mark);
    return at < 0 ? -1 : bounds.findLastIndex((bound, index) => bound <= at && index < bounds.length - 1);
  };
  const problems: Problem[] = [];
  const homes = new Map<number, string>();
  for (const { id, requests } of heard) {
    const marks = requests.flatMap((one) => (one === "go on" ? [] : [one.mark]));
    const eras = new Set(marks.map(eraOf).filter((era) => era >= 0));
    if (eras.size > 1) {
      const what = `what was said before and after !clear is in one conversation: ${marks.join(" ")}`;
      problems.push({ kind: "lost", what });
    }
    for (const era of eras) {
      if (homes.has(era)) {
        problems.push({
          kind: "lost",
          what: `a conversation was not gone on with: ${marks.join(" ")} began anew`,
        });
      }
      homes.set(era, id);
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
  for (const post of posts) {
    if (wearsEyes(post)) {
      problems.push({ kind: "wrong", what: `"${post.message}" still wears 👀` });
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
