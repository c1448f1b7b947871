// Scenarios of mm-claude being stopped and started again.

import { expect } from "vitest";
import { ask, openCard, type Scenario } from "./scenario.ts";

const GO_ON = "arrows_counterclockwise";

export const restarting: readonly Scenario[] = [
  {
    name: "restart",
    suiteClaudes: "fake",
    title: "after a restart the conversation goes on, with what was said while mm-claude was away",
    async play(world) {
      const root = await ask(world, "RUN hello");
      await world.says(root, "scripted model");
      await world.rests(root);
      await world.restart(async () => {
        await world.people.bob.say("RUN echo while you were away", root);
      });
      await world.says(root, "[@bob]: RUN echo while you were away");
      await world.people.alice.say("RUN echo and now that you are back", root);
      await world.says(root, "[@alice]: RUN echo and now that you are back");
      expect(world.thread(root).filter(({ message }) => message.includes("### 🤖"))).toHaveLength(1);
      return root;
    },
  },
  {
    name: "restart-while-asked",
    title: "a restart voids what was asked and offers to go on with the turn that was cut off",
    async play(world) {
      const root = await ask(world, "RUN bash");
      const card = await openCard(world, root, "Permission requested", 3);
      let offerId = "";
      await world.restart(async () => {
        offerId = (await world.says(root, "cut off")).id;
        // Too late for the process that asked, and no answer for the next one.
        await world.people.alice.react(card.id, "+1");
      });
      await world.until(root, (posts) =>
        posts.find(({ id, reactions }) => id === offerId && reactions.some((one) => one.emojiName === GO_ON)),
      );
      await world.people.alice.react(offerId, GO_ON);
      await world.until(root, (posts) => posts.length > 4 && posts.at(-1)?.id !== offerId);
      expect(world.hasFile("out.txt")).toBe(false);
      expect(world.text(root).split("cut off")).toHaveLength(2);
      return root;
    },
  },
];
