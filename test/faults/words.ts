// What people ask for and what the model says: each message carries a mark, and each answer is made of numbered words
// that no other answer has, so that whatever is lost, doubled or moved shows.

import type { Call, Scene, Step, StepContext, ToolUse } from "../../sandbox/model/scene.ts";

/** What 🔄 says to Claude in a person's place. */
const GO_ON = "Go on where you were cut off.";

/**
 * What a message is answered with: words alone; a tool between words; one whose command no post can hold; a command in
 * the background; a plan; a question.
 */
export type RequestKind = "words" | "tool" | "huge" | "background" | "plan" | "question";

export interface Request {
  readonly kind: RequestKind;
  readonly mark: string;
  readonly count: number;
  readonly tokenDelayMs: number;
}

export const requestText = ({ kind, mark, count, tokenDelayMs }: Request): string =>
  `RUN ${kind} ${mark} ${count} ${tokenDelayMs}`;

const REQUEST = /RUN (words|tool|huge|background|plan|question) (m\d+) (\d+) (\d+)/g;

/** The last request in a text, or that Claude go on: what the text is about, whatever stands before it as context. */
export function requestIn(text: string): Request | "go on" | undefined {
  const last = [...text.matchAll(REQUEST)].at(-1);
  if (text.lastIndexOf(GO_ON) > (last?.index ?? -1)) {
    return "go on";
  }
  return (
    last && {
      kind: last[1] as RequestKind,
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

/** The mark of the message that an answer is for; "" when it is none. */
export const markOf = (answer: string): string => /^m\d+/.exec(answer)?.[0] ?? "";

/** How long a command in the background takes, in milliseconds. */
export const BACKGROUND_MS = 3000;
const ENDED = /Background command "Background (m\d+)"/;

/** A piece of a command that no post can hold. */
export const hugePart = (mark: string): string => `${mark}-part-`;
/** The end of a command that no post can hold. */
export const hugeEnd = (mark: string): string => `${mark}-is-all`;

export const COLOURS = ["red", "blue"] as const;

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

  function play({ userText, step, calls, planFile }: StepContext): Step {
    const ended = ENDED.exec(userText)?.[1];
    if (ended !== undefined) {
      return { text: say(ended, ended, 5), tokenDelayMs: 5 };
    }
    const request = requestIn(userText);
    if (request === undefined || request === "go on") {
      goings += step === 0 ? 1 : 0;
      return { text: say(`g${goings}`, "", 12), tokenDelayMs: 5 };
    }
    const { kind, mark, count, tokenDelayMs } = request;
    const text = say(mark, mark, count);
    const tool = toolOf(kind, mark, calls, planFile);
    return { text, tokenDelayMs, ...(tool && { tools: [tool] }) };
  }

  /** What the model uses next for such a request; undefined when it only has to say how it went. */
  function toolOf(
    kind: RequestKind,
    mark: string,
    calls: readonly Call[],
    planFile: string | undefined,
  ): ToolUse | undefined {
    const isDone = (name: string) => calls.some((call) => call.name === name);
    switch (kind) {
      case "words":
        return undefined;
      case "plan":
        return planStep(mark, isDone, planFile);
      case "question":
        return isDone("AskUserQuestion") ? undefined : question(mark);
      case "tool":
      case "huge":
      case "background":
        return isDone("Bash") ? undefined : { name: "Bash", input: bash(kind, mark) };
      default:
        return kind satisfies never;
    }
  }

  function bash(kind: RequestKind, mark: string): ToolUse["input"] {
    const note = `echo ${mark} >> ${file}`;
    if (kind === "background") {
      return {
        command: `sleep ${BACKGROUND_MS / 1000}; ${note}`,
        description: `Background ${mark}`,
        run_in_background: true,
      };
    }
    const filler = Array.from({ length: 3000 }, (_, at) => `${hugePart(mark)}${at}`).join(" ");
    const rest = kind === "huge" ? ` # ${filler} ${hugeEnd(mark)}` : "";
    return { command: `${note}${rest}`, description: "Note the mark" };
  }

  return { scene: { name: "words", matches: () => true, play }, answers };
}

/** Into plan mode, the plan into its file where there has to be one, and out again. */
function planStep(
  mark: string,
  isDone: (name: string) => boolean,
  planFile: string | undefined,
): ToolUse | undefined {
  const plan = `# Plan ${mark}\n\n1. Look\n2. Leap`;
  if (!isDone("EnterPlanMode")) {
    return { name: "EnterPlanMode", input: {} };
  }
  // The fake takes the plan's text as it comes, and all of its conversations would share one file.
  const needsFile = planFile !== undefined && !planFile.endsWith("/fake-plan.md");
  if (needsFile && !isDone("Write") && !isDone("ExitPlanMode")) {
    return { name: "Write", input: { file_path: planFile, content: plan } };
  }
  return isDone("ExitPlanMode") ? undefined : { name: "ExitPlanMode", input: { plan } };
}

function question(mark: string): ToolUse {
  const options = COLOURS.map((colour) => ({ label: `${colour} ${mark}`, description: `it is ${colour}` }));
  const questions = [{ question: `Which for ${mark}?`, header: "Colour", multiSelect: false, options }];
  return { name: "AskUserQuestion", input: { questions } };
}

/** Paragraphs, and in long answers fences that open and close, so that cuts fall into all of them. */
function gap(number: number, isFenced: boolean): string {
  if (isFenced && number % 100 === 0) {
    return number % 200 === 0 ? "\n```\n\n" : "\n\n```\n";
  }
  return number % 25 === 0 ? "\n\n" : " ";
}
