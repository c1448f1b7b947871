// Knows every Claude process that runs, so that none outlives the daemon.

import { StdioClient } from "../claude/client.ts";
import { killProcessTree, processTreeOf } from "../claude/process-tree.ts";
import type { ClaudeClient, StartClaude } from "../claude/types.ts";
import type { Log } from "../util/log.ts";

export interface ClaudeProcesses {
  readonly start: StartClaude;
  /** Ends every process that is left, with all that it started, and whatever is started after. */
  kill(): void;
}

export interface ClaudeProcessesOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly secrets: readonly string[];
  readonly log: Log;
}

export function claudeProcesses({ environment, secrets, log }: ClaudeProcessesOptions): ClaudeProcesses {
  const live = new Set<ClaudeClient>();
  let isOver = false;
  return {
    start(start, listener) {
      const client = StdioClient.start(
        start,
        (event) => {
          if (event.type === "exited") {
            live.delete(client);
          }
          listener(event);
        },
        { environment, secrets, debug: (line) => log.debug(line) },
      );
      live.add(client);
      if (isOver) {
        kill(client);
      }
      return client;
    },
    kill() {
      isOver = true;
      live.forEach(kill);
    },
  };
}

function kill({ pid }: ClaudeClient): void {
  if (pid === undefined) {
    return;
  }
  try {
    // Each runs in a process group of its own.
    const tree = processTreeOf(pid);
    process.kill(-pid, "SIGKILL");
    killProcessTree(tree);
  } catch {
    // It ended by itself.
  }
}
