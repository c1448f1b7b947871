// Whether a Claude runs a command now, here or on another machine, for CLIs that don't tell (see unreported-tasks.ts).

import { remoteShell } from "../remote/shell.ts";
import type { Remote, RunScript } from "../remote/types.ts";
import type { Later } from "../util/later.ts";
import { PROCESSES } from "./conversation-scripts.ts";
import type { Command } from "./process.ts";
import { runsCommands } from "./process-tree.ts";

/** Each time it is a connection of its own. */
const ASK_EVERY_MS = 10_000;

interface Asking {
  readonly isAnyRunning: () => Later<boolean>;
  readonly everyMs?: number;
}

/** `pid`: of the process on this machine. */
export function askingForCommands(
  remote: Remote | undefined,
  { remote: end, environment }: Command,
  pid: () => number | undefined,
): Asking {
  if (remote && end) {
    const { run } = remoteShell(remote, environment);
    return { isAnyRunning: () => runsCommandsThere(run, end.run), everyMs: ASK_EVERY_MS };
  }
  return {
    isAnyRunning() {
      const own = pid();
      return own !== undefined && runsCommands(own);
    },
  };
}

interface Listed {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

/**
 * `id`: of the run. 1.0.128 and 2.0.76 give each command a group of its own; what else they start stays in theirs. What
 * a command has left behind has lost its parent, and is none any more.
 */
export async function runsCommandsThere(run: RunScript, id: string): Promise<boolean> {
  const { output } = await run(PROCESSES, [id]);
  const all = output.toString("latin1").split("\n").flatMap(listed);
  const isListed = (pid: number): boolean => all.some((one) => one.pid === pid);
  const claude = all.find(({ pid, parent, group }) => pid === group && parent !== 1 && !isListed(parent));
  const tree = claude ? [claude] : [];
  // It grows while the loop runs over it.
  for (const { pid } of tree) {
    tree.push(...all.filter(({ parent }) => parent === pid));
  }
  return tree.some(({ group }) => group !== claude?.group);
}

function listed(line: string): Listed[] {
  const [pid, parent, group] = line.trim().split(/\s+/).map(Number);
  return pid !== undefined && parent !== undefined && group !== undefined ? [{ pid, parent, group }] : [];
}
