// Scenarios of a conversation that goes on in another place: in a thread of its own, in a terminal, and back.

import { expect } from "vitest";
import type { World } from "../world.ts";
import { ask, openCard, type Scenario } from "./scenario.ts";

const BEGUN_THERE = "11111111-2222-4333-8444-555555555555";

/** The newest thread that the bot has begun. */
async function forkOf(world: World, root: string): Promise<string> {
  const post = await world.says(root, "🍴 **Forked** by");
  const text = [post.message, ...post.attachments.map((one) => one.text)].join("\n");
  return /\/pl\/([a-z0-9]{26})/.exec(text)?.[1] ?? "";
}

async function conversationOf(world: World, root: string): Promise<string> {
  const post = await world.says(root, "--resume");
  return /--resume ([0-9a-f-]{36})/.exec(post.message)?.[1] ?? "";
}

export const elsewhere: readonly Scenario[] = [
  {
    name: "fork",
    title:
      "a fork begins with what was said until then, in a thread of its own, and knows nothing of what comes later",
    since: 2,
    async play(world) {
      const { alice, carol } = world.people;
      const root = await ask(world, "RUN echo the first");
      await world.says(root, "RUN echo the first");
      await world.rests(root);
      await alice.say("!invite @carol", root);
      await world.says(root, "✅ @carol can now participate");
      await carol.say("!fork", root);
      await world.says(root, "can do that, `@carol`");
      await alice.say("!fork", root);
      const fork = await forkOf(world, root);
      await alice.say("RUN echo the second", root);
      await world.says(root, "RUN echo the second");
      await world.rests(root);
      await world.restart();
      await alice.say("RUN echo in the fork", fork);
      await world.says(fork, "RUN echo in the fork");
      await world.rests(fork);
      // What Claude knows is what it has saved.
      expect(["echo the first", "echo the second", "echo in the fork"].map(world.savedWith)).toEqual([
        2, 1, 1,
      ]);
      return fork;
    },
  },
  {
    name: "fork-of-a-turn-that-runs",
    title: "a fork of a turn that runs begins before it, and takes along nothing that was allowed",
    config: { skipPermissions: true },
    since: 2,
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, "RUN echo the first");
      await world.says(root, "RUN echo the first");
      await world.rests(root);
      await alice.say("!permissions interactive", root);
      await world.says(root, "🔐 Interactive permissions");
      await alice.say("!mode acceptEdits", root);
      await world.says(root, "`acceptEdits`, set by @alice");
      await alice.say("RUN question", root);
      await openCard(world, root, "❓ **Question**", 2);
      await alice.say("!fork", root);
      const fork = await forkOf(world, root);
      const header = await world.says(fork, "### 🤖 mm-claude");
      expect(header.message).not.toContain("Auto");
      await alice.say("!mode", fork);
      await world.says(fork, "🔐 **Mode**: `default`");
      return root;
    },
  },
  {
    name: "sessions",
    suiteClaudes: "fake",
    title: "the channel's sessions are listed with what they wait for, to those who may take part in them",
    files: { "notes.txt": "one\ntwo\nthree\n" },
    since: 3,
    async play(world) {
      const { alice, bob, carol } = world.people;
      const first = await bob.say("@claude-code RUN hello");
      await world.says(first, "scripted model");
      // A terminal's list shows it.
      await world.until(first, () => world.savedWith('"customTitle":"RUN hello"') === 1);
      const root = await ask(world, "RUN edit | [the] *notes*");
      await openCard(world, root, "Permission requested", 3);
      await alice.say("!invite @carol", root);
      await world.says(root, "✅ @carol can now participate");
      await carol.say("!sessions", root);
      const own = await world.says(root, "| Session |");
      expect(own.message).not.toContain("@bob");
      await alice.say("!sessions", root);
      await world.until(root, (posts) => posts.find(({ message }) => message.includes("`@bob`")));
      const elsewhere = await bob.say("@claude-code sessions");
      await world.says(elsewhere, "| Session |");
      return root;
    },
  },
  {
    name: "handover",
    title: "a conversation is handed over to a terminal, and taken back with what was said there",
    async play(world) {
      const { alice, carol } = world.people;
      const root = await ask(world, "RUN echo the first");
      await world.says(root, "RUN echo the first");
      await world.rests(root);
      await alice.say("!invite @carol", root);
      await world.says(root, "✅ @carol can now participate");
      await carol.say("!handover", root);
      await world.says(root, "can do that, `@carol`");
      await alice.say("!handover", root);
      const id = await conversationOf(world, root);
      await alice.say("!sessions", root);
      await world.says(root, "💻 in a terminal");
      await world.terminal("RUN echo in the terminal", ["--resume", id]);
      await world.restart();
      const close = world.openElsewhere(id);
      await alice.say("RUN echo too early", root);
      await world.says(root, "**Not taken**");
      close();
      await alice.say("RUN echo back again", root);
      await world.says(root, "Claude knows what was said there (1 message)");
      await world.says(root, "RUN echo back again");
      await world.rests(root);
      await world.terminal("RUN echo unasked", ["--resume", id]);
      await alice.say("RUN echo what now?", root);
      await world.says(root, "**Somebody else writes this conversation too**");
      return root;
    },
  },
  {
    name: "taken-up",
    title: "a conversation that was begun in a terminal goes on in a thread, and in one alone",
    async play(world) {
      const { alice, carol } = world.people;
      await world.terminal("RUN echo in the terminal", ["--session-id", BEGUN_THERE]);
      const refused = await carol.say(`@claude-code resume ${BEGUN_THERE}`);
      await world.says(refused, "you are not among those who may start");
      const unknown = await alice.say("@claude-code resume 99999999-2222-4333-8444-555555555555");
      await world.says(unknown, "There is no conversation");
      const root = await ask(world, `resume ${BEGUN_THERE}`);
      await world.says(root, "💻 **Taken up** by @alice");
      const again = await ask(world, `resume ${BEGUN_THERE}`);
      await world.says(again, "has a thread already");
      await alice.say("RUN echo in the thread", root);
      await world.says(root, "RUN echo in the thread");
      return root;
    },
  },
];
