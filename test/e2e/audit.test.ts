// The built program as a person asks it who decided what.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { recordFile, trailOf } from "../../src/audit/files.ts";
import { AuditTrail } from "../../src/audit/trail.ts";
import { stateDirectory } from "../../src/store/locations.ts";
import { createLog } from "../../src/util/log.ts";
import { emptyPlaces } from "../support/setup-world.ts";

const ROOT = new URL("../..", import.meta.url).pathname;

beforeAll(() => {
  if (!existsSync(join(ROOT, "dist", "cli.js"))) execFileSync("npm", ["run", "build"], { cwd: ROOT });
});

function machine() {
  const { cwd, home } = emptyPlaces();
  const folder = stateDirectory({ stateHome: undefined, home }, "https://chat.example.com", "bot");
  return {
    home,
    folder,
    run(...args: string[]) {
      const child = spawnSync(process.execPath, [join(ROOT, "bin", "mm-claude.js"), "audit", ...args], {
        cwd,
        env: { PATH: process.env["PATH"] ?? "", HOME: home },
        input: "",
        encoding: "utf8",
        timeout: 60_000,
      });
      return { code: child.status, stdout: child.stdout.trimEnd(), stderr: child.stderr.trimEnd() };
    },
  };
}

function withTrail() {
  const world = machine();
  mkdirSync(world.folder, { recursive: true });
  const log = createLog({ debug: false, secrets: [], write: () => {} });
  const trail = new AuditTrail({
    folder: world.folder,
    channelId: "chan",
    now: Date.now,
    log,
    redact: (line) => line,
  });
  const alice = { id: "u1", name: "alice" };
  trail.append({ action: "started", by: alice, threadId: "t1", what: { message: "fix it" } });
  trail.append({
    action: "tool-denied",
    by: alice,
    threadId: "t1",
    what: { tool: "Bash", input: { command: "rm" } },
  });
  return { ...world, lines: recordFile(trailOf(world.folder, "chan")) };
}

test("without a trail, a server or settings it says that there is none", () => {
  const { code, stdout, stderr } = machine().run();
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^There is no audit trail in .*\/\.local\/state\/mm-claude yet/);
});

test("it shows what was decided, as a table and as it stands", () => {
  const { run, lines } = withTrail();
  expect(run().stdout).toMatch(
    /^time .*\n\S+ \S+ {2}@alice {2}started {6}fix it\n.* {2}tool-denied {2}Bash · rm$/,
  );
  expect(run("--action", "tool-denied", "--since", "1h").stdout.split("\n")).toHaveLength(2);
  expect(`${run("--json").stdout}\n`).toBe(readFileSync(lines, "utf8"));
});

test("it says whether a trail was changed, in words and by its exit code", () => {
  const { run, lines } = withTrail();
  expect(run("--verify")).toEqual({
    code: 0,
    stdout: `✓ 2 records, none changed, none missing: ${lines}`,
    stderr: "",
  });
  writeFileSync(lines, readFileSync(lines, "utf8").replace("fix it", "fix him"));
  expect(run("--verify")).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^✗ .*line 1 was changed/),
  });
});

test.each([["--since", "soon"], ["--action", "allow"], ["--verify", "--json"], ["--bogus"]])(
  "%s %s is wrong usage",
  (...args) => {
    const { code, stdout, stderr } = withTrail().run(...args);
    expect([code, stdout, stderr.split("\n").length]).toEqual([2, "", 1]);
    expect(stderr).toMatch(/^error: /);
  },
);

test("--help lists it", () => {
  expect(machine().run("--help").stdout).toContain("--verify");
});
