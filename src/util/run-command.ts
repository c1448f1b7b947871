// Runs a command of the system's to its end.

import { spawn } from "node:child_process";

export interface CommandResult {
  /** Undefined when there is no such command. */
  readonly code: number | undefined;
  /** What it printed, on both streams. */
  readonly output: string;
}

export interface CommandOptions {
  /** What it prints goes to the terminal, and it runs as long as it likes. */
  readonly inherit?: boolean;
  readonly directory?: string;
  readonly timeoutMs?: number;
}

export type RunCommand = (
  command: string,
  args: readonly string[],
  options?: CommandOptions,
) => Promise<CommandResult>;

const PATIENCE_MS = 30_000;

/** In the system's own words where nobody translates them. */
export const runCommand: RunCommand = (
  command,
  args,
  { inherit = false, directory, timeoutMs = PATIENCE_MS } = {},
) =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: inherit ? "inherit" : ["ignore", "pipe", "pipe"],
      ...(directory === undefined ? {} : { cwd: directory }),
      ...(inherit ? {} : { timeout: timeoutMs, killSignal: "SIGKILL" as const }),
      env: { ...process.env, LC_ALL: "C", SYSTEMD_COLORS: inherit ? process.env["SYSTEMD_COLORS"] : "0" },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", (error) => resolve({ code: undefined, output: error.message }));
    child.on("close", (code, signal) => {
      const isLate = signal === "SIGKILL" && !inherit;
      const said = isLate ? `${command} did not answer within ${timeoutMs / 1000} s` : output;
      resolve({ code: code ?? (signal === "SIGINT" ? 0 : 1), output: said });
    });
  });
