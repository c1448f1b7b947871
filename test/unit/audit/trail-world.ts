// A folder with a trail in it, and hands that change what is written there.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { trailFiles } from "../../../src/audit/files.ts";
import type { AuditEntry } from "../../../src/audit/record.ts";
import { openAuditTrail, type TrailDisk } from "../../../src/audit/trail.ts";
import { type Verdict, verifyTrail } from "../../../src/audit/verify.ts";

export const CHANNEL = "chan1234567890";
export const ALICE = { id: "u-alice", name: "alice" };

export function trailWorld() {
  const folder = mkdtempSync(join(tmpdir(), "mm-audit-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const logged: string[] = [];
  const note = (label: string) => (message: string, cause?: unknown) =>
    void logged.push(`${label} ${message}${cause instanceof Error ? `: ${cause.message}` : ""}`);
  const log = { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };
  const files = trailFiles(folder, CHANNEL);
  const now = { ms: Date.UTC(2025, 10, 25, 9, 0, 0) };
  return {
    folder,
    files,
    logged,
    now,
    open: (disk?: TrailDisk, redact = (line: string) => line) =>
      openAuditTrail({
        folder,
        name: CHANNEL,
        now: () => now.ms,
        log,
        redact,
        ...(disk === undefined ? {} : { disk }),
      }),
    /** Records 1 to `count`, by one daemon. */
    write(count: number): void {
      const trail = this.open();
      for (let n = 1; n <= count; n++) trail.append(bash(`echo ${n}`));
    },
    lines: (): string[] => readFileSync(files.lines, "utf8").split("\n").slice(0, -1),
    change(change: (lines: string[]) => string[]): void {
      writeFileSync(files.lines, `${change(this.lines()).join("\n")}\n`);
    },
    verify: (): Verdict => verifyTrail(files),
    modeOf: (path: string): number => statSync(path).mode & 0o777,
  };
}

export function bash(command: string): AuditEntry {
  return {
    action: "tool-allowed",
    by: ALICE,
    threadId: "thread1",
    what: { tool: "Bash", input: { command } },
  };
}

export const sound = (good: number): Verdict => ({ good, problems: [] });
