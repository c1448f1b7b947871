// The command that starts a Claude: the program itself on this machine, or a runner that starts it on another one.

import { randomUUID } from "node:crypto";
import {
  claudeScript,
  NO_DIRECTORY,
  REMOTE_TIMES,
  type RemoteTimes,
  UNSAFE,
} from "../remote/claude-script.ts";
import { DANGERS_THERE, UNSAFE_THERE } from "../remote/danger.ts";
import { scriptLine, toldScript } from "../remote/script.ts";
import type { Remote } from "../remote/types.ts";
import { claudeArguments, claudeDefaults } from "./argv.ts";
import type { Command } from "./process.ts";
import type { ClaudeStart } from "./types.ts";

/** From the end of its stdin on: what Claude gets, what is left for signals, and the way there and back. */
const WAY_MS = 4000;

/**
 * An answer to nothing, which Claude passes over (1.0.128, 2.0.76 and 2.1.330). An empty line would end the older two.
 */
const SIGN_OF_LIFE = JSON.stringify({
  type: "control_response",
  response: { subtype: "success", request_id: "sign-of-life", response: {} },
});

/** `environment`: of the program that is started here. */
export function commandOf(
  start: ClaudeStart,
  environment: NodeJS.ProcessEnv,
  times: RemoteTimes = REMOTE_TIMES,
): Command {
  const { claudePath, directory, remote } = start;
  return remote
    ? { ...remoteCommand(start, remote, times), directory, environment }
    : { path: claudePath, arguments: claudeArguments(start), directory, environment };
}

function remoteCommand(start: ClaudeStart, remote: Remote, times: RemoteTimes) {
  const { claudePath, directory, conversationId, extraDirectories, isUnsafeAllowed = false } = start;
  const [files = ""] = extraDirectories;
  const variables = Object.entries(claudeDefaults).map(([name, value]) => `${name}=${value}`);
  const program = ["env", ...variables, claudePath, ...claudeArguments(start)];
  // One of the same conversation may just be ending.
  const run = `${conversationId}.${randomUUID().slice(0, 8)}`;
  const args = [directory, files, run, ...program];
  return {
    path: remote.path,
    arguments: remote.arguments,
    remote: {
      takeWaiting: remote.takeWaiting,
      firstLine: scriptLine(toldScript(claudeScript(times, isUnsafeAllowed)), args),
      signOfLife: SIGN_OF_LIFE,
      signOfLifeMs: times.signOfLifeMs,
      endsWithinMs: times.graceS * 1000 + WAY_MS,
      run,
      failures: failuresOf(start, remote),
    },
  };
}

/** What an exit code means of a start that came to nothing: the shell's own, and those of the script. */
function failuresOf({ claudePath, directory }: ClaudeStart, { name }: Remote): ReadonlyMap<number, string> {
  return new Map([
    [NO_DIRECTORY, `The directory ${directory} can't be entered on ${name}.`],
    ...DANGERS_THERE.map(
      (danger) => [UNSAFE[danger], `${directory} on ${name} ${UNSAFE_THERE[danger]}`] as const,
    ),
    [126, `"${claudePath}" may not be executed on ${name}. Make it executable there (chmod +x).`],
    [
      127,
      `Claude Code was not found on ${name} at "${claudePath}". Install it there (npm install -g @anthropic-ai/claude-code) or ` +
        "set the project's claudePath to its full path there.",
    ],
  ]);
}
