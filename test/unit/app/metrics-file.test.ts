import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
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
    text: () => `figure ${++figure}\n`,
    clock,
    log: { debug: () => {}, info: () => {}, warn, error: warn },
  });
  onTestFinished(() => file.close());
  return { path, clock, warnings, file };
}

test("it is there at once, is written anew every 15 s, and is gone at the end", async () => {
  const { path, clock, file } = setUp();
  await vi.waitFor(() => expect(readFileSync(path, "utf8")).toBe("figure 1\n"));
  await vi.waitFor(() => expect(clock.pending()).toBe(1));
  await clock.advance(15_000);
  await vi.waitFor(() => expect(readFileSync(path, "utf8")).toBe("figure 2\n"));
  expect(readdirSync(join(path, ".."))).toEqual(["mm-claude.prom"]);
  file.close();
  expect(existsSync(path)).toBe(false);
});

test("where it can't be written that is said once, and tried again", async () => {
  const { clock, warnings } = setUp("/proc/nowhere/mm-claude.prom");
  await vi.waitFor(() =>
    expect(warnings).toEqual([expect.stringMatching(/^METRICS_FILE: .* can't be written/)]),
  );
  await clock.advance(60_000);
  expect(warnings).toHaveLength(1);
});
