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
        // Nothing that mm-claude itself has said to Claude is taken for somebody else's.
        const hasOthers = scenario.name === "handover";
        expect(/writes this conversation too|went on elsewhere/.test(thread)).toBe(hasOthers);
      },
    );
  });
}

/** 1.0.128 is of the first, 2.0.76 of the second, 2.1.330 of the third. */
const generationOf = (version: string): number =>
  version.startsWith("2.1.") ? 3 : Number.parseInt(version, 10);
