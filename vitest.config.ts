import { defineConfig } from "vitest/config";

// The projects run one after the other, each with as many workers as it can use on a machine with two cores: what starts
// real processes waits so much that a third is of use.
function project(
  name: string,
  order: number,
  include: readonly string[],
  seconds: number,
  more: object = {},
) {
  return {
    test: {
      name,
      include: [...include],
      testTimeout: seconds * 1000,
      hookTimeout: Math.max(seconds, 30) * 1000,
      maxWorkers: 2,
      // A worker goes on with the next file: what all of them import is loaded once. No test changes a module.
      isolate: false,
      sequence: { groupOrder: order },
      ...more,
    },
  };
}

export default defineConfig({
  test: {
    globalSetup: ["test/support/temporary.ts"],
    projects: [
      // Pure, or against servers in the same process.
      project("unit", 0, ["test/unit/**/*.test.ts", "test/contract/**/*.test.ts"], 20),
      project("scenarios", 1, ["test/scenarios/**/*.test.ts"], 30),
      project("e2e", 2, ["test/e2e/**/*.test.ts"], 90, { maxWorkers: 3 }),
      project("faults", 3, ["test/faults/**/*.test.ts"], 180),
      project("browser", 4, ["test/browser/**/*.test.ts"], 90, {
        globalSetup: ["test/browser/setup.ts"],
      }),
    ],
  },
});
