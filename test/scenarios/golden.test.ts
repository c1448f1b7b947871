// Every scenario with the fast fake claude; the whole thread, as people see it, is compared with a reviewed file.
// `npx vitest run --project scenarios -u` writes the files anew: read the difference before you keep it.

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { claudeHome } from "../support/real-claude.ts";
import { scenarios } from "../support/scenarios/all.ts";
import { playScenario } from "../support/scenarios/run.ts";
import { sharedModel } from "../support/shared-model.ts";

const fakeClaude = fileURLToPath(new URL("../support/fake-claude.mjs", import.meta.url));
const model = sharedModel();

test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", async (name, scenario) => {
  const { directory, environment } = claudeHome(model.url);
  const thread = await playScenario(scenario, { claudePath: fakeClaude, environment, directory });
  if (scenario.isGolden ?? true) {
    await expect(thread).toMatchFileSnapshot(`../golden/${name}.md`);
  }
});
