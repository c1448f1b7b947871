// Asks one question on the terminal until the answer can be taken. The wizard knows only the types, so that tests can
// answer for a person.
import type { Key } from "node:readline";
import type { Readable, Writable } from "node:stream";
import prompts from "prompts";

/** Why an answer can't be taken, in a sentence; undefined when it can. */
export type Judge = (answer: string) => Promise<string | undefined>;

export type Question =
  | {
      readonly kind: "text" | "password";
      readonly message: string;
      readonly initial?: string | undefined;
      readonly judge: Judge;
    }
  | { readonly kind: "confirm"; readonly message: string; readonly initial: boolean }
  | {
      readonly kind: "select";
      readonly message: string;
      readonly choices: readonly { readonly title: string; readonly value: string }[];
      /** The value that is offered first. */
      readonly initial?: string | undefined;
      readonly judge: Judge;
    };

/** Undefined when the person gave up (Ctrl-C, Ctrl-D, Escape). */
export interface Ask {
  (question: Extract<Question, { kind: "confirm" }>): Promise<boolean | undefined>;
  (question: Exclude<Question, { kind: "confirm" }>): Promise<string | undefined>;
}

export interface AskOptions {
  /** For the reasons why an answer can't be taken. */
  readonly print: (line: string) => void;
  /** The terminal, by default. */
  readonly stdin?: Readable;
  readonly stdout?: Writable;
}

/** What the library's prompts are inside (2.4.2). */
interface OpenPrompt {
  value: unknown;
  readonly initial?: unknown;
  msg: string;
  /** What `render` has written, and clears at its next call. */
  outputText: string;
  /** The person gave up. */
  readonly aborted?: boolean;
  /** Where the next sign goes; undefined where nothing is typed. */
  readonly cursor?: number;
  submit: () => unknown;
  abort(): void;
  render(): void;
  bell(): void;
  /** Empties the line. */
  reset(): void;
  /** Of one sign before the cursor. */
  delete?(): void;
  /** Called for each key that the library has no name for. */
  _(sign: string | undefined, key: Key): void;
}

export function askOnTerminal({ print, stdin, stdout }: AskOptions): Ask {
  const ask = async (question: Question): Promise<unknown> => {
    let fault = undefined as { readonly error: unknown } | undefined;
    let isHeld = false;
    const answers = await prompts({
      name: "answer",
      message: question.message,
      ...details(question),
      ...(stdin && { stdin }),
      ...(stdout && { stdout }),
      onRender(this: OpenPrompt) {
        if (isHeld) return;
        isHeld = true;
        takeOnlySigns(this);
        if (question.kind === "confirm") return;
        holdUntilJudged(this, question, print, (error) => {
          fault = { error };
          this.abort();
        });
      },
    });
    if (fault !== undefined) throw fault.error;
    return answers["answer"] as unknown;
  };
  return ask as Ask;
}

function details(question: Question): Pick<prompts.PromptObject, "type" | "initial" | "choices"> {
  switch (question.kind) {
    case "confirm":
      return { type: "confirm", initial: question.initial };
    case "select": {
      const first = question.choices.findIndex((choice) => choice.value === question.initial);
      return { type: "select", choices: [...question.choices], initial: Math.max(0, first) };
    }
    default:
      return {
        type: question.kind,
        ...(question.initial === undefined ? {} : { initial: question.initial }),
      };
  }
}

/**
 * The library writes whatever key it has no name for: a control character, and "undefined" for F1. Some of them mean
 * something on each command line.
 */
function takeOnlySigns(prompt: OpenPrompt): void {
  const take = prompt._.bind(prompt);
  prompt._ = (sign, key) => {
    if (key.ctrl && key.name === "u" && prompt.delete) {
      prompt.reset();
    } else if (key.ctrl && key.name === "w" && prompt.delete) {
      const before = String(prompt.value).slice(0, prompt.cursor);
      for (let left = lengthOfLastWord(before); left > 0; left--) prompt.delete();
    } else if (sign === undefined || /\p{Cc}/u.test(sign)) {
      prompt.bell();
    } else {
      take(sign, key);
    }
  };
}

/** With the blanks behind it. */
function lengthOfLastWord(text: string): number {
  const trimmed = text.trimEnd();
  const word = trimmed.split(/\s/).at(-1) ?? "";
  return text.length - trimmed.length + word.length;
}

/**
 * Enter only asks for the judgement: the library marks a question as done (✔) before anybody can look at the answer, and
 * what it has for wrong ones leaves a mess behind as soon as the reason takes more than a row.
 */
function holdUntilJudged(
  prompt: OpenPrompt,
  { kind, message, judge }: Exclude<Question, { kind: "confirm" }>,
  print: AskOptions["print"],
  fail: (error: unknown) => void,
): void {
  const submit = prompt.submit.bind(prompt);
  const answerNow = (): string =>
    String((kind === "select" ? prompt.value : prompt.value || prompt.initial) ?? "");
  const say = (suffix: string): void => {
    prompt.msg = message + suffix;
    prompt.render();
  };
  const judged = async (): Promise<void> => {
    const answer = answerNow();
    say(" (checking)");
    const reason = await judge(answer);
    if (prompt.aborted) return;
    say("");
    // Changed in the meantime: Enter was not for this one.
    if (answerNow() !== answer) return;
    if (reason === undefined) {
      submit();
      return;
    }
    // Below the answer, whose line only a selection ends itself; and the question once more below that.
    if (kind !== "select") {
      // One that was only offered is as good as typed now; the cursor is at its end.
      Object.assign(prompt, { value: answer, cursor: answer.length, cursorOffset: 0 });
      prompt.render();
      print("");
    }
    print(`✗ ${reason}`);
    prompt.outputText = "";
    prompt.render();
  };
  let isJudging = false;
  prompt.submit = async () => {
    if (isJudging) return;
    isJudging = true;
    await judged().catch(fail);
    isJudging = false;
  };
}
