// Scenarios of a Claude on another machine whose connection is lost, or which is away.

import { expect } from "vitest";
import type { OtherMachine } from "../other-machine.ts";
import { ask, openCard, type Scenario } from "./scenario.ts";

const there = (machine: OtherMachine | undefined): OtherMachine => {
  if (!machine) throw new Error("the scenario has no other machine");
  return machine;
};

export const machine: readonly Scenario[] = [
  {
    name: "connection-lost",
    title: "a turn whose connection is lost is told as cut off, and a reply resumes the conversation",
    isElsewhere: true,
    async play(world, machine) {
      const { alice } = world.people;
      const root = await ask(world, "RUN echo the first");
      await world.says(root, "RUN echo the first");
      await alice.say("RUN bash", root);
      await openCard(world, root, "Permission requested", 3);
      there(machine).cut();
      await world.says(root, "**The connection to `build1` was lost**");
      await alice.say("RUN echo the second", root);
      await world.says(root, "RUN echo the second");
      expect(world.hasFile("out.txt")).toBe(false);
      await world.rests(root);
      // It is one conversation, and each message was sent once.
      expect(["echo the first", "echo the second"].map(world.savedWith)).toEqual([1, 1]);
      return root;
    },
  },
  {
    name: "machine-away",
    suiteClaudes: "fake",
    title:
      "what waits for a machine that is away is kept, told once, and goes on when it is back, over a restart too",
    isElsewhere: true,
    async play(world, machine) {
      const { alice, bob } = world.people;
      const root = await ask(world, "RUN echo the first");
      await world.says(root, "RUN echo the first");
      there(machine).leave();
      there(machine).cut();
      await world.until(root, (posts) => posts.find(({ message }) => message.includes("asleep")));
      await alice.say("RUN echo the second", root);
      await world.says(root, "`build1` can't be reached");
      await bob.say("RUN echo the third", root);
      world.forward(5000);
      await world.until(root, () => there(machine).tries() >= 2);
      await world.restart();
      await world.until(root, () => there(machine).tries() >= 3);
      there(machine).comeBack();
      await world.until(root, () => {
        // When the last try has failed can't be seen.
        world.forward(1000);
        return world.text(root).includes("`build1` is back");
      });
      await world.says(root, "RUN echo the second");
      await world.says(root, "RUN echo the third");
      await world.rests(root);
      expect(["echo the first", "echo the second", "echo the third"].map(world.savedWith)).toEqual([1, 1, 1]);
      return root;
    },
  },
];
