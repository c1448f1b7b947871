// What tests leave in the directory for temporary files is gone when they are over. Set up once for all of them.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function setup(): () => void {
  const directory = mkdtempSync(join(tmpdir(), "mm-claude-tests-"));
  process.env["TMPDIR"] = directory;
  return () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}
