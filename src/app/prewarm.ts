// Claude processes that are started in advance, for new sessions in the directory mm-claude works in. Each has an id
// for its conversation and a directory for files.

import { randomUUID } from "node:crypto";
import { claudeEnvironment } from "../claude/argv.ts";
import type { PermissionRule } from "../claude/permission-rules.ts";
import { gitFingerprint, settingsFingerprint } from "../claude/startup-inputs.ts";
import { fingerprintThere } from "../claude/startup-inputs-there.ts";
import type { OwnTool, StartClaude } from "../claude/types.ts";
import { WarmPool, type WarmPoolOptions } from "../claude/warm-pool.ts";
import type { Project } from "../config/project.ts";
import type { RemoteShell } from "../remote/types.ts";
import { filesDirectoryOf } from "../session/files-directory.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { availableMemory } from "../util/memory.ts";

export interface PrewarmOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly startClaude: StartClaude;
  /** The machine where they wait; undefined: this one. */
  readonly shell?: RemoteShell | undefined;
  readonly deniedPathsIn: (directory: string) => readonly string[];
  readonly token: string;
  readonly environment: NodeJS.ProcessEnv;
}

export type Waiting = Pick<WarmPool, "open" | "take" | "close">;

/** What the newest of them are started with, as of now. */
export interface StartedWith {
  readonly allowedRules: () => readonly PermissionRule[];
  readonly instructions: () => string | undefined;
}

const NONE: Waiting = { open() {}, take: () => undefined, close: async () => {} };

export function prewarmClaudes(
  { prewarm, claudePath, directory, model, mode }: Project,
  options: PrewarmOptions,
  ownTools: readonly OwnTool[],
  startedWith: StartedWith,
): Waiting {
  const { clock, log, startClaude, deniedPathsIn, shell } = options;
  if (prewarm === 0) {
    return NONE;
  }
  return new WarmPool({
    size: prewarm,
    clock,
    log,
    startClaude,
    newStart() {
      const path = filesDirectoryOf({ log, shell }, undefined).make();
      if (path === undefined) {
        throw new Error("there is no place for attached files");
      }
      return {
        claudePath,
        directory,
        conversationId: randomUUID(),
        resume: false,
        deniedPaths: deniedPathsIn(directory),
        extraDirectories: [path],
        model,
        permissionMode: mode,
        ownTools,
        allowedRules: startedWith.allowedRules(),
        instructions: startedWith.instructions(),
      };
    },
    onUnused: ({ extraDirectories }) => void filesDirectoryOf({ log, shell }, extraDirectories[0]).remove(),
    ...(shell ? inputsThere(shell, directory, startedWith) : inputsHere(options, directory, startedWith)),
  });
}

type Inputs = Pick<WarmPoolOptions, "settingsFingerprint" | "repositoryFingerprint" | "freeMemory">;

function inputsHere(
  { environment, token }: PrewarmOptions,
  directory: string,
  { instructions }: StartedWith,
): Inputs {
  return {
    settingsFingerprint: () => JSON.stringify([settingsFingerprint(directory, environment), instructions()]),
    // A repository's own programs may run when git looks at it.
    repositoryFingerprint: () => gitFingerprint(directory, claudeEnvironment(environment, [token])),
    freeMemory: availableMemory,
  };
}

/** A change of the settings there is known within half a minute. Here it is a runner that waits, which takes little. */
function inputsThere({ run }: RemoteShell, directory: string, { instructions }: StartedWith): Inputs {
  return {
    settingsFingerprint: () => JSON.stringify([instructions()]),
    repositoryFingerprint: () => fingerprintThere(run, directory),
    freeMemory: () => Infinity,
  };
}
