// The commands for who runs mm-claude on a machine, put together with what that machine has.

import { realpathSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { dirname } from "node:path";
import type { AuditRequest } from "../audit/report.ts";
import type { ConfigInput } from "../config/load.ts";
import type { ControlCommandOptions } from "../control/command.ts";
import type { ServiceRequest } from "../service/command.ts";
import { EXIT, type Output } from "./output.ts";
import type { LogFlags } from "./program.ts";

/** What every daemon of this user is asked for. */
const daemons = ({ print, printError }: Output): ControlCommandOptions => ({
  environment: process.env,
  uid: process.getuid?.() ?? 0,
  now: Date.now(),
  print,
  printError,
});

export async function status(flags: { readonly json?: boolean }, output: Output): Promise<number> {
  const { runStatus } = await import("../control/command.ts");
  return runStatus(flags, daemons(output));
}

export async function logs(flags: LogFlags, output: Output): Promise<number> {
  const { runLogs } = await import("../control/command.ts");
  return runLogs(flags, daemons(output));
}

export async function service(
  request: ServiceRequest,
  input: ConfigInput,
  { print, printError }: Output,
): Promise<number> {
  const [{ runService }, { runCommand }, { userFile }, { loadConfig, onlyInThisShell }] = await Promise.all([
    import("../service/command.ts"),
    import("../util/run-command.ts"),
    import("../config/files.ts"),
    import("../config/load.ts"),
  ]);
  const isInstalling = request.action === "install";
  if (isInstalling && "missing" in loadConfig(input)) {
    printError("error: settings are missing. Answer the questions of mm-claude setup first.");
    return EXIT.badSettings;
  }
  return runService(request, {
    machine: {
      platform: process.platform,
      home: input.home,
      uid: process.getuid?.() ?? 0,
      userName: userInfo().username,
      environment: process.env,
      run: runCommand,
    },
    script: realpathSync(process.argv[1] ?? ""),
    directory: input.cwd,
    configFolder: dirname(userFile(input)),
    onlyHere: isInstalling ? onlyInThisShell(input) : [],
    print,
    printError,
  });
}

const UNKNOWN_WIDTH = 120;

export async function audit(request: AuditRequest, { print, printError }: Output): Promise<number> {
  const [{ runAudit }, { stateRoot }, { showHidden }] = await Promise.all([
    import("../audit/report.ts"),
    import("../store/locations.ts"),
    import("../render/markdown.ts"),
  ]);
  return runAudit(request, {
    root: stateRoot({ stateHome: process.env["XDG_STATE_HOME"], home: homedir() }),
    now: Date.now(),
    isTerminal: process.stdout.isTTY,
    width: (process.stdout.isTTY && process.stdout.columns) || UNKNOWN_WIDTH,
    showHidden,
    print,
    printError,
  });
}
