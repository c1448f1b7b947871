// The effects that take a while, and whose outcome comes back as a signal.

import type { ChannelId, ThreadId } from "../mattermost/types.ts";
import { RemoteError } from "../remote/error.ts";
import { CALLING_ALL, type Calling } from "./calling.ts";
import { type OutputPlace, outputFiles } from "./output-files.ts";
import type { SessionProcess } from "./process.ts";
import type { Signal } from "./signals.ts";
import type { ForkOutcome, ForkRequest } from "./steering/origin.ts";
import type { Effect } from "./types.ts";
import { type ProjectWorktrees, performWorktree } from "./worktree-work.ts";

export interface FetchOptions {
  readonly channelId: ChannelId;
  readonly threadId: ThreadId;
  readonly process: SessionProcess;
  readonly worktrees: ProjectWorktrees | undefined;
  readonly calling: Calling | undefined;
  readonly fork: (request: ForkRequest) => Promise<ForkOutcome>;
  readonly outputs: OutputPlace;
  /** What could not be fetched, as a sentence. */
  readonly onProblem: (detail: string) => void;
  readonly deliver: (signal: Signal) => void;
  /** `what`: as the end of "a fault while …". */
  readonly failed: (what: string, error: unknown) => void;
}

interface Fetched {
  readonly what: string;
  readonly signal: Promise<Signal>;
}

/** False for any other effect. */
export function fetch(effect: Effect, options: FetchOptions): boolean {
  const fetched = begin(effect, options);
  fetched?.signal.then(options.deliver, (error: unknown) => options.failed(fetched.what, error));
  return fetched !== undefined;
}

async function prepare(
  { message, generation, text }: Effect & { readonly type: "prepare" },
  process: SessionProcess,
): Promise<Signal> {
  const of = { uuid: message.uuid, generation };
  const problems: string[] = [];
  try {
    const content = await process.prepare(message, text, (detail) => void problems.push(detail));
    return { type: "prepared", ...of, content, problems };
  } catch (error) {
    if (error instanceof RemoteError && error.code !== "timeout") {
      return { type: "unprepared", ...of, lost: error.code, said: error.said };
    }
    throw error;
  }
}

function begin(effect: Effect, options: FetchOptions): Fetched | undefined {
  const { channelId, threadId, process, worktrees, calling, onProblem } = options;
  switch (effect.type) {
    case "prepare": {
      return { what: "fetching what goes along with a message", signal: prepare(effect, process) };
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
      const outcome = performWorktree(effect.request, threadId, worktrees);
      return {
        what: "working with git",
        signal: outcome.then((outcome) => ({ type: "worktree", outcome })),
      };
    }
    case "output": {
      const outcome = outputFiles(effect.request, options.outputs);
      return {
        what: "attaching what tools gave",
        signal: outcome.then((outcome) => ({ type: "output", outcome })),
      };
    }
    case "findAvailable": {
      const { reason, callees } = effect;
      const found = (calling ?? CALLING_ALL).available(channelId, callees);
      return {
        what: "looking whether somebody can be called",
        signal: found.then((found) => ({ type: "availability", availability: { reason, ...found } })),
      };
    }
    case "fork": {
      const { request } = effect;
      return {
        what: "making the thread of a fork",
        signal: options.fork(request).then((outcome) => ({ type: "forked", by: request.by, outcome })),
      };
    }
    default:
      return undefined;
  }
}
