// The rest of a text that went on growing after its post could not be edited any more. It is a post of its own, repeats
// nothing, and opens again the fence that it is in. Pure.

import { fenceAfter, type OpenFence } from "./code-spans.ts";
import { goOn } from "./continuation.ts";
import { cutAt } from "./split.ts";

/** Comes to the end of a tool's line: nothing without that line. */
const OUTCOME = " ↳ ";

/** `said`: what stands there; `wanted`: what should. Empty when all of it has been said. */
export function remainderAfter(said: string, wanted: string): string {
  if (!wanted.startsWith(said) || wanted.startsWith(OUTCOME, said.length)) {
    return changedLines(said.split("\n"), wanted.split("\n"));
  }
  const { rest, after } = cutAt(wanted, said.length);
  return after ? goOn(after, rest) : rest;
}

/** The lines of `wanted` that are not among `said`; of a last line that grew, what it grew by. */
function changedLines(said: readonly string[], wanted: readonly string[]): string {
  const left = new Map<string, number>();
  for (const line of said) {
    left.set(line, (left.get(line) ?? 0) + 1);
  }
  const last = said.at(-1) ?? "";
  const take = (line: string): boolean => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count > 0;
  };
  const lines: string[] = [];
  let fence: OpenFence | undefined;
  /** The one that is open in `lines`. */
  let open: OpenFence | undefined;
  for (const line of wanted) {
    const before = fence;
    fence = fenceAfter(fence, line);
    const isSaid = line === "" ? lines.length === 0 : (left.get(line) ?? 0) > 0 && take(line);
    if (isSaid) {
      if (open) {
        lines.push(open.marker);
        open = undefined;
      }
      continue;
    }
    if (before && !open) {
      lines.push(`${before.marker}${before.info}`);
      open = before;
    }
    const grown = last !== "" && line.startsWith(last) && take(last) ? line.slice(last.length) : line;
    lines.push(grown === line || grown.startsWith(OUTCOME) ? line : grown.trimStart());
    open = fenceAfter(open, line);
  }
  return lines.join("\n").trim();
}
