import { defineConfig } from "vitest/config";

// What takes minutes and is run by hand and in CI's long runs: `npm run test:soak`, `npm run test:fuzz`,
// `npm run test:attacks`.
const project = (name: string, more: object = {}) => ({
  test: { name, include: [`test/${name}/**/*.long.ts`], testTimeout: 600_000, ...more },
});

// Each starts daemons of its own, which wait more than they work.
const attacks = project("attacks", { testTimeout: 120_000, hookTimeout: 60_000, maxWorkers: 2 });

export default defineConfig({
  test: {
    globalSetup: ["test/support/temporary.ts"],
    projects: [project("soak"), project("fuzz"), attacks],
  },
});
