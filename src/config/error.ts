// What keeps mm-claude from starting, all of it at once and each with the way to mend it: the user's settings, or what
// only the server or the machine could tell.

export interface Problem {
  /** A variable, an option or a file, as the person knows it. */
  readonly setting: string;
  readonly problem: string;
  readonly mend: string;
}

export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly Problem[];

  /** `heading`: what failed because of them. */
  constructor(problems: readonly Problem[], heading = "mm-claude can't start with these settings") {
    super(headed(heading, problems.map(renderProblem)));
    this.problems = problems;
  }
}

export class StartError extends Error {
  override readonly name = "StartError";

  /** `findings`: a sentence or two each. */
  constructor(findings: readonly string[]) {
    const [only, ...more] = findings;
    const heading = "mm-claude can't start";
    super(only !== undefined && more.length === 0 ? `${heading}: ${only}` : headed(heading, findings));
  }
}

const headed = (heading: string, lines: readonly string[]): string =>
  [`${heading}:`, ...lines.map((line) => `  ${line}`)].join("\n");

export function renderProblem({ setting, problem, mend }: Problem): string {
  return `${setting}: ${problem}. ${mend}.`;
}
