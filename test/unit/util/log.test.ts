import { expect, test } from "vitest";
import { createLog } from "../../../src/util/log.ts";

function record(options: { debug?: boolean; secrets?: string[] } = {}) {
  const lines: string[] = [];
  const log = createLog({
    debug: options.debug ?? false,
    secrets: options.secrets ?? [],
    write: (line) => lines.push(line),
  });
  return { log, lines };
}

test("each level but info says its name", () => {
  const { log, lines } = record({ debug: true });
  log.debug("a");
  log.info("b");
  log.warn("c");
  log.error("d");
  expect(lines).toEqual(["debug: a", "b", "warning: c", "error: d"]);
});

test("debug lines are silent without --debug", () => {
  const { log, lines } = record();
  log.debug("a");
  expect(lines).toEqual([]);
});

test("a cause adds its message, and its stack only with --debug", () => {
  const cause = new Error("boom");
  const quiet = record();
  quiet.log.error("it failed", cause);
  expect(quiet.lines).toEqual(["error: it failed: boom"]);
  const loud = record({ debug: true });
  loud.log.error("it failed", cause);
  expect(loud.lines[0]).toContain("log.test.ts");
});

test("secrets appear in no line, wherever they came from and also when percent-encoded", () => {
  const { log, lines } = record({ debug: true, secrets: ["s3cr3t/t0k", ""] });
  log.info("token s3cr3t/t0k twice s3cr3t/t0k", new Error("GET /?t=s3cr3t%2Ft0k"));
  expect(lines.join()).not.toMatch(/s3cr3t/);
  expect(lines[0]).toMatch(/^token \[secret\] twice \[secret\]/);
});

test("terminal escapes in a line are made harmless, line ends and tabs stay", () => {
  const { log, lines } = record();
  log.info("a\u001b[2Jb\u0007\n\tc");
  expect(lines).toEqual(["a�[2Jb�\n\tc"]);
});
