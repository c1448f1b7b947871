// Doctor's look at projects.yaml: a section for each of its projects, with its channel, its directory and its people.

import { ConfigError, renderProblem } from "../../config/error.ts";
import { shortPath } from "../../config/files.ts";
import type { ConfigInput } from "../../config/load.ts";
import { type Project, projectDefaults } from "../../config/project.ts";
import { parseProjects, readProjectsText } from "../../config/projects-file.ts";
import type { Config } from "../../config/settings.ts";
import type { User } from "../../mattermost/types.ts";
import type { RemoteShell } from "../../remote/types.ts";
import { stateRoot } from "../../store/locations.ts";
import type { RunCommand } from "../../util/run-command.ts";
import { checkBots } from "../check-bots.ts";
import { checkAccount, checkApprovers, checkUsers, WORDS_OF_FILE } from "../checks.ts";
import type { ClaudeAnswers } from "../far-machine.ts";
import { checkProjectChannel } from "../project-channel.ts";
import { type ProjectsApi, sharedLookups } from "../shared-lookups.ts";
import { examineFarMachine } from "./far-machine.ts";
import type { DoctorConnect } from "./mattermost.ts";
import { isDirectory, isUsableDirectory } from "./paths.ts";
import { type Finding, findingsOf, ok, problem, type Section, skipped, warning } from "./report.ts";

export interface ProjectsExamination {
  readonly input: ConfigInput;
  readonly connect: DoctorConnect;
  readonly run: RunCommand;
  readonly reach: Reach;
  readonly claudeAnswers: ClaudeAnswers;
}

/** The machine behind a runner, which gets no secret of ours. */
export type Reach = (runner: readonly string[]) => RemoteShell;

export interface ProjectSections {
  readonly sections: readonly Promise<Section>[];
  /** There are projects, and all of them are on other machines. */
  readonly isElsewhere: boolean;
}

/** None where there is no such file. `config`: undefined while it is not right. */
export function projectSections(
  config: Config | undefined,
  examination: ProjectsExamination,
): ProjectSections {
  const { input, connect } = examination;
  const listed = projectsOf(config, input);
  if (!Array.isArray(listed)) return { sections: [Promise.resolve(listed)], isElsewhere: false };
  if (listed.length === 0 || config === undefined) return { sections: [], isElsewhere: false };
  const isElsewhere = config.channelId === undefined && listed.every(({ runner }) => runner !== undefined);
  const api = connect(config.url, config.token);
  const account = checkAccount(api);
  const lookups = account.then((checked) =>
    // Where they can't be had, each project says so.
    checked.ok ? sharedLookups(api, listed, checked.value).catch(() => api) : api,
  );
  let before: Promise<unknown> = account;
  const sections = listed.map((project) => {
    // One after the other: there may be hundreds, and others use the server as well.
    const checks = before.then(async () => {
      const checked = await account;
      return [
        ...(checked.ok
          ? await serverFindings(project, checked.value, await lookups)
          : [skipped("its channel and its people are not checked before the bot's account is right")]),
        ...(await placeFindings(project, examination)),
      ];
    });
    before = checks.catch(() => {});
    const title = project.origin === "direct" ? "Direct messages" : `Project ${project.name}`;
    return checks.then((found) => ({ title, checks: found }));
  });
  return { sections, isElsewhere };
}

/** A section instead of them where they can't be had. */
function projectsOf(config: Config | undefined, input: ConfigInput): Project[] | Section {
  const title = "Projects";
  try {
    const text = readProjectsText(input);
    if (text === undefined) return [];
    if (config === undefined)
      return { title, checks: [skipped("not checked before the settings are right")] };
    const { projects, directMessages } = parseProjects(text, {
      places: input,
      defaults: projectDefaults(config),
      stateRoot: stateRoot({ stateHome: input.env["XDG_STATE_HOME"], home: input.home }),
    });
    return [...projects, ...(directMessages === undefined ? [] : [directMessages])];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { title, checks: error.problems.map((one) => problem(renderProblem(one))) };
  }
}

async function serverFindings(project: Project, account: User, api: ProjectsApi): Promise<Finding[]> {
  const { channel, allowedUsers, approvers, bots, skipPermissions } = project;
  const checks = await Promise.all([
    ...(channel === undefined ? [] : [checkProjectChannel(api, channel, account)]),
    checkUsers(api, allowedUsers, WORDS_OF_FILE),
    checkApprovers(api, approvers, skipPermissions, WORDS_OF_FILE),
    ...(bots.length === 0 ? [] : [checkBots(api, bots, account)]),
  ]);
  return checks.flatMap(findingsOf);
}

const placeFindings = (project: Project, { input, run, reach, claudeAnswers }: ProjectsExamination) =>
  project.runner
    ? examineFarMachine(project, reach(project.runner), claudeAnswers)
    : directoryFindings(project, input, run);

async function directoryFindings(
  { directory, worktree }: Project,
  input: ConfigInput,
  run: RunCommand,
): Promise<Finding[]> {
  const path = shortPath(directory, input);
  if (!isDirectory(directory)) {
    return [problem(`There is no directory ${path}. Make it, or correct the project's directory.`)];
  }
  if (!isUsableDirectory(directory)) {
    return [problem(`Claude can't read and write in ${path}. Mend its rights, or choose another directory.`)];
  }
  return [ok(path), ...(worktree === "off" ? [] : [await gitFinding(directory, worktree, run)])];
}

/** Without git there are no worktrees. */
async function gitFinding(directory: string, worktree: string, run: RunCommand): Promise<Finding> {
  const { code } = await run("git", ["rev-parse", "--is-inside-work-tree"], { directory });
  if (code === undefined) {
    return warning(
      `worktree: ${worktree} needs git, which is not installed. Install it, or set worktree: off.`,
    );
  }
  return code === 0
    ? ok("it is in a git repository")
    : warning(
        `worktree: ${worktree} needs a git repository, and it is in none. Run git init there, or set worktree: off.`,
      );
}
