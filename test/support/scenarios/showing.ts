// Scenarios of how much is shown, and of who is called besides by cards.

import { expect } from "vitest";
import type { World } from "../world.ts";
import { ask, openCard, type Scenario } from "./scenario.ts";

const MINUTE = 60_000;

/** How often the server was asked who is busy. */
const looks = (world: World): number =>
  world.sandbox.requests.filter(({ path }) => path.endsWith("/users/status/ids")).length;

/** Until it is so, minutes pass: when the bridge has heard of what it asked the server, nobody can see. */
async function pass(is: () => boolean, world: World, root: string): Promise<void> {
  await world.until(root, () => {
    const isSo = is();
    if (!isSo) world.forward(MINUTE);
    return isSo;
  });
}

export const showing: readonly Scenario[] = [
  {
    name: "show-answers",
    suiteClaudes: "fake",
    title:
      "with `answers` one line stands for the tools of a turn, but for failures and cards; it stays so over a restart",
    files: { "notes.txt": "one\n" },
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, "RUN hello");
      await world.says(root, "scripted model");
      await alice.say("!show", root);
      await world.says(root, "**Shown**: `tools`");
      await alice.say("@claude-code show answers", root);
      await world.says(root, "from now on");
      await alice.say("RUN errand", root);
      const card = await openCard(world, root, "Permission requested", 3);
      await alice.react(card.id, "+1");
      await world.says(root, "The errand is done.");
      await world.rests(root);
      await world.restart();
      await alice.say("RUN read", root);
      await world.says(root, "I have read the notes.");
      expect(world.text(root)).toContain("⚙️ 1 tool: Read 1");
      return root;
    },
  },
  {
    name: "show-all",
    title: "with `all` what Claude thinks is a quote above its answer",
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, "RUN hello");
      await world.says(root, "scripted model");
      await alice.say("!show all", root);
      await world.says(root, "what Claude thinks");
      await alice.say("RUN thinking", root);
      await world.says(root, "I have thought about it.");
      return root;
    },
  },
  {
    name: "remind-and-done",
    suiteClaudes: "fake",
    title: "an open card mentions once more after ten minutes, and the end of a long turn mentions who asked",
    async play(world) {
      const { bob } = world.people;
      const root = await ask(world, "RUN bash");
      const card = await openCard(world, root, "Permission requested", 3);
      world.forward(10 * MINUTE);
      await world.says(root, "⏰ @alice: the permission request");
      world.forward(30 * MINUTE);
      await bob.react(card.id, "+1");
      await world.says(root, "✅ @alice done in 40 min");
      return root;
    },
  },
  {
    name: "quiet-hours",
    suiteClaudes: "fake",
    // `pass` lets more minutes go by on a busy machine.
    project: { sessionTimeoutMs: 10_000 * MINUTE },
    title:
      "nobody is mentioned during Do Not Disturb, but once it is over; and nobody who has said `!notify off`",
    async play(world) {
      const { alice, bob } = world.people;
      const status = (to: string): Promise<Response> =>
        alice.request("PUT", `/users/${alice.id}/status`, { user_id: alice.id, status: to });
      await status("dnd");
      const root = await ask(world, "RUN bash");
      const longTurn = async (): Promise<void> => {
        const card = await openCard(world, root, "Permission requested", 3);
        world.forward(6 * MINUTE);
        await bob.react(card.id, "+1");
      };
      await longTurn();
      await world.until(root, () => looks(world) === 1);
      await pass(() => looks(world) >= 2, world, root);
      expect(world.text(root)).not.toContain("done in");
      await status("online");
      await pass(() => world.text(root).includes("✅ @alice done in 6 min"), world, root);
      await alice.say("!notify off", root);
      await world.says(root, "🔕 `@alice`: from now on");
      await world.restart();
      await alice.say("!notify", root);
      await world.says(root, "🔕 `@alice`: only new cards mention you");
      await alice.say("RUN bash", root);
      await longTurn();
      await world.until(root, (posts) => posts.at(-1)?.message.includes("Done: the command ran."));
      expect(world.text(root).match(/done in/g)).toHaveLength(1);
      return root;
    },
  },
];
