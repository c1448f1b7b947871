import { defineConfig } from "vitest/config";

// What takes minutes and is run by hand and in CI's long runs: `npm run test:soak`, `npm run test:fuzz`,
// `npm run test:properties`, `npm run test:attacks`, `npm run test:generations`.
const project = (name: string, more: object = {}) => ({
  test: { name, include: [`test/${name}/**/*.long.ts`], testTimeout: 600_000, ...more },
});

// Each starts daemons of its own, which wait more than they work.
const attacks = project("attacks", { testTimeout: 120_000, hookTimeout: 60_000, maxWorkers: 2 });

// What the suite plays with the newest CLI alone or with none, with all of them.
const generations = project("generations", {
  include: [
    "claude-*",
    "daemon",
    "guided-scenes",
    "projects",
    "remote-*",
    "restart",
    "scenarios*",
    "send",
    "warm",
  ].map((name) => `test/e2e/${name}.test.ts`),
  testTimeout: 90_000,
  maxWorkers: 2,
  env: { CLAUDE_GENERATIONS: "all" },
});

// With more examples than the suite's, and longer ones.
const properties = project("properties", {
  include: [
    "test/unit/**/*.property.test.ts",
    "test/unit/**/{projects-edit,projects-file,deciding-words,hang,hostile-texts,linear}.test.ts",
  ],
  env: { PROPERTY_TIMES: "20" },
});

export default defineConfig({
  test: {
    globalSetup: ["test/support/temporary.ts"],
    projects: [project("soak"), project("fuzz"), attacks, generations, properties],
  },
});
