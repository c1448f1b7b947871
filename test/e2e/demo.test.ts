// The demo's command as a shell runs it: what it prints, for people and for programs, and what it leaves behind.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { PROGRAM, ROOT } from "../support/program.ts";
import { temporaryDirectory } from "../support/temporary.ts";

beforeAll(() => {
  if (!existsSync(join(ROOT, "sandbox", "dist", "index.js"))) {
    execFileSync("npm", ["run", "build"], { cwd: ROOT });
  }
});

interface Demo {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly exit: Promise<number | null>;
  /** Where it puts what is temporary. */
  readonly temporary: string;
}

function demo(
  args: readonly string[],
  { out = "pipe" as "pipe" | number, home = temporaryDirectory() } = {},
): Demo {
  const temporary = join(home, "tmp");
  mkdirSync(temporary, { recursive: true });
  const child = spawn(
    process.execPath,
    [PROGRAM, "demo", "--scripted", "--no-open", "--port", "0", ...args],
    {
      cwd: home,
      env: { PATH: process.env["PATH"] ?? "", HOME: home, TMPDIR: temporary, NO_COLOR: "1" },
      stdio: ["ignore", out, "pipe"],
    },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  child.stdout?.on("data", (data) => {
    stdout += data;
  });
  child.stderr?.resume();
  const exit = new Promise<number | null>((resolve) => child.on("close", resolve));
  return { child, stdout: () => stdout, exit, temporary };
}

async function until(holds: () => boolean, what: () => string): Promise<void> {
  for (const end = Date.now() + 20_000; !holds(); ) {
    if (Date.now() > end) throw new Error(what());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const homesIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.startsWith("mm-claude-demo-"));

test("as JSON each line that it prints is an object, from the first, and the first has the address", async () => {
  const { child, stdout, exit } = demo(["--log-format", "json"]);
  await until(() => stdout().includes("Ready!"), stdout);
  child.kill("SIGINT");
  expect(await exit).toBe(0);
  const lines = stdout().trimEnd().split("\n");
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  for (const { time, level, message } of parsed) {
    expect([typeof time, level, typeof message]).toEqual(["string", "info", "string"]);
  }
  expect(parsed[0]?.["Open"]).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/$/);
});

test.skipIf(!existsSync("/dev/full"))(
  "whoever takes its lines may lose them: it runs, and ends well at a signal",
  async () => {
    const { child, exit, temporary } = demo([], { out: openSync("/dev/full", "w") });
    await until(
      () => homesIn(temporary).some((home) => existsSync(join(temporary, home, "mm-claude"))),
      () => "It did not start.",
    );
    child.kill("SIGINT");
    expect(await exit).toBe(0);
  },
);

test("what a killed one has left, the next one clears away, and nothing of one that runs", async () => {
  const home = temporaryDirectory();
  const [killed, running] = [demo([], { home }), demo([], { home })];
  await Promise.all([killed, running].map(({ stdout }) => until(() => stdout().includes("Ready!"), stdout)));
  const before = homesIn(running.temporary);
  expect(before).toHaveLength(2);
  killed.child.kill("SIGKILL");
  await killed.exit;
  const next = demo([], { home });
  await until(() => next.stdout().includes("Ready!"), next.stdout);
  await until(
    () => homesIn(next.temporary).length === 2,
    () => homesIn(next.temporary).join(", "),
  );
  const after = homesIn(next.temporary);
  expect(after.filter((name) => before.includes(name))).toHaveLength(1);
  for (const { child, exit } of [running, next]) {
    child.kill("SIGINT");
    expect(await exit).toBe(0);
  }
  expect(homesIn(next.temporary)).toEqual([]);
});
