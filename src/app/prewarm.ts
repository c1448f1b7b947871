// Claude processes that are started in advance, for new sessions in the directory mm-claude works in. Each has an id
// for its conversation and a directory for files.

import { randomUUID } from "node:crypto";
import type { PermissionRule } from "../claude/permission-rules.ts";
import type { OwnTool } from "../claude/types.ts";
import { WarmPool } from "../claude/warm-pool.ts";
import type { Project } from "../config/project.ts";
import { filesDirectoryOf } from "../session/files-directory.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import type { ProjectMachine } from "./project-machine.ts";

export interface PrewarmOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Where they wait. */
  readonly machine: Pick<ProjectMachine, "shell" | "startClaude" | "deniedPathsIn" | "startupInputs">;
  /** Of Claude in the chat. */
  readonly ownTools: readonly OwnTool[];
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
  { clock, log, machine, ownTools }: PrewarmOptions,
  { allowedRules, instructions }: StartedWith,
): Waiting {
  const { shell, startClaude, deniedPathsIn, startupInputs } = machine;
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
        allowedRules: allowedRules(),
        instructions: instructions(),
      };
    },
    onUnused: ({ extraDirectories }) => void filesDirectoryOf({ log, shell }, extraDirectories[0]).remove(),
    ...startupInputs,
    settingsFingerprint: () => JSON.stringify([startupInputs.settingsFingerprint(), instructions()]),
  });
}
