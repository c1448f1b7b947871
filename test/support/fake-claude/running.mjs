// That a conversation is open, told to other programs as 2.1.330 tells it: a file with the process's number for a name,
// which a process that is killed leaves behind.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function openSession(sessionId) {
  const folder = join(process.env.HOME ?? "/nonexistent", ".claude/sessions");
  const file = join(folder, `${process.pid}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    file,
    JSON.stringify({ pid: process.pid, sessionId, cwd: process.cwd(), kind: "interactive" }),
  );
  process.on("exit", () => rmSync(file, { force: true }));
}
