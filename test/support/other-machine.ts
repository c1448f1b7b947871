// Another machine, `build1`, as a runner that can be cut and be away: behind it is this machine.

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "./temporary.ts";

export interface OtherMachine {
  readonly runner: readonly string[];
  /** With which the runner is found. */
  readonly environment: NodeJS.ProcessEnv;
  /** All connections to it are lost, in the middle of whatever goes through them. */
  cut(): void;
  /** From now on it is not reached. */
  leave(): void;
  comeBack(): void;
  /** How often it was tried to reach it. */
  tries(): number;
}

const REFUSED = "ssh: connect to host build1 port 22: Connection refused";

/** What is behind it hears of its end by its stdin alone. */
const RELAY = `
import { spawn } from "node:child_process";
const [, , program, ...args] = process.argv;
const child = spawn(program, args, { detached: true });
process.stdin.pipe(child.stdin).on("error", () => {});
child.stdout.pipe(process.stdout);
child.stderr.pipe(process.stderr);
child.on("close", (code) => process.exit(code ?? 255));
`;

export function otherMachine(environment: NodeJS.ProcessEnv): OtherMachine {
  const folder = join(temporaryDirectory(), "machine");
  mkdirSync(folder);
  const [away, pids] = ["away", "pids"].map((name) => join(folder, name)) as [string, string];
  writeFileSync(join(folder, "relay.mjs"), RELAY);
  const script = [
    "#!/bin/sh",
    `echo $$ >>'${pids}'`,
    `if [ -e '${away}' ]; then echo '${REFUSED}' >&2; exit 255; fi`,
    `exec '${process.execPath}' '${join(folder, "relay.mjs")}' "$@"`,
  ];
  writeFileSync(join(folder, "build1"), `${script.join("\n")}\n`, { mode: 0o755 });
  const started = (): number[] =>
    existsSync(pids) ? readFileSync(pids, "utf8").trim().split("\n").map(Number) : [];
  return {
    runner: ["build1"],
    environment: { ...environment, PATH: `${folder}:${environment["PATH"] ?? process.env["PATH"]}` },
    cut() {
      for (const pid of started()) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It has ended.
        }
      }
      rmSync(pids, { force: true });
    },
    leave: () => writeFileSync(away, ""),
    comeBack: () => rmSync(away),
    tries: () => started().length,
  };
}
