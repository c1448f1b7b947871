// The tools that Claude is given in the chat, by name, and what holds for each call of any of them.

import { MattermostError } from "../mattermost/error.ts";
import { notPossible, refused, stopped, wrongArgument } from "./outcomes.ts";
import type { ReactOptions } from "./react.ts";
import { react } from "./react.ts";
import { type FileOptions, readFile } from "./read-file.ts";
import { type ReadingOptions, readChannel, readThread } from "./read-posts.ts";
import { type SearchOptions, search } from "./search.ts";
import type { ChatCall, ChatOutcome, ChatToolImplementation, ChatTools } from "./types.ts";

export interface SharedToolsOptions extends ReadingOptions, SearchOptions, FileOptions, ReactOptions {
  readonly api: ReadingOptions["api"] & SearchOptions["api"] & FileOptions["api"] & ReactOptions["api"];
}

/** Of a turn. Each call costs the server some requests. */
const MAX_CALLS = 60;

/** Those that read and react. */
export const sharedTools = (options: SharedToolsOptions): readonly ChatToolImplementation[] =>
  [readThread, readChannel, search, readFile, react].map((create) => create(options));

export function createChatTools(implementations: readonly ChatToolImplementation[]): ChatTools {
  const find = (name: string): ChatToolImplementation | undefined =>
    implementations.find(({ tool }) => tool.name === name);

  async function perform(call: ChatCall, signal: AbortSignal): Promise<ChatOutcome> {
    const implementation = find(call.name);
    if (implementation === undefined) {
      return wrongArgument(
        `There is no tool ${JSON.stringify(call.name)}, but ${implementations.map(({ tool }) => tool.name).join(", ")}.`,
      );
    }
    if (call.callsBefore >= MAX_CALLS) {
      return refused(
        `These tools have been called ${MAX_CALLS} times in this turn, which is the limit. Go on with what you have; the next message begins a new turn.`,
      );
    }
    try {
      return await implementation.call(call, signal);
    } catch (error) {
      if (signal.aborted) {
        return stopped;
      }
      if (error instanceof MattermostError) {
        return notPossible(error);
      }
      throw error;
    }
  }

  return {
    tools: implementations.map(({ tool }) => tool),
    reasonToAsk: async (call) => find(call.name)?.reasonToAsk?.(call),
    call: (call, signal) => unlessAborted(signal, () => perform(call, signal)),
  };
}

/** Requests that are under way are not waited for. */
async function unlessAborted(signal: AbortSignal, perform: () => Promise<ChatOutcome>): Promise<ChatOutcome> {
  if (signal.aborted) {
    return stopped;
  }
  let onAbort = (): void => {};
  const aborted = new Promise<ChatOutcome>((resolve) => {
    onAbort = () => resolve(stopped);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([perform(), aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
