// Doctor's look at a project whose Claude is on another machine.

import type { Project } from "../../config/project.ts";
import type { RemoteShell } from "../../remote/types.ts";
import {
  type ClaudeAnswers,
  directoryFlaws,
  type FarMachine,
  lookAt,
  systemFlaws,
  whyUnreached,
} from "../far-machine.ts";
import { type Finding, ok, problem, skipped, warning } from "./report.ts";

const CLOCK_MS = 60_000;
const LEAST_BYTES = 200 * 1024 * 1024;

export async function examineFarMachine(
  project: Pick<Project, "directory" | "claudePath" | "worktree" | "isUnsafeAllowed">,
  shell: RemoteShell,
  answers: ClaudeAnswers,
): Promise<Finding[]> {
  const { name } = shell.remote;
  let machine: FarMachine;
  try {
    machine = await lookAt(shell, project, answers);
  } catch (error) {
    return [
      problem(
        `${whyUnreached(error)} Try the runner of projects.yaml by hand: it must need no password there.`,
      ),
    ];
  }
  const { directory, claudePath, isUnsafeAllowed } = project;
  const asked = { name, directory, claudePath, isUnsafeAllowed };
  const flaws = directoryFlaws(machine, asked);
  return [
    ok(`${name} answers within ${machine.answerMs} ms`),
    ...[...flaws, ...systemFlaws(machine, asked)].map(problem),
    ...(flaws.length === 0 ? [ok(`${directory} on ${name}`)] : []),
    ...claudeFindings(machine, name),
    ...(project.worktree === "off" || machine.directory !== "usable"
      ? []
      : [gitFinding(machine, name, project)]),
    ...clockFindings(machine, name),
    ...roomFindings(machine, name),
  ];
}

function claudeFindings({ claude }: FarMachine, name: string): Finding[] {
  if (claude?.version === undefined) return [];
  const found = ok(`Claude Code ${claude.version} (${claude.path} on ${name})`);
  switch (claude.isLoggedIn) {
    case true:
      return [found, ok("Claude is logged in there")];
    case undefined:
      return [found, skipped(`whether Claude is logged in can't be checked with version ${claude.version}`)];
    case false:
      return [found];
  }
}

/** Without git there are no worktrees. */
function gitFinding({ git }: FarMachine, name: string, { worktree }: Pick<Project, "worktree">): Finding {
  const instead = "or set worktree: off";
  switch (git) {
    case "repository":
      return ok("it is in a git repository");
    case "none":
      return warning(
        `worktree: ${worktree} needs a git repository, and it is in none that git there uses. Run git init or git status there, ${instead}.`,
      );
    case "missing":
      return warning(
        `worktree: ${worktree} needs git, which is not installed on ${name}. Install it, ${instead}.`,
      );
  }
}

function clockFindings({ clockMs }: FarMachine, name: string): Finding[] {
  if (clockMs === undefined || Math.abs(clockMs) <= CLOCK_MS) return [];
  const minutes = Math.round(Math.abs(clockMs) / 60_000);
  const how = `${minutes} ${minutes === 1 ? "minute" : "minutes"} ${clockMs > 0 ? "ahead of" : "behind"} this one`;
  return [
    warning(
      `The clock of ${name} is ${how}. Set it by a time server: times in the thread are wrong otherwise.`,
    ),
  ];
}

function roomFindings({ freeBytes }: FarMachine, name: string): Finding[] {
  return freeBytes === undefined || freeBytes >= LEAST_BYTES
    ? []
    : [
        warning(
          `There are only ${Math.round(freeBytes / 1024 / 1024)} MB free for temporary files on ${name}. Make room.`,
        ),
      ];
}
