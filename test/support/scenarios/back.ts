// Scenarios of going back, and of asking beside the work.

import { expect } from "vitest";
import { ask, openCard, type Scenario } from "./scenario.ts";

export const back: readonly Scenario[] = [
  {
    name: "undo",
    title: "what Claude changed in files is put back, once an approver has seen what that means",
    files: { "notes.txt": "one\ntwo\nthree\n" },
    since: 3,
    async play(world) {
      const { alice, carol } = world.people;
      const root = await ask(world, "RUN edit");
      const card = await openCard(world, root, "Permission requested", 3);
      await alice.react(card.id, "+1");
      await world.says(root, "Edited the notes.");
      const talk = await alice.say("RUN hello", root);
      await world.says(root, "scripted model");
      await alice.say("!invite @carol", root);
      await world.says(root, "✅ @carol can now participate");
      await carol.say("!undo", root);
      await world.says(root, "⚠️ Only `@alice` and allowed users can do that, `@carol`");
      await alice.react(talk, "leftwards_arrow_with_hook");
      await world.says(root, "There is nothing to undo");
      await alice.say("!undo", root);
      const undo = await openCard(world, root, "↩️ **Undo**", 2);
      expect(undo.message).toContain("- `notes.txt`");
      await carol.react(undo.id, "+1");
      world.writeFile("notes.txt", "one\nTWO\nthree\nfour\n");
      await alice.react(undo.id, "+1");
      await world.says(root, "⚪ **Void**: the files have changed");
      expect(world.readFile("notes.txt")).toContain("four");
      const again = await openCard(world, root, "+1 −2 lines", 2);
      await alice.react(again.id, "+1");
      await world.says(root, "↩️ **Undone** by @alice");
      expect(world.readFile("notes.txt")).toBe("one\ntwo\nthree\n");
      await alice.say("RUN echo what is new?", root);
      await world.says(root, "has undone what you changed in these files");
      return root;
    },
  },
  {
    name: "undo-after-a-restart",
    title: "a card that asks whether to undo holds after a restart, and wakes Claude for it",
    since: 3,
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, "RUN edit");
      for (const part of ["📝 **Write**", "**Edit**"]) {
        const card = await openCard(world, root, part, 3);
        await alice.react(card.id, "+1");
      }
      await world.says(root, "Edited the notes.");
      await world.rests(root);
      await alice.say("!undo", root);
      const undo = await openCard(world, root, "↩️ **Undo**", 2);
      await world.restart();
      await alice.react(undo.id, "+1");
      await world.says(root, "↩️ **Undone** by @alice");
      expect(world.hasFile("notes.txt")).toBe(false);
      return root;
    },
  },
  {
    name: "aside",
    title: "a question beside the work is answered while the work goes on",
    config: { skipPermissions: true },
    files: { "notes.txt": "one\ntwo\n" },
    since: 3,
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, "RUN gate");
      await world.until(root, () => world.hasFile("waiting"));
      await alice.say("!btw", root);
      await world.says(root, "Write it as `!btw question`");
      await alice.say("!btw RUN hello", root);
      await world.says(root, "scripted model");
      expect(world.text(root)).not.toContain("The gate is behind us.");
      world.writeFile("go", "");
      await world.says(root, "The gate is behind us.");
      // 2.1.330 lets no tool run for an aside in the midst of a turn.
      await world.rests(root);
      await alice.say("!btw RUN read", root);
      await world.says(root, "I have read the notes.");
      return root;
    },
  },
];
