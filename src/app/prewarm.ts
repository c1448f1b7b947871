// Claude processes that are started in advance, for new sessions in the directory mm-claude works in. Each has an id
// for its conversation and a directory for files.

import { randomUUID } from "node:crypto";
import { claudeEnvironment } from "../claude/argv.ts";
import type { PermissionRule } from "../claude/permission-rules.ts";
import { gitFingerprint, settingsFingerprint } from "../claude/startup-inputs.ts";
import type { OwnTool, StartClaude } from "../claude/types.ts";
import { WarmPool } from "../claude/warm-pool.ts";
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
  /** The machine where Claude works; undefined: this one. */
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
  { clock, log, startClaude, shell, deniedPathsIn, token, environment }: PrewarmOptions,
  ownTools: readonly OwnTool[],
  startedWith: StartedWith,
): Waiting {
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
    settingsFingerprint: () =>
      JSON.stringify([settingsFingerprint(directory, environment), startedWith.instructions()]),
    // A repository's own programs may run when git looks at it.
    repositoryFingerprint: () => gitFingerprint(directory, claudeEnvironment(environment, [token])),
    freeMemory: availableMemory,
  });
}
