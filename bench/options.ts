// The bench's command line.

import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { CLAUDES, type ClaudeKind } from "./claudes.ts";
import type { Profiling } from "./daemon.ts";

export const USAGE = `npm run bench -- [options]
  --quick                  two rounds instead of twelve, few sessions
  --rounds <n>             so many rounds, 2 to 50; what takes long is in every sixth
  --only <case,...>        these alone; a figure's limit needs its case too (bare, alone, start, bare-scale)
  --claude scripted|fake|real
                           the CLI of this repository with a scripted model (default), a fast stand-in for it, or the
                           claude in PATH (or CLAUDE_PATH) with your own account: three rounds that cost what they cost
  --server <url> --tokens <file>
                           a Mattermost that is there, instead of a sandbox; the file is JSON:
                           { "bot": "<token>", "person": "<token>", "channels": ["<id>", four in all],
                             "bare": { "token": "<another bot's>", "channel": "<id>" } }
                           bot and person are in all four channels; "bare" may be left out, and "people": ["<token>", …] may be added, one for
                           each 18 sessions
  --before <dir>           a built checkout, or an installed package, of another version: it is measured beside this one in
                           the same rounds, and each of its medians stands beside ours
  --out <dir>              where results.json and RESULTS.md are written; in bench, if no other option is given, and
                           else nowhere
  --cpu-prof <dir>         a processor profile of each daemon
  --heap <dir>             a heap snapshot of each daemon with many sessions, after it has streamed`;

export interface Options {
  readonly isQuick: boolean;
  /** Undefined: as many as are usual. */
  readonly rounds: number | undefined;
  /** Names of cases; empty means all. */
  readonly only: readonly string[];
  readonly claude: ClaudeKind;
  readonly server: { readonly url: string; readonly tokens: string } | undefined;
  readonly profiling: Profiling;
  /** Where another version is. */
  readonly before: string | undefined;
  readonly out: string | undefined;
}

/** Undefined when it can't be understood. */
export function readOptions(cases: readonly string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        rounds: { type: "string" },
        quick: { type: "boolean", default: false },
        only: { type: "string", default: "" },
        claude: { type: "string", default: "scripted" },
        server: { type: "string" },
        tokens: { type: "string" },
        "cpu-prof": { type: "string" },
        heap: { type: "string" },
        before: { type: "string" },
        out: { type: "string" },
      },
    });
    const { quick, server, tokens, "cpu-prof": cpu, heap, before, out } = values;
    const claude = CLAUDES.find((kind) => kind === values.claude);
    const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
    if (rounds !== undefined && !(Number.isInteger(rounds) && rounds >= 2 && rounds <= 50)) return undefined;
    const only = values.only.split(",").filter((name) => name !== "");
    if (claude === undefined || only.some((name) => !cases.includes(name))) return undefined;
    if ((server === undefined) !== (tokens === undefined)) return undefined;
    return {
      isQuick: quick,
      rounds,
      only,
      claude,
      server: server === undefined || tokens === undefined ? undefined : { url: server, tokens },
      profiling: { cpu: cpu && resolve(cpu), heap: heap && resolve(heap) },
      before: before && resolve(before),
      out: out && resolve(out),
    };
  } catch {
    return undefined;
  }
}
