// A connection that is open and dead at once: the commonest way such a daemon loses messages. In a file of its own,
// because it takes the 40 s after which silence is taken for death.

import { expect, test } from "vitest";
import { daemonWorld } from "../support/daemon-world.ts";
import { sharedModel } from "../support/shared-model.ts";

const model = sharedModel();

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
