// A connection that is open and dead at once: the commonest way such a daemon loses messages. In a file of its own,
// because it takes the 40 s after which silence is taken for death.

import { afterAll, beforeAll, expect, test } from "vitest";
import { scenes } from "../../sandbox/model/scenes.ts";
import { type ScriptedModel, startScriptedModel } from "../../sandbox/model/server.ts";
import { daemonWorld } from "../support/daemon-world.ts";

let model: ScriptedModel;

beforeAll(async () => {
  model = await startScriptedModel({ scenes });
});

afterAll(() => model.close());

test("a socket that falls silent is given up after a ping, and what was said and clicked in between is heard", async () => {
  const world = await daemonWorld(model.url);
  const daemon = await world.ready();
  const root = await world.ask("RUN bash");
  const card = await world.card(root);
  world.sandbox.faults.freezeSockets();
  await world.react(card.id, "+1");
  await world.say("RUN echo into the silence", root);
  await daemon.prints("no answer to a ping within 10 s");
  await world.says(root, "Done: the command ran.");
  await world.says(root, "RUN echo into the silence");
  expect(world.answer(root).split("into the silence")).toHaveLength(2);
});
