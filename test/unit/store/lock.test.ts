import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { takeLock } from "../../../src/store/lock.ts";
import { startMark } from "../../../src/util/processes.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "mm-lock-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A process that lives until the test is over, or until `end`. */
async function process_(): Promise<{ pid: number; end(): Promise<void> }> {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  await once(child, "spawn");
  const gone = once(child, "exit");
  const end = async (): Promise<void> => {
    child.kill("SIGKILL");
    await gone;
  };
  onTestFinished(end);
  return { pid: child.pid ?? 0, end };
}

const holdAs = (path: string, pid: number, mark = startMark(pid)): void =>
  writeFileSync(join(path, "channel.lock"), JSON.stringify({ pid, startMark: mark }));

test("the first takes it, the second is told who has it, and after its release it is free", () => {
  const path = folder();
  const first = takeLock(path, "channel");
  expect(takeLock(path, "channel")).toEqual({ heldBy: process.pid });
  expect(statSync(join(path, "channel.lock")).mode & 0o777).toBe(0o600);
  if (!("release" in first)) throw new Error("not taken");
  first.release();
  expect(readdirSync(path)).toEqual([]);
  expect("release" in takeLock(path, "channel")).toBe(true);
});

test("another channel has a lock of its own", () => {
  const path = folder();
  takeLock(path, "channel");
  expect("release" in takeLock(path, "other")).toBe(true);
});

test("the lock of a living process holds, that of a dead one is taken over", async () => {
  const path = folder();
  const other = await process_();
  holdAs(path, other.pid);
  expect(takeLock(path, "channel")).toEqual({ heldBy: other.pid });
  await other.end();
  expect("release" in takeLock(path, "channel")).toBe(true);
});

test("a living process that only has the dead one's number holds nothing", async () => {
  const path = folder();
  const other = await process_();
  holdAs(path, other.pid, "long ago");
  expect("release" in takeLock(path, "channel")).toBe(true);
});

test.each(["", "{", "null", '{"pid":"12"}'])("a lock that says nothing (%j) is taken over", (text) => {
  const path = folder();
  writeFileSync(join(path, "channel.lock"), text);
  expect("release" in takeLock(path, "channel")).toBe(true);
  expect(readdirSync(path)).toEqual(["channel.lock"]);
});

test("who gives a lock back that has become another's leaves it alone", async () => {
  const path = folder();
  const mine = takeLock(path, "channel");
  const other = await process_();
  holdAs(path, other.pid);
  if (!("release" in mine)) throw new Error("not taken");
  mine.release();
  expect(takeLock(path, "channel")).toEqual({ heldBy: other.pid });
});
