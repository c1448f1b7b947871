// A folder with a trail in it, and hands that change what is written there.
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { headFile, recordFile, recordFiles, trailOf } from "../../../src/audit/files.ts";
import type { AuditEntry } from "../../../src/audit/record.ts";
import { AuditTrail, type AuditTrailOptions } from "../../../src/audit/trail.ts";
import { verifyTrail } from "../../../src/audit/verify.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

export const CHANNEL = "chan1234567890";
export const ALICE = { id: "u-alice", name: "alice" };

export function trailWorld() {
  const root = temporaryDirectory();
  const folder = join(root, "server-bot");
  mkdirSync(folder);
  const logged: string[] = [];
  const note = (label: string) => (message: string, cause?: unknown) =>
    void logged.push(`${label} ${message}${cause instanceof Error ? `: ${cause.message}` : ""}`);
  const log = { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };
  const trail = trailOf(folder, CHANNEL);
  const files = { lines: recordFile(trail), head: headFile(trail) };
  const now = { ms: Date.UTC(2025, 10, 25, 9, 0, 0) };
  return {
    root,
    folder,
    trail,
    files,
    logged,
    now,
    open: (over: Partial<AuditTrailOptions> = {}) =>
      new AuditTrail({
        folder,
        channelId: CHANNEL,
        now: () => now.ms,
        log,
        redact: (line) => line,
        ...over,
      }),
    /** Records 1 to `count`, by one daemon. */
    write(count: number, over?: Partial<AuditTrailOptions>): void {
      const trail = this.open(over);
      for (let n = 1; n <= count; n++) trail.append(bash(`echo ${n}`));
    },
    paths: (): string[] => recordFiles(trail).map(({ path }) => path),
    lines(): string[] {
      return this.paths().flatMap((path) => readFileSync(path, "utf8").split("\n").slice(0, -1));
    },
    change(change: (lines: string[]) => string[]): void {
      writeFileSync(files.lines, `${change(this.lines()).join("\n")}\n`);
    },
    /** The first file is called `trail.jsonl`. */
    verify(): { records: number; dropped: number; problems: string[] } {
      const { records, dropped, problems } = verifyTrail(trail);
      return { records, dropped, problems: problems.map((problem) => problem.replaceAll(trail, "trail")) };
    },
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

export const sound = (records: number) => ({ records, dropped: 0, problems: [] });
export const spoiled = (records: number, ...problems: string[]) => ({ records, dropped: 0, problems });
