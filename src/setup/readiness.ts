// All the checks that a start makes: what the bridge needs to know, or everything that stands in its way.

import type { Project } from "../config/project.ts";
import type { MattermostApi, User } from "../mattermost/types.ts";
import {
  type Check,
  type ClaudeVersion,
  checkAccount,
  checkBotName,
  checkClaude,
  checkPostLimit,
  failedBy,
  passed,
} from "./checks.ts";
import { checkProjects, type ReadyProject, withoutTwins } from "./project-checks.ts";

export interface UnservedProject {
  readonly project: Project;
  /** What to do about it, as a sentence. */
  readonly why: string;
}

export interface Readiness {
  readonly account: User;
  /** Undefined where all projects are on other machines. */
  readonly claudeVersion: string | undefined;
  /** The longest post in code points. */
  readonly postLimit: number;
  /** One at least. */
  readonly projects: readonly ReadyProject[];
  /** Those in whose way something stands that is no reason not to serve the others. */
  readonly unserved: readonly UnservedProject[];
  readonly hints: readonly string[];
}

export interface ReadinessInput {
  readonly api: MattermostApi;
  readonly botName: string | undefined;
  readonly projects: readonly Project[];
  readonly claudeVersion: ClaudeVersion;
}

type Failure = Check<never> & { readonly ok: false };

export type NotReady = Pick<Failure, "isServerDown" | "isForeign" | "retryAfterMs"> & {
  readonly ok: false;
  readonly problems: readonly string[];
};

export async function checkReadiness({
  api,
  botName,
  projects,
  claudeVersion,
}: ReadinessInput): Promise<({ readonly ok: true } & Readiness) | NotReady> {
  // Takes longest and needs nobody else.
  const claudesChecked = checkClaudes(projects, claudeVersion);
  const account = await checkAccount(api);
  if (!account.ok) {
    return notReady([account, ...failures([...(await claudesChecked).values()])]);
  }
  const [claudes, limit, name, checked] = await Promise.all([
    claudesChecked,
    checkPostLimit(api),
    checkBotName(api, botName ?? account.value.username, account.value),
    checkProjects(api, projects, account.value),
  ]);
  const claudeOf = ({ claudePath, runner }: Project): Check<string | undefined> | undefined =>
    runner ? ELSEWHERE : claudes.get(claudePath);
  const wrong = checked.flatMap((check) => failures([check]));
  const { distinct: served, twins } = withoutTwins(
    checked.flatMap((check) => (check.ok && claudeOf(check.value.project)?.ok ? [check.value] : [])),
  );
  const first = served.find(({ project }) => project.runner === undefined) ?? served[0];
  const claude = first && claudeOf(first.project);
  const isUncertain = wrong.some(({ isServerDown, isForeign }) => isServerDown || isForeign);
  if (!limit.ok || !name.ok || !claude?.ok || isUncertain) {
    return notReady([...failures([limit]), ...wrong, ...failures([name, ...claudes.values()])]);
  }
  return {
    ok: true,
    account: account.value,
    claudeVersion: claude.value,
    postLimit: limit.value,
    projects: served,
    unserved: [
      ...projects.flatMap((project, index) => {
        const [failure] = failures([checked[index], claudeOf(project)]);
        return failure ? [{ project, why: failure.text }] : [];
      }),
      ...twins,
    ],
    hints: [account, ...checked, name, claude].flatMap((check) => (check.ok ? check.hints : [])),
  };
}

/** Of another machine: a session says it, and doctor. */
export const ELSEWHERE: Check<undefined> = passed(undefined, "");

/** By the program's path; none of those on other machines. */
export async function checkClaudes(
  projects: readonly Project[],
  claudeVersion: ClaudeVersion,
): Promise<ReadonlyMap<string, Check<string>>> {
  const here = projects.filter(({ runner }) => runner === undefined);
  const paths = [...new Set(here.map(({ claudePath }) => claudePath))];
  const checks = await Promise.all(paths.map((path) => checkClaude(claudeVersion, path)));
  return new Map(paths.map((path, index) => [path, checks[index] as Check<string>]));
}

const failures = (checks: readonly (Check<unknown> | undefined)[]): Failure[] =>
  checks.flatMap((check) => (check && !check.ok ? [check] : []));

function notReady(found: readonly Failure[]): NotReady {
  const { isServerDown, isForeign, retryAfterMs } = failedBy(found, (text) => text);
  return {
    ok: false,
    problems: [...new Set(found.flatMap(({ text }) => text.split("\n")))],
    isServerDown,
    isForeign,
    retryAfterMs,
  };
}
