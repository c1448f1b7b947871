// Real, tiny children.

import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ClaudeProcess, type End } from "../../../src/claude/process.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

let directory: string;
let running: ClaudeProcess[];
beforeEach(() => {
  directory = temporaryDirectory();
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((child) => child.close(0)));
});

interface Watched {
  readonly child: ClaudeProcess;
  readonly lines: string[];
  readonly ended: Promise<End>;
  /** Resolves when the child has written that line. */
  said(line: string): Promise<void>;
}

function start(path: string, args: readonly string[], inDirectory = directory): Watched {
  const lines: string[] = [];
  const waiting = new Map<string, () => void>();
  let resolveEnd: (end: End) => void = () => {};
  const ended = new Promise<End>((resolve) => {
    resolveEnd = resolve;
  });
  const child = new ClaudeProcess(
    { path, arguments: args, directory: inDirectory, environment: process.env },
    {
      lines(some) {
        lines.push(...some);
        for (const line of some) {
          waiting.get(line)?.();
        }
      },
      tooLong() {},
      endless() {},
      ended: resolveEnd,
    },
  );
  child.start();
  running.push(child);
  const said = (line: string) =>
    new Promise<void>((resolve) => {
      if (lines.includes(line)) {
        resolve();
      } else {
        waiting.set(line, resolve);
      }
    });
  return { child, lines, ended, said };
}

const node = (script: string) => start(process.execPath, ["-e", script]);
const shell = (script: string) => start("/bin/sh", ["-c", script]);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie that nobody has collected yet is no longer alive.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    if (!isAlive(pid)) {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

describe("a process", () => {
  it("is read line by line, gets what is written, and ends with its stdin", async () => {
    const { child, lines, ended, said } = shell("echo ready; cat; echo bye");
    await said("ready");
    child.write("one");
    child.write("zwei ü");
    await said("zwei ü");
    await child.close(5_000);
    expect(lines).toEqual(["ready", "one", "zwei ü", "bye"]);
    expect(await ended).toEqual({ code: 0, signal: null, stderr: "" });
  });

  it("reports its exit code and its error output", async () => {
    expect(await shell("echo out; echo 'that went wrong' >&2; exit 3").ended).toEqual({
      code: 3,
      signal: null,
      stderr: "that went wrong",
    });
  });

  it("reports the signal that ended it", async () => {
    expect(await shell("kill -KILL $$").ended).toMatchObject({ code: null, signal: "SIGKILL" });
  });

  it("keeps only the end of a long stderr", async () => {
    const { stderr } = await node(`process.stderr.write("ü".repeat(50_000) + "the end")`).ended;
    expect(stderr.endsWith("üthe end")).toBe(true);
    expect(Buffer.byteLength(stderr)).toBeLessThanOrEqual(8 * 1024);
    expect(stderr).not.toContain("\uFFFD");
  });

  it("loses nothing that was written right before the end", async () => {
    const watched = node(`for (let n = 0; n < 20000; n++) console.log("line " + n)`);
    await watched.ended;
    expect(watched.lines).toHaveLength(20_000);
    expect(watched.lines.at(-1)).toBe("line 19999");
  });

  it("may be written to after it has closed its stdin or ended", async () => {
    const { child, said, ended } = shell("exec 0<&-; echo closed; sleep 0.2");
    await said("closed");
    for (let n = 0; n < 50; n++) {
      child.write("x".repeat(10_000));
    }
    expect(await ended).toMatchObject({ code: 0 });
    child.write("anybody there?");
    await child.close(0);
  });
});

describe("a program that cannot be started", () => {
  it("is reported when it does not exist, with what to do", async () => {
    const { child, ended } = start("/nowhere/claude", []);
    expect(child.pid).toBeUndefined();
    const { code, stderr } = await ended;
    expect(code).toBeNull();
    expect(stderr).toContain('not found at "/nowhere/claude"');
    expect(stderr).toContain("CLAUDE_PATH");
    child.write("x");
    await child.close(1_000);
  });

  it("is reported when it may not be executed", async () => {
    const path = join(directory, "claude");
    writeFileSync(path, "#!/bin/sh\n");
    chmodSync(path, 0o644);
    expect((await start(path, []).ended).stderr).toContain("may not be executed");
  });

  it("is reported when the directory is gone", async () => {
    expect((await start("/bin/sh", [], "/nowhere/at/all").ended).stderr).toBe(
      "The directory /nowhere/at/all does not exist.",
    );
  });

  it("is reported when spawn itself refuses", async () => {
    expect((await start("cla\0ude", []).ended).stderr).toContain("could not be started");
  });
});

describe("closing", () => {
  it("gives the process the time to finish", async () => {
    const { child, said, ended } = node(
      `console.log("ready"); process.stdin.resume().on("end", () => setTimeout(() => process.exit(7), 100))`,
    );
    await said("ready");
    await child.close(5_000);
    expect(await ended).toMatchObject({ code: 7 });
  });

  it("ends a process that ignores the end of stdin with SIGTERM", async () => {
    const { child, said, ended } = node(`console.log("ready"); setInterval(() => {}, 1000)`);
    await said("ready");
    await child.close(50);
    expect(await ended).toMatchObject({ code: null, signal: "SIGTERM" });
  });

  it("kills a process that ignores SIGTERM too", async () => {
    const { child, said, ended } = node(
      `process.on("SIGTERM", () => console.log("no")); console.log("ready"); setInterval(() => {}, 1000)`,
    );
    await said("ready");
    await child.close(50);
    expect(await ended).toMatchObject({ code: null, signal: "SIGKILL" });
  });

  it("takes less time after a second call with less patience", async () => {
    const { child, said, ended } = node(`console.log("ready"); setInterval(() => {}, 1000)`);
    await said("ready");
    const patient = child.close(60_000);
    await child.close(0);
    await patient;
    expect(await ended).toMatchObject({ signal: "SIGTERM" });
  });

  it("ends the whole process group", async () => {
    const { child, lines, said } = shell("sleep 60 & echo $!; echo ready; cat > /dev/null; sleep 60");
    await said("ready");
    await child.close(50);
    expect(await gone(Number(lines[0]))).toBe(true);
  });
});

describe("what a process leaves behind", () => {
  it("is killed when it is of the group", async () => {
    const { lines, ended } = shell("sleep 60 & echo $!");
    expect(await ended).toMatchObject({ code: 0 });
    expect(await gone(Number(lines[0]))).toBe(true);
  });

  it("does not delay the end when it has left the group and holds stdout open", async () => {
    const { lines, ended } = node(
      `const { spawn } = require("node:child_process");
       const child = spawn("sleep", ["20"], { detached: true, stdio: ["ignore", "inherit", "ignore"] });
       child.unref(); console.log(child.pid);`,
    );
    const before = Date.now();
    expect(await ended).toMatchObject({ code: 0 });
    expect(Date.now() - before).toBeLessThan(10_000);
    process.kill(Number(lines[0]), "SIGKILL");
  });
});
