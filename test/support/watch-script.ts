// A program of a few lines of JavaScript in Claude's place: it reads frames by `on(frame)` and answers by `say(frame)`.

import { spawn } from "node:child_process";
import type { ClaudeDependencies } from "../../src/claude/client.ts";
import type { ClaudeStart } from "../../src/claude/types.ts";
import type { ClaudeHome } from "./real-claude.ts";
import { type WatchedClaude, watchClaude } from "./watch-claude.ts";

const PRELUDE = `
  const say = (frame) => process.stdout.write(JSON.stringify(frame) + "\\n");
  const ready = (f) => say({ type: "control_response", response: { subtype: "success", request_id: f.request_id, response: { commands: [] } } });
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => on(JSON.parse(line)));
`;

/** For a client whose `claudePath` is Node's own. */
export function spawnScript(script: string): typeof spawn {
  return ((path: string, _args: unknown, options: object) =>
    spawn(path, ["-e", `${PRELUDE}\n${script}`], options)) as typeof spawn;
}

export function watchScript(
  script: string,
  { directory, environment }: ClaudeHome,
  start: Partial<ClaudeStart> = {},
  dependencies: ClaudeDependencies = {},
): WatchedClaude {
  return watchClaude(
    { claudePath: process.execPath, directory, ...start },
    {
      environment: { ...environment, NODE_OPTIONS: "" },
      spawn: spawnScript(script),
      ...dependencies,
    },
    5_000,
  );
}
