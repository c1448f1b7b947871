// What a project needs of the machine where its Claude works: this one, or the one that its runner leads to. Which of
// them it is is asked here, once.

import { claudeEnvironment } from "../claude/argv.ts";
import { gitFingerprint, settingsFingerprint } from "../claude/startup-inputs.ts";
import { fingerprintThere } from "../claude/startup-inputs-there.ts";
import type { StartClaude } from "../claude/types.ts";
import { claudeVersion } from "../claude/version.ts";
import type { WarmPoolOptions } from "../claude/warm-pool.ts";
import type { Project } from "../config/project.ts";
import type { RemoteShell } from "../remote/types.ts";
import type { SessionDependencies } from "../session/dependencies.ts";
import type { ProjectWorktrees } from "../session/worktree-work.ts";
import { availableMemory } from "../util/memory.ts";
import { type FindConversation, findHere, findThere } from "./adoption.ts";
import type { Connection } from "./bridge.ts";
import { type SavedConversations, savedConversationsThere } from "./saved-conversations.ts";

export interface ProjectMachine {
  /** What people call it; undefined: it is this one. */
  readonly name: string | undefined;
  /** Undefined: this one. */
  readonly shell: RemoteShell | undefined;
  readonly startClaude: StartClaude;
  /** What Claude's file tools may not touch when it works in that directory. */
  readonly deniedPathsIn: (directory: string) => readonly string[];
  /** Undefined where there can be none. */
  readonly worktrees: ProjectWorktrees | undefined;
  readonly conversations: SavedConversations;
  /** One that was begun in a terminal. */
  readonly findConversation: FindConversation;
  readonly claudeVersion: SessionDependencies["claudeVersion"];
  readonly startupInputs: StartupInputs;
}

/** On what it depends whether a Claude that waits is as one that starts now, and whether one more can wait. */
export interface StartupInputs extends Pick<WarmPoolOptions, "repositoryFingerprint" | "freeMemory"> {
  /** Undefined where the repository's tells of the settings as well. */
  readonly settingsFingerprint: () => string | undefined;
}

type Surroundings = Pick<
  Connection,
  "startClaude" | "deniedPathsIn" | "worktrees" | "saved" | "machines" | "environment" | "token"
>;

export function machineOf(project: Project, surroundings: Surroundings): ProjectMachine {
  const { runner } = project;
  return runner
    ? there(project, surroundings, surroundings.machines.of(runner))
    : here(project, surroundings);
}

function here({ directory, claudePath }: Project, surroundings: Surroundings): ProjectMachine {
  const { startClaude, deniedPathsIn, worktrees, saved, environment, token } = surroundings;
  return {
    name: undefined,
    shell: undefined,
    startClaude,
    deniedPathsIn,
    worktrees: worktrees?.of(directory),
    conversations: saved,
    findConversation: findHere(directory, environment),
    claudeVersion: () => claudeVersion(claudePath, { environment }).catch(() => undefined),
    startupInputs: {
      settingsFingerprint: () => settingsFingerprint(directory, environment),
      // A repository's own programs may run when git looks at it.
      repositoryFingerprint: () => gitFingerprint(directory, claudeEnvironment(environment, [token])),
      freeMemory: availableMemory,
    },
  };
}

function there(
  { directory, isUnsafeAllowed }: Project,
  { startClaude, worktrees }: Surroundings,
  shell: RemoteShell,
): ProjectMachine {
  const { remote, run } = shell;
  return {
    name: remote.name,
    shell,
    startClaude: (start, listener) => startClaude({ ...start, remote, isUnsafeAllowed }, listener),
    // What is denied lies on this machine.
    deniedPathsIn: () => [],
    worktrees: worktrees?.of(directory, shell),
    conversations: savedConversationsThere(shell),
    findConversation: findThere(directory, run),
    // What is too old is known by its refusal.
    claudeVersion: undefined,
    startupInputs: {
      // A change of them is known within half a minute.
      settingsFingerprint: () => undefined,
      repositoryFingerprint: () => fingerprintThere(run, directory),
      // What waits here is a runner, which takes little.
      freeMemory: () => Infinity,
    },
  };
}
