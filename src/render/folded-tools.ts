// The one line that stands for the tools of a turn. Pure.

import { plainToolName } from "./tools.ts";

/** More of them would be a list of its own. */
const MAX_NAMED = 6;

/** `counts`: how often each tool was used, by Claude's name for it. */
export function foldedTools(counts: ReadonlyMap<string, number>): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const often = [...counts].sort(([, one], [, other]) => other - one);
  const named = often.slice(0, MAX_NAMED).map(([name, count]) => `${plainToolName(name)} ${count}`);
  const more = often.length > MAX_NAMED ? " …" : "";
  return `⚙️ ${total} tool${total === 1 ? "" : "s"}: ${named.join(", ")}${more}`;
}
