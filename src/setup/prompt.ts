// Asks one question on the terminal. The wizard knows only the types, so that tests can answer for a person.
import prompts from "prompts";

export type Question =
  | { readonly kind: "text" | "password"; readonly message: string; readonly initial?: string | undefined }
  | { readonly kind: "confirm"; readonly message: string; readonly initial: boolean }
  | {
      readonly kind: "select";
      readonly message: string;
      readonly choices: readonly { readonly title: string; readonly value: string }[];
      /** The value that is offered first. */
      readonly initial?: string | undefined;
    };

/** Undefined when the person gave up (Ctrl-C, Ctrl-D, Escape). */
export interface Ask {
  (question: Extract<Question, { kind: "confirm" }>): Promise<boolean | undefined>;
  (question: Exclude<Question, { kind: "confirm" }>): Promise<string | undefined>;
}

export const askOnTerminal = (async (question: Question): Promise<unknown> => {
  const answers = await prompts({ name: "answer", message: question.message, ...details(question) });
  return answers["answer"] as unknown;
}) as Ask;

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
