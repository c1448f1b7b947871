// Stands before the CLI and notes when an answer to an ask arrives. Passes everything on unchanged.

import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { now } from "./clock.ts";

const [log = "", claude = "", ...args] = process.argv.slice(2);
const child = spawn(claude, args, { stdio: ["pipe", "inherit", "inherit"] });
child.stdin.on("error", () => {});
process.stdin.on("data", (chunk: Buffer) => {
  const at = now();
  child.stdin.write(chunk);
  if (chunk.includes('"control_response"')) appendFileSync(log, `${at}\n`);
});
process.stdin.on("end", () => child.stdin.end());
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code) => process.exit(code ?? 1));
