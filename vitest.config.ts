import { defineConfig } from "vitest/config";

// Unit and contract tests are pure or talk to in-process servers; e2e runs real processes and gets more time.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts", "test/contract/**/*.test.ts"],
          testTimeout: 10_000,
        },
      },
      { test: { name: "scenarios", include: ["test/scenarios/**/*.test.ts"], testTimeout: 30_000 } },
      { test: { name: "e2e", include: ["test/e2e/**/*.test.ts"], testTimeout: 90_000, hookTimeout: 90_000 } },
    ],
  },
});
