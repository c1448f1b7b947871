import { defineConfig } from "vitest/config";

function project(name: string, include: readonly string[], seconds: number, more: object = {}) {
  return {
    test: {
      name,
      include: [...include],
      testTimeout: seconds * 1000,
      hookTimeout: seconds * 1000,
      // Patience costs nothing where all is well; vitest's own is one second.
      expect: { poll: { timeout: 20_000 } },
      // For two cores: what starts real processes also waits.
      maxWorkers: 3,
      // A worker goes on with the next file: what all of them import is loaded once. No test changes a module.
      isolate: false,
      ...more,
    },
  };
}

// All that have one order share the workers, so that no long file at a project's end leaves the others without work:
// they are taken in the order of their names, and unit's many small ones are the last.
export default defineConfig({
  test: {
    globalSetup: ["test/support/temporary.ts"],
    projects: [
      project("browser", ["test/browser/**/*.test.ts"], 90, { globalSetup: ["test/browser/setup.ts"] }),
      project("e2e", ["test/e2e/**/*.test.ts"], 90),
      project("scenarios", ["test/scenarios/**/*.test.ts"], 60),
      // Pure, or against servers in the same process.
      project("unit", ["test/unit/**/*.test.ts", "test/contract/**/*.test.ts"], 60),
      // It judges how soon everybody is answered, and so runs alone.
      project("faults", ["test/faults/**/*.test.ts"], 180, { sequence: { groupOrder: 1 } }),
    ],
  },
});
