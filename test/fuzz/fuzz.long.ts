// `npm run test:fuzz`; SEED=n repeats a run.

import { expect, test } from "vitest";
import { fuzz } from "./fuzz.ts";

test("20,000 spoiled frames, bodies, lines and documents break nothing: each is read, skipped or named", async () => {
  const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 1e9));
  console.log(`SEED=${seed}`);
  const report = await fuzz(seed, 20_000);
  console.log(report.join("\n"));
  expect(report).toHaveLength(4);
});
