import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { machineLockDirectories } from "../../../src/store/locations.ts";
import { lockDaemon, takeLock } from "../../../src/store/lock.ts";
import { startMark } from "../../../src/util/processes.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

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
  const path = temporaryDirectory();
  const first = takeLock(path, "channel");
  expect(takeLock(path, "channel")).toEqual({ heldBy: process.pid });
  expect(statSync(join(path, "channel.lock")).mode & 0o777).toBe(0o600);
  if (!("release" in first)) {
    throw new Error("not taken");
  }
  first.release();
  expect(readdirSync(path)).toEqual([]);
  expect("release" in takeLock(path, "channel")).toBe(true);
});

test("where the state folder takes none, none is left on the machine", () => {
  const machine = [temporaryDirectory()];
  const path = temporaryDirectory();
  const daemon = { botId: "bot", channelId: "channel" };
  expect(() => lockDaemon(daemon, join(path, "nowhere"), machine)).toThrow("ENOENT");
  expect("release" in lockDaemon(daemon, path, machine)).toBe(true);
});

test("another channel has a lock of its own", () => {
  const path = temporaryDirectory();
  takeLock(path, "channel");
  expect("release" in takeLock(path, "other")).toBe(true);
});

test("the lock of a living process holds, that of a dead one is taken over", async () => {
  const path = temporaryDirectory();
  const other = await process_();
  holdAs(path, other.pid);
  expect(takeLock(path, "channel")).toEqual({ heldBy: other.pid });
  await other.end();
  expect("release" in takeLock(path, "channel")).toBe(true);
});

test("a living process that only has the dead one's number holds nothing", async () => {
  const path = temporaryDirectory();
  const other = await process_();
  holdAs(path, other.pid, "long ago");
  expect("release" in takeLock(path, "channel")).toBe(true);
});

test.each(["", "{", "null", '{"pid":"12"}'])("a lock that says nothing (%j) is taken over", (text) => {
  const path = temporaryDirectory();
  writeFileSync(join(path, "channel.lock"), text);
  expect("release" in takeLock(path, "channel")).toBe(true);
  expect(readdirSync(path)).toEqual(["channel.lock"]);
});

test("a pipe in the place of a lock holds nothing up, and is taken over", () => {
  const path = temporaryDirectory();
  execFileSync("mkfifo", [join(path, "channel.lock")]);
  expect(takeLock(path, "channel")).toHaveProperty("release");
});

test("who gives a lock back that has become another's leaves it alone", async () => {
  const path = temporaryDirectory();
  const mine = takeLock(path, "channel");
  const other = await process_();
  holdAs(path, other.pid);
  if (!("release" in mine)) {
    throw new Error("not taken");
  }
  mine.release();
  expect(takeLock(path, "channel")).toEqual({ heldBy: other.pid });
});

describe("a daemon's lock", () => {
  const DAEMON = { botId: "bot", channelId: "channel" };

  test("holds against another one with another state folder, and leaves nothing of its own when it is given back", () => {
    const [mine, theirs, machine] = [
      temporaryDirectory(),
      temporaryDirectory(),
      join(temporaryDirectory(), "deep", "locks"),
    ];
    const lock = lockDaemon(DAEMON, mine, [machine]);
    expect(lockDaemon(DAEMON, theirs, [machine])).toEqual({ heldBy: process.pid });
    expect(readdirSync(theirs)).toEqual([]);
    expect(statSync(machine).mode & 0o777).toBe(0o700);
    expect(statSync(join(machine, "bot-channel.lock")).mode & 0o777).toBe(0o600);
    if (!("release" in lock)) {
      throw new Error("not taken");
    }
    lock.release();
    expect([readdirSync(mine), readdirSync(machine)]).toEqual([[], []]);
  });

  test("leaves another bot and another channel alone", () => {
    const machine = temporaryDirectory();
    for (const other of [DAEMON, { ...DAEMON, botId: "second" }, { ...DAEMON, channelId: "second" }]) {
      expect("release" in lockDaemon(other, temporaryDirectory(), [machine])).toBe(true);
    }
  });

  test("that a daemon of version 0.1.0 holds in the state folder is respected", async () => {
    const [path, machine] = [temporaryDirectory(), temporaryDirectory()];
    const other = await process_();
    holdAs(path, other.pid);
    expect(lockDaemon(DAEMON, path, [machine])).toEqual({ heldBy: other.pid });
    expect(readdirSync(machine)).toEqual([]);
    await other.end();
    expect("release" in lockDaemon(DAEMON, path, [machine])).toBe(true);
  });

  test("of a killed one is taken over, and those of others that were killed are cleared away", async () => {
    const machine = temporaryDirectory();
    const [dead, living] = [await process_(), await process_()];
    for (const [name, { pid }] of [
      ["bot-channel", dead] as const,
      ["gone-channel", dead] as const,
      ["up-channel", living] as const,
    ]) {
      writeFileSync(join(machine, `${name}.lock`), JSON.stringify({ pid, startMark: startMark(pid) }));
    }
    await dead.end();
    expect("release" in lockDaemon(DAEMON, temporaryDirectory(), [machine])).toBe(true);
    expect(readdirSync(machine).sort()).toEqual(["bot-channel.lock", "up-channel.lock"]);
  });

  test.each([
    { what: "a link", plant: (path: string) => symlinkSync(temporaryDirectory(), path) },
    { what: "a link to nothing", plant: (path: string) => symlinkSync("/nowhere", path) },
    { what: "a file", plant: (path: string) => writeFileSync(path, "") },
  ])("is not put where somebody has planted $what: the next place is taken", ({ plant }) => {
    const [first, second] = [join(temporaryDirectory(), "locks"), join(temporaryDirectory(), "locks")];
    plant(first);
    lockDaemon(DAEMON, temporaryDirectory(), [first, second]);
    expect(readdirSync(second)).toEqual(["bot-channel.lock"]);
    expect(lstatSync(first).isDirectory()).toBe(false);
  });

  test("closes a directory that others could write", () => {
    const machine = temporaryDirectory();
    chmodSync(machine, 0o777);
    lockDaemon(DAEMON, temporaryDirectory(), [machine]);
    expect(statSync(machine).mode & 0o777).toBe(0o700);
  });

  test.skipIf(process.getuid?.() !== 0)("is not put into another user's directory", () => {
    const machine = temporaryDirectory();
    chownSync(machine, 65534, 65534);
    const path = temporaryDirectory();
    expect("release" in lockDaemon(DAEMON, path, [machine])).toBe(true);
    expect(readdirSync(machine)).toEqual([]);
    expect(JSON.parse(readFileSync(join(path, "channel.lock"), "utf8"))).toMatchObject({ pid: process.pid });
  });
});

test("the places for locks heed no variable: the account's own home, then a directory of the user's in /tmp", () => {
  const account = () => ({ homedir: "/home/dev" });
  const inTmp = `/tmp/mm-claude-${process.getuid?.()}`;
  expect(machineLockDirectories(account)).toEqual(["/home/dev/.local/state/mm-claude/locks", inTmp]);
  const nobody = (): never => {
    throw new Error("ENOENT: no such file or directory, uv_os_get_passwd");
  };
  expect(machineLockDirectories(nobody)).toEqual([inTmp]);
});
