// Every scenario with the real Claude CLI, over real HTTP and WebSocket, with a scripted model behind it.

import { afterAll, beforeAll, describe, test } from "vitest";
import { scenes } from "../../src/sandbox/model/scenes.ts";
import { type ScriptedModel, startScriptedModel } from "../../src/sandbox/model/server.ts";
import { claudeHome, realClaudes } from "../support/real-claude.ts";
import { scenarios } from "../support/scenarios/all.ts";
import { startWorld } from "../support/world.ts";

let model: ScriptedModel;

beforeAll(async () => {
  model = await startScriptedModel({ scenes });
});

afterAll(() => model.close());

const newest = realClaudes().at(-1);

describe.each(newest ? [newest] : [])("with Claude Code $version", ({ path }) => {
  test.each(scenarios)("$name: $title", async (scenario) => {
    const home = claudeHome(model.url);
    const world = await startWorld({
      claudePath: path,
      environment: home.environment,
      config: { directory: home.directory, ...scenario.config },
      ...(scenario.maxPostSize ? { maxPostSize: scenario.maxPostSize } : {}),
    });
    try {
      for (const [name, content] of Object.entries(scenario.files ?? {})) {
        world.writeFile(name, content);
      }
      await scenario.play(world);
    } finally {
      await world.close();
      home.remove();
    }
  });
});
