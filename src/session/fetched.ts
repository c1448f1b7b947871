// The effects that take a while, and whose outcome comes back as a signal.

import type { ThreadId } from "../mattermost/types.ts";
import type { SessionDependencies } from "./dependencies.ts";
import type { SessionProcess } from "./process.ts";
import type { Effect, Signal } from "./types.ts";
import { performWorktree } from "./worktree-work.ts";

export interface FetchOptions {
  readonly threadId: ThreadId;
  readonly process: SessionProcess;
  readonly dependencies: Pick<SessionDependencies, "worktrees">;
  /** What could not be fetched, as a sentence. */
  readonly onProblem: (detail: string) => void;
}

export interface Fetched {
  /** As the end of "a fault while …". */
  readonly what: string;
  readonly signal: Promise<Signal>;
}

/** Begins it; undefined for any other effect. */
export function fetch(effect: Effect, options: FetchOptions): Fetched | undefined {
  const { threadId, process, dependencies, onProblem } = options;
  switch (effect.type) {
    case "prepare": {
      const { uuid } = effect.message;
      const content = process.prepare(effect.message, effect.text, onProblem);
      return {
        what: "fetching what goes along with a message",
        signal: content.then((content) => ({ type: "prepared", uuid, content })),
      };
    }
    case "saveFiles": {
      const { uuid } = effect.message;
      const paths = process.saveFiles(effect.message, onProblem);
      return {
        what: "saving the files of a reply",
        signal: paths.then((paths) => ({ type: "filesSaved", uuid, paths })),
      };
    }
    case "worktree": {
      const outcome = performWorktree(effect.request, threadId, dependencies.worktrees);
      return {
        what: "working with git",
        signal: outcome.then((outcome) => ({ type: "worktree", outcome })),
      };
    }
    default:
      return undefined;
  }
}
