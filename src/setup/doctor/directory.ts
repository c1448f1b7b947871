// Doctor's look at the directory where Claude works, and at git there.

import type { Places } from "../../config/files.ts";
import type { RunCommand } from "../../util/run-command.ts";
import { isDirectory, isUsableDirectory, realPath } from "./paths.ts";
import { type Finding, ok, problem, skipped, warning } from "./report.ts";

export async function examineDirectory({ cwd, home }: Places, run: RunCommand): Promise<Finding[]> {
  const wrong = unusable(cwd);
  if (wrong !== undefined) return [problem(wrong)];
  return [...placeFindings(cwd, home), await gitFinding(cwd, run)];
}

function unusable(cwd: string): string | undefined {
  if (!isDirectory(cwd)) {
    return `There is no directory ${cwd}. Start mm-claude in the one where Claude shall work.`;
  }
  return isUsableDirectory(cwd)
    ? undefined
    : `Claude can't read and write in ${cwd}. Mend its rights, or start mm-claude in another directory.`;
}

function placeFindings(cwd: string, home: string): Finding[] {
  const real = realPath(cwd);
  const instead = "Start mm-claude in a project's directory instead.";
  if (real === "/") return [warning(`Claude works in /, and so in all of this machine. ${instead}`)];
  if (real === realPath(home)) {
    return [warning(`Claude works in your home directory ${cwd}, with all your files. ${instead}`)];
  }
  return [ok(cwd)];
}

async function gitFinding(cwd: string, run: RunCommand): Promise<Finding> {
  const { code } = await run("git", ["rev-parse", "--is-inside-work-tree"], { directory: cwd });
  if (code === undefined) {
    return warning("git is not installed, so nobody can see or take back what Claude changes. Install it.");
  }
  return code === 0
    ? ok("it is in a git repository")
    : skipped("it is in no git repository: what Claude changes there can't be taken back with git");
}
