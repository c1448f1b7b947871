import { defineConfig } from "vitest/config";

// What takes minutes and is run by hand and in CI's long runs: `npm run test:soak`, `npm run test:fuzz`.
const project = (name: string) => ({
  test: { name, include: [`test/${name}/**/*.long.ts`], testTimeout: 600_000 },
});

export default defineConfig({ test: { projects: [project("soak"), project("fuzz")] } });
