// Scenarios of what Claude asks and what people answer: permissions, plans, questions.

import { expect } from "vitest";
import type { SeenPost } from "../../../sandbox/server/state.ts";
import type { World } from "../world.ts";
import { ask, openCard, PIXEL, type Scenario } from "./scenario.ts";

export const asking: readonly Scenario[] = [
  {
    name: "allow",
    suiteClaudes: "fake",
    title: "a tool that needs permission is shown in full and runs when the owner allows it",
    async play(world) {
      const root = await ask(world, "RUN bash");
      const card = await openCard(world, root, "⚠️ **Permission requested**", 3);
      expect(card.message).toContain("echo hi > out.txt && cat out.txt");
      await world.people.alice.react(card.id, "+1_medium_skin_tone");
      await world.says(root, "Done: the command ran.");
      await world.says(root, "✅ **Allowed** by @alice ↳ ✅");
      return root;
    },
  },
  {
    name: "allow-all",
    suiteClaudes: "fake",
    title: "allow all for this session answers every later permission",
    async play(world) {
      const root = await ask(world, "RUN bash");
      const card = await openCard(world, root, "Permission requested", 3);
      await world.people.bob.react(card.id, "white_check_mark");
      await world.says(root, "Done: the command ran.");
      await world.people.alice.say("RUN bash-two", root);
      await world.says(root, "2 of 2 commands ran.");
      expect(world.thread(root)[1]?.message).toContain("⚡ **Permissions** | Auto");
      return root;
    },
  },
  {
    name: "deny",
    suiteClaudes: "fake",
    title: "a denied tool does not run, and a reply that begins with no is the reason",
    async play(world) {
      const { alice, carol } = world.people;
      const root = await ask(world, "RUN bash");
      const card = await openCard(world, root, "Permission requested", 3);
      // None of these decides anything: not a choice, and nobody who may.
      await alice.react(card.id, "tada");
      await carol.react(card.id, "+1");
      await alice.say("no, use the other file", root);
      await world.says(root, "That did not work");
      await world.says(root, "👎 **Denied** by @alice: use the other file");
      return root;
    },
  },
  {
    name: "parallel",
    title: "two tools of one message have a card each, and each is decided for itself",
    async play(world) {
      const root = await ask(world, "RUN bash-two");
      const first = await openCard(world, root, "echo one", 3);
      await world.people.alice.react(first.id, "+1");
      const second = await openCard(world, root, "echo two", 3);
      await world.people.alice.react(second.id, "-1");
      await world.says(root, "1 of 2 commands ran");
      await world.says(root, "👎 **Denied** by @alice");
      return root;
    },
  },
  {
    name: "allow-in-words",
    suiteClaudes: "fake",
    title: "a reply allows a tool when it says that and nothing else; any other waits, and the card says so",
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, "RUN bash");
      const card = await openCard(world, root, "Permission requested", 3);
      await alice.say("No idea what that does, RUN echo can you explain?", root);
      const hinted = await world.says(root, "⏳ Still waiting: 👍 allows, 👎 denies");
      expect(hinted.id).toBe(card.id);
      await alice.say("ok, go ahead", root);
      await world.says(root, "✅ **Allowed** by @alice ↳ ✅");
      await world.says(root, "can you explain?");
      await world.until(root, (posts) =>
        posts.every((post) => post.reactions.every(({ emojiName }) => emojiName !== "eyes")),
      );
      return root;
    },
  },
  {
    name: "edit",
    title: "an edit is shown as a unified diff with the file's own line numbers",
    files: { "notes.txt": "zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\n" },
    config: { skipPermissions: true },
    async play(world) {
      const root = await ask(world, "RUN edit");
      await world.says(root, "Edited the notes.");
      const post = await world.says(root, "✏️ **Edit** `notes.txt`");
      expect(post.message).toContain("@@ -1,6 +1,6 @@");
      expect(post.message).toContain("-two\n+TWO");
      return root;
    },
  },
  {
    name: "write-and-read",
    suiteClaudes: "fake",
    title: "a written file shows its first six lines, a read one its path",
    files: { "notes.txt": "one\ntwo\n" },
    config: { skipPermissions: true },
    async play(world) {
      const root = await ask(world, "RUN write");
      await world.says(root, "The poem is written.");
      await world.people.alice.say("RUN read", root);
      await world.says(root, "I have read the notes.");
      const post = await world.says(root, "📝 **Write** `poem.txt` *(10 lines)*");
      expect(post.message).toContain("Line 6 of the poem");
      expect(post.message).not.toContain("Line 7 of the poem");
      return root;
    },
  },
  {
    name: "plan",
    title: "a plan is revised by a reply and approved by 👍, and Claude builds",
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, "RUN plan");
      await allowUntilPlan(world, root, "Plan 1");
      await alice.say("Do z as well", root);
      await world.says(root, "✏️ **Changes requested** by @alice: Do z as well");
      const second = await allowUntilPlan(world, root, "Plan 2");
      await alice.react(second.id, "+1");
      await world.says(root, "✅ **Plan approved** by @alice");
      const build = await openCard(world, root, "echo built", 3);
      await alice.react(build.id, "+1");
      await world.says(root, "Built as planned.");
      return root;
    },
  },
  {
    name: "plan-long",
    suiteClaudes: "fake",
    title: "a plan that would take many posts is a file below its beginning, and is decided there",
    maxPostSize: 4000,
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, "RUN plan-long");
      const card = await allowUntilPlan(world, root, "Plan 1");
      expect(card.files).toEqual(["plan.md"]);
      await alice.react(card.id, "+1");
      await world.says(root, "✅ **Plan approved** by @alice");
      const build = await openCard(world, root, "echo built", 3);
      await alice.react(build.id, "+1");
      await world.says(root, "Built as planned.");
      return root;
    },
  },
  {
    name: "question",
    since: 2,
    title: "questions come one at a time: one choice, then several with ✅ at the end",
    async play(world) {
      const { alice, bob } = world.people;
      const root = await ask(world, "RUN question");
      const color = await openCard(world, root, "❓ **Question** *(1/2)*", 2);
      await alice.react(color.id, "two");
      const sizes = await openCard(world, root, "❓ **Question** *(2/2)*", 4);
      await bob.react(sizes.id, "one");
      await bob.react(sizes.id, "two");
      await bob.unreact(sizes.id, "two");
      await bob.react(sizes.id, "three");
      await bob.react(sizes.id, "white_check_mark");
      const answer = await world.says(root, /You answered[\s\S]*S, L/);
      expect(answer.message).toContain("Blue");
      return root;
    },
  },
  {
    name: "question-in-words",
    suiteClaudes: "fake",
    since: 2,
    title: "a reply to a question is a free-text answer",
    async play(world) {
      const root = await ask(world, "RUN question");
      await openCard(world, root, "*(1/2)*", 2);
      await world.people.alice.say("Something like teal", root);
      await openCard(world, root, "*(2/2)*", 4);
      await world.people.bob.say("whatever fits", root);
      const answer = await world.says(root, /You answered[\s\S]*whatever fits/);
      expect(answer.message).toContain("Something like teal");
      return root;
    },
  },
  {
    name: "plan-in-words",
    suiteClaudes: "fake",
    title: "a reply that plainly consents approves a plan",
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, "RUN plan");
      await allowUntilPlan(world, root, "Plan 1");
      await alice.say("yes, looks good", root);
      await world.says(root, "✅ **Plan approved** by @alice");
      const build = await openCard(world, root, "echo built", 3);
      await alice.react(build.id, "+1");
      await world.says(root, "Built as planned.");
      return root;
    },
  },
  {
    name: "question-with-a-picture",
    suiteClaudes: "fake",
    since: 2,
    title: "a picture with a reply to a question belongs to the answer",
    async play(world) {
      const { alice, bob } = world.people;
      const root = await ask(world, "RUN question");
      await openCard(world, root, "*(1/2)*", 2);
      const picture = await alice.upload("teal.png", PIXEL, "image/png");
      await alice.say("Like this", root, [picture]);
      await openCard(world, root, "*(2/2)*", 4);
      await bob.say("whatever fits", root);
      const answer = await world.says(root, /You answered[\s\S]*\.png/);
      expect(answer.message).toMatch(/Like this[\s\S]*Attached files:[\s\S]*- \/.*\/teal-[0-9a-f]{6}\.png/);
      return root;
    },
  },
];

/** Allows what comes before the plan's card (newer versions write the plan to a file first) and gives that card. */
async function allowUntilPlan(world: World, root: string, title: string): Promise<SeenPost> {
  const allowed = new Set<string>();
  for (;;) {
    const card = await world.until(root, (posts) =>
      posts.findLast(
        (post) =>
          post.username === "claude-code" &&
          !allowed.has(post.id) &&
          ((post.message.includes("Permission requested") && post.reactions.length >= 3) ||
            (post.message.includes("📋 **Plan** ·") &&
              post.message.includes(title) &&
              post.reactions.length >= 2)),
      ),
    );
    if (!card.message.includes("Permission requested")) {
      return card;
    }
    allowed.add(card.id);
    await world.people.alice.react(card.id, "+1");
  }
}
