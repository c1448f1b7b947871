// The scripted model for all tests of a file, or of a `describe`.

import { afterAll, beforeAll } from "vitest";
import type { Scene } from "../../sandbox/model/scene.ts";
import { scenes } from "../../sandbox/model/scenes.ts";
import { type ScriptedModel, startScriptedModel } from "../../sandbox/model/server.ts";

export function sharedModel(played: readonly Scene[] = scenes): Omit<ScriptedModel, "close"> {
  let model: ScriptedModel | undefined;
  const running = (): ScriptedModel => {
    if (model === undefined) throw new Error("The model runs while tests do");
    return model;
  };
  beforeAll(async () => {
    model = await startScriptedModel({ scenes: played });
  });
  afterAll(() => model?.close());
  return {
    get url() {
      return running().url;
    },
    get requests() {
      return running().requests;
    },
  };
}
