import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { MetricsFile } from "../../../src/app/metrics-file.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { temporaryDirectory } from "../../support/temporary.ts";

function setUp(path = join(temporaryDirectory(), "mm-claude.prom")) {
  const clock = createFakeClock();
  const warnings: string[] = [];
  const warn = (line: string): void => void warnings.push(line);
  let figure = 0;
  const file = MetricsFile.start({
    path,
    text: () => `# HELP mm_claude_figure ${++figure}\n`,
    clock,
    log: { debug: () => {}, info: () => {}, warn, error: warn },
  });
  onTestFinished(() => file?.close());
  return { path, clock, warnings, file };
}

test("it is there at once, is written anew every 15 s, and is gone at the end", async () => {
  const { path, clock, file } = setUp();
  await expect.poll(() => readFileSync(path, "utf8")).toBe("# HELP mm_claude_figure 1\n");
  await expect.poll(() => clock.pending()).toBe(1);
  await clock.advance(15_000);
  await expect.poll(() => readFileSync(path, "utf8")).toBe("# HELP mm_claude_figure 2\n");
  expect(readdirSync(join(path, ".."))).toEqual(["mm-claude.prom"]);
  file?.close();
  expect(existsSync(path)).toBe(false);
});

test("where it can't be written that is said once, and tried again", async () => {
  const { clock, warnings } = setUp("/proc/nowhere/mm-claude.prom");
  await expect.poll(() => warnings).toEqual([expect.stringMatching(/^METRICS_FILE: .* can't be written/)]);
  await clock.advance(60_000);
  expect(warnings).toHaveLength(1);
});

test.each([
  ["a file of somebody else's", (path: string) => writeFileSync(path, "MATTERMOST_TOKEN=t0ken\n")],
  ["a link", (path: string) => symlinkSync("/etc/hostname", path)],
  ["a FIFO", (path: string) => execFileSync("mkfifo", [path])],
  ["a directory", (path: string) => mkdirSync(path)],
])("%s is left as it is, and said", async (_what, make) => {
  const path = join(temporaryDirectory(), "taken");
  make(path);
  const before = lstatSync(path);
  const { file, clock, warnings } = setUp(path);
  await clock.advance(60_000);
  file?.close();
  expect(warnings).toEqual([
    expect.stringMatching(/^METRICS_FILE: .* is something else than mm-claude's figures/),
  ]);
  expect(lstatSync(path)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
});

test("what an earlier mm-claude has left is written over", async () => {
  const path = join(temporaryDirectory(), "mm-claude.prom");
  writeFileSync(path, "# HELP mm_claude_figure old\n");
  setUp(path);
  await expect.poll(() => readFileSync(path, "utf8")).toBe("# HELP mm_claude_figure 1\n");
});
