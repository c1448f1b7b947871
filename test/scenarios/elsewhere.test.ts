// What rests on what Claude has saved, with Claude on another machine: people see the same as with Claude on this one.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { claudeHome } from "../support/real-claude.ts";
import { scenarios } from "../support/scenarios/all.ts";
import { playScenario } from "../support/scenarios/run.ts";
import { sharedModel } from "../support/shared-model.ts";

const fakeClaude = fileURLToPath(new URL("../support/fake-claude.mjs", import.meta.url));
const model = sharedModel();

const SAME: readonly string[] = [
  "fork",
  "fork-of-a-turn-that-runs",
  "taken-up",
  "restart",
  "restart-while-asked",
  "sleep",
  "output",
  "interrupt",
];
const chosen = scenarios.filter(({ name }) => SAME.includes(name));

test.each(chosen.map((scenario) => [scenario.name, scenario] as const))("%s", async (name, scenario) => {
  expect(chosen).toHaveLength(SAME.length);
  const { directory, environment } = claudeHome(model.url);
  const stage = { claudePath: fakeClaude, environment, directory };
  const thread = await playScenario({ ...scenario, isElsewhere: true }, stage);
  const golden = readFileSync(new URL(`../golden/${name}.md`, import.meta.url), "utf8");
  // Only the header says where it is.
  expect(thread.replaceAll(" on `build1`", "")).toBe(golden);
});
