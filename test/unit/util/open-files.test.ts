import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { mostOpenFiles } from "../../../src/util/open-files.ts";

test.runIf(process.platform === "linux")("as many files may be open as the shell says", () => {
  const most = execFileSync("sh", ["-c", "ulimit -n"], { encoding: "utf8" }).trim();
  expect(mostOpenFiles()).toBe(most === "unlimited" ? Infinity : Number(most));
});

test("there is no limit where none is told", () => {
  expect(mostOpenFiles("/nowhere")).toBe(Infinity);
});
