// Scenarios as tests with a real Claude CLI, over real HTTP and WebSocket, with a scripted model behind it.

import { describe, expect, test } from "vitest";
import { claudeHome, type RealClaude } from "../real-claude.ts";
import { sharedModel } from "../shared-model.ts";
import { playScenario } from "./run.ts";
import type { Scenario } from "./scenario.ts";

export function playWithRealClaude({ path, version }: RealClaude, scenarios: readonly Scenario[]): void {
  const model = sharedModel();

  const able = scenarios.filter(({ since = 1 }) => generationOf(version) >= since);
  describe(`with Claude Code ${version}`, () => {
    test.each(able.map((scenario) => [scenario.name, scenario.title, scenario] as const))(
      "%s: %s",
      async (_name, _title, scenario) => {
        const { directory, environment } = claudeHome(model.url);
        const thread = await playScenario(scenario, { claudePath: path, environment, directory });
        expect(thread).toContain("@claude-code");
      },
    );
  });
}

/** 1 for 1.0, 2 for 2.0, 3 for 2.1. */
function generationOf(version: string): number {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major === 2 && minor >= 1 ? 3 : major;
}
