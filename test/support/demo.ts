// The demo as a person starts it: the built program, scripted, in a directory of its own.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "./temporary.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/mm-claude.js", import.meta.url));

export interface Demo {
  readonly address: string;
  /** Everything it has printed so far. */
  output(): string;
  /** Gives the exit code. */
  stop(): Promise<number | null>;
}

export async function startDemo(args: readonly string[] = ["--scripted", "--port", "0"]): Promise<Demo> {
  const directory = temporaryDirectory();
  const child = spawn(process.execPath, [PROGRAM, "demo", "--no-open", ...args], {
    cwd: directory,
    env: { PATH: process.env["PATH"] ?? "", HOME: directory, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  await new Promise<void>((resolve, reject) => {
    const take = (data: Buffer): void => {
      output += data;
      if (output.includes("Ready!")) resolve();
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    void ended.then((code) => reject(new Error(`The demo ended with ${code}:\n${output}`)));
  });
  return {
    address: /Open\s+(http:\S+)/.exec(output)?.[1] ?? "",
    output: () => output,
    async stop() {
      child.kill("SIGINT");
      return ended;
    },
  };
}
