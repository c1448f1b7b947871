// A person at the wizard: answers its questions one after the other, and sees what the terminal shows.

import { expect } from "vitest";
import { SETTINGS, type SettingKey } from "../../../src/config/settings.ts";
import type { Ask, Question } from "../../../src/setup/prompt.ts";
import { runWizard, type WizardOptions } from "../../../src/setup/wizard.ts";
import { emptyPlaces, setupWorld } from "../../support/setup-world.ts";

export type Answer = string | boolean | undefined;

type World = Awaited<ReturnType<typeof setupWorld>>;

export interface Over extends Partial<Pick<WizardOptions, "claudeVersion" | "claudeLogin" | "offerService">> {
  readonly given?: Partial<Record<SettingKey, string>>;
  readonly world?: World;
}

/**
 * Answers in turn as a person would, "⏎" meaning the answer that is offered; records what the terminal shows. As there, a
 * question stays open until an answer can be taken.
 */
export async function drive(answers: Answer[], { given = {}, world, ...over }: Over = {}) {
  const { connect } = world ?? (await setupWorld());
  const places = emptyPlaces();
  const screen: string[] = [];
  const questions: Question[] = [];
  const answerOnce = (question: Question): Answer => {
    if (answers.length === 0) throw new Error(`unexpected question: ${question.message}`);
    const next = answers.shift();
    const answer = next === "⏎" ? (question.initial ?? "") : next;
    const shown =
      question.kind === "password" ? "********" : answer === false ? "No" : answer === true ? "Yes" : answer;
    screen.push(`? ${question.message} ${answer === undefined ? "^C" : shown}`);
    return answer;
  };
  const ask = async (question: Question): Promise<Answer> => {
    questions.push(question);
    for (;;) {
      const answer = answerOnce(question);
      if (question.kind === "confirm" || answer === undefined) return answer;
      const reason = await question.judge(String(answer));
      if (reason === undefined) return answer;
      screen.push(`✗ ${reason}`);
    }
  };
  const run = async (isFirstStart = true) => {
    const result = await runWizard({
      ask: ask as Ask,
      print: (line) => screen.push(line),
      connect,
      claudePath: "claude",
      context: places,
      claudeVersion: async () => "2.1.330",
      claudeLogin: async () => "logged-in",
      given,
      file: places.userFile,
      fileName: "~/.config/mm-claude/.env",
      isFirstStart,
      ...over,
    });
    // Whatever happened: who reads this never set a variable.
    for (const { variable } of Object.values(SETTINGS)) expect(screen.join("\n")).not.toContain(variable);
    return result;
  };
  return { run, screen, questions, places, left: answers };
}
