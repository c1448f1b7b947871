// The machines behind runners, as commands ask them; they get no secret of ours.

import { claudeEnvironment } from "../claude/argv.ts";
import { loginIn, tellsLogin } from "../claude/login.ts";
import { versionIn } from "../claude/version.ts";
import { remoteOf } from "../remote/runner.ts";
import { remoteShell } from "../remote/shell.ts";
import type { FarMachines } from "./project-place.ts";

export function farMachines(secrets: Iterable<string>): FarMachines {
  return {
    claudeAnswers: { versionIn, tellsLogin, loginIn },
    reach: (runner) => remoteShell(remoteOf(runner), claudeEnvironment(process.env, [...secrets])),
  };
}
