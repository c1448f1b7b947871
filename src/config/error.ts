// What is wrong with the user's settings: all of it at once, each problem with the way to mend it.

export interface Problem {
  /** A variable, an option or a file, as the person knows it. */
  readonly setting: string;
  readonly problem: string;
  readonly mend: string;
}

export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly Problem[];

  /** `findings`: what only the server or the machine could tell, a sentence each. */
  constructor(problems: readonly Problem[], findings: readonly string[] = []) {
    const lines = [...problems.map(renderProblem), ...findings].map((line) => `  ${line}`);
    super(`mm-claude can't start with these settings:\n${lines.join("\n")}`);
    this.problems = problems;
  }
}

function renderProblem({ setting, problem, mend }: Problem): string {
  return `${setting}: ${problem}. ${mend}.`;
}
