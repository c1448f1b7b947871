// Scenarios of changing how Claude works while it runs.

import { expect } from "vitest";
import { ask, type Scenario } from "./scenario.ts";

export const choices: readonly Scenario[] = [
  {
    name: "mode",
    title: "the mode is shown and set while Claude runs; who may not approve may lower it, not raise it",
    async play(world) {
      const { alice, carol } = world.people;
      const root = await ask(world, "RUN hello");
      await world.says(root, "scripted model");
      await alice.say("!mode", root);
      await world.says(root, "🔐 **Mode**: `default`");
      await alice.say("@claude-code mode acceptEdits", root);
      await world.says(root, "🔐 **Mode**: `acceptEdits`, set by @alice");
      await alice.say("!invite @carol", root);
      await world.says(root, "✅ @carol can now participate");
      await carol.say("!mode plan", root);
      await world.says(root, "🔐 **Mode**: `plan`, set by @carol");
      await carol.say("!mode default", root);
      await world.says(root, "⚠️ Only `@alice` and allowed users can do that, `@carol`");
      await alice.say("!mode bypassPermissions", root);
      await world.says(root, "There is no mode `bypassPermissions`");
      expect(world.thread(root)[1]?.message).toContain("| 🔐 **Permissions** | Interactive · mode `plan` |");
      return root;
    },
  },
  {
    name: "model",
    title: "model, effort and thinking are shown and set while Claude runs, by those who may approve",
    since: 3,
    async play(world) {
      const { alice, carol } = world.people;
      const root = await ask(world, "RUN hello");
      await world.says(root, "scripted model");
      await alice.say("!model", root);
      await world.says(root, "🧠 **Model**: `opus`");
      await alice.say("!model haiku", root);
      await world.says(root, "🧠 **Model**: `haiku`, set by @alice");
      await alice.say("@claude-code effort high", root);
      await world.says(root, "🧠 **Effort**: `high`, set by @alice");
      await alice.say("!model hiaku", root);
      await world.says(root, "There is no model `hiaku`");
      await alice.say("!think off", root);
      await world.says(root, "`haiku` always thinks");
      await alice.say("!invite @carol", root);
      await world.says(root, "✅ @carol can now participate");
      await carol.say("!model opus", root);
      await world.says(root, "⚠️ Only `@alice` and allowed users can do that, `@carol`");
      await alice.say("RUN echo still here", root);
      await world.says(root, "still here");
      await world.until(root, ([, header]) =>
        /\| 🧠 \*\*Model\*\* \| haiku · effort high · \d+ % of context \|/.test(header?.message ?? ""),
      );
      return root;
    },
  },
  {
    name: "choices-kept",
    title: "mode and model are kept over sleep, restart and a cleared conversation",
    since: 3,
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, "RUN hello");
      await world.says(root, "scripted model");
      await world.rests(root);
      await alice.say("!mode acceptEdits", root);
      await world.says(root, "🔐 **Mode**: `acceptEdits`, set by @alice");
      await alice.say("!model haiku", root);
      await world.says(root, "🧠 **Model**: `haiku`, set by @alice");
      await world.restart();
      await alice.say("!effort low", root);
      await world.says(root, "🧠 **Effort**: `low`, from the next message on, set by @alice");
      await alice.say("RUN write", root);
      // Nobody is asked.
      await world.until(root, () => world.hasFile("poem.txt"));
      await alice.say("!clear", root);
      await world.says(root, "🧹 **Conversation cleared**");
      await alice.say("RUN echo anew", root);
      await world.says(root, "RUN echo anew");
      await world.until(root, ([, header]) => {
        const message = header?.message ?? "";
        const isKept = message.includes("| Interactive · mode `acceptEdits` |");
        return isKept && /\| haiku · effort low · \d+ % of context \|/.test(message);
      });
      expect(world.text(root)).not.toContain("Permission requested");
      return root;
    },
  },
  {
    name: "settings-by-slash",
    suiteClaudes: "fake",
    title: "Claude's own commands that change settings are for those who may approve, however they are sent",
    since: 3,
    async play(world) {
      const { alice, carol } = world.people;
      const root = await ask(world, "RUN hello");
      await world.says(root, "scripted model");
      await alice.say("!invite @carol", root);
      await world.says(root, "✅ @carol can now participate");
      await carol.say("!settings model=opus", root);
      await world.says(root, "⚠️ Only `@alice` and allowed users can do that, `@carol`");
      await carol.say("RUN echo words are welcome", root);
      await world.says(root, "words are welcome");
      return root;
    },
  },
];
