// Scenarios of who may do what, and of steering a session: guests, invite, kick, downgrade, interrupt, stop.

import { expect } from "vitest";
import { ask, openCard, type Scenario } from "./scenario.ts";

export const steering: readonly Scenario[] = [
  {
    name: "stranger",
    suiteClaudes: "fake",
    title: "a person who is not listed is refused politely, once, and in a name that pings nobody",
    async play(world) {
      const { mallory } = world.people;
      const root = await mallory.say("@claude-code RUN hello");
      await world.says(root, "Sorry `@mallory`");
      const again = await mallory.say("@claude-code RUN hello");
      const other = await ask(world, "RUN hello");
      await world.says(other, "scripted model");
      expect(world.thread(again)).toHaveLength(1);
      return root;
    },
  },
  {
    name: "guest",
    suiteClaudes: "fake",
    title: "a guest's message waits for the owner: denied, allowed once, or invited",
    async play(world) {
      const { alice, carol, mallory } = world.people;
      const root = await ask(world, "RUN hello");
      await world.says(root, "scripted model");
      await carol.say("RUN echo first", root);
      const first = await world.says(root, "```\nRUN echo first\n```");
      await mallory.say("RUN echo let me in", root);
      const second = await world.says(root, "```\nRUN echo let me in\n```");
      await mallory.react(second.id, "+1");
      await alice.react(second.id, "-1");
      await world.says(root, "👎 Message of @mallory denied by @alice");
      await alice.react(first.id, "+1");
      await world.says(root, "[@carol]: RUN echo first");
      await carol.say("RUN echo once more", root);
      const third = await world.says(root, "```\nRUN echo once more\n```");
      await alice.react(third.id, "white_check_mark");
      await world.says(root, "[@carol]: RUN echo once more");
      await carol.say("RUN echo now I am in", root);
      await world.says(root, "[@carol]: RUN echo now I am in");
      expect(world.thread(root)[1]?.message).toContain("👥 **Participants** | @\u200bcarol");
      return root;
    },
  },
  {
    name: "invite-and-kick",
    suiteClaudes: "fake",
    title: "invite lets a person take part and kick takes it back",
    async play(world) {
      const { alice, carol } = world.people;
      const root = await ask(world, "RUN hello");
      await world.says(root, "scripted model");
      await alice.say("!invite @nobody.here", root);
      await world.says(root, "There is no user `@nobody.here`");
      await alice.say("!invite @carol", root);
      await world.says(root, "✅ @carol can now participate in this session (invited by @alice)");
      await carol.say("RUN echo hello from me", root);
      await world.says(root, "[@carol]: RUN echo hello from me");
      await carol.say("!kick @alice", root);
      await world.says(root, "`@carol`");
      await alice.say("@claude-code kick @carol", root);
      await world.says(root, "🚫 @carol removed from this session by @alice");
      await alice.say("/kick @carol", root);
      await world.says(root, "⚠️ @carol was not in this session");
      await carol.say("RUN echo still here?", root);
      await world.says(root, "🔒 @carol wants to send a message");
      return root;
    },
  },
  {
    name: "downgrade",
    suiteClaudes: "oldest",
    title: "permissions interactive holds from the very next tool, in the middle of a turn",
    config: { skipPermissions: true },
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, "RUN gate");
      await world.says(root, "💻 **Bash** `touch waiting");
      // The line is shown when Claude names the tool; the older versions ask a little later.
      await world.until(root, () => world.hasFile("waiting"));
      await alice.say("!permissions interactive", root);
      await world.says(root, "🔐 Interactive permissions enabled for this session by @alice");
      await alice.say("!permissions auto", root);
      await world.says(root, "⚠️ Cannot upgrade to auto permissions - can only downgrade to interactive");
      world.writeFile("go", "");
      const card = await world.says(root, "⚠️ **Permission requested**");
      expect(card.message).toContain("echo through > through.txt");
      await alice.react(card.id, "+1");
      await world.says(root, "The gate is behind us.");
      expect(world.thread(root)[1]?.message).toContain("🔐 **Permissions** | Interactive");
      return root;
    },
  },
  {
    name: "interrupt",
    title: "interrupt stops the turn and keeps the session",
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, "RUN slow");
      await world.says(root, "word1 word2");
      await alice.say("!interrupt", root);
      await world.says(root, "⏸️ **Interrupted** by @alice");
      await alice.say("RUN hello", root);
      await world.says(root, "scripted model");
      return root;
    },
  },
  {
    name: "interrupt-by-emoji",
    suiteClaudes: "fake",
    title: "⏸️ on any message interrupts, also while a permission is open",
    async play(world) {
      const { bob } = world.people;
      const root = await ask(world, "RUN bash");
      await world.says(root, "Permission requested");
      await bob.react(root, "pause_button");
      await world.says(root, "⏸️ **Interrupted** by @bob");
      await world.says(root, "⚪ **No longer");
      return root;
    },
  },
  {
    name: "stop",
    suiteClaudes: "fake",
    title: "stop alone in a message ends the session, and what is said after is not for Claude",
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, "RUN slow");
      await world.says(root, "word1 word2");
      await alice.say("Stop", root);
      await world.says(root, "🛑 **Session cancelled** by @alice");
      await world.until(root, (posts) => posts[1]?.message.includes("🛑 ended"));
      await alice.say("RUN echo anybody there?", root);
      await alice.say("@claude-code RUN hello", root);
      await world.says(root, "Hello! I am a scripted model.");
      expect(world.text(root)).not.toContain("@claude-code: RUN echo");
      return root;
    },
  },
  {
    name: "stop-by-emoji",
    suiteClaudes: "fake",
    title: "❌ on anybody's message ends the session; a stranger's ❌ does not",
    async play(world) {
      const { bob, carol, mallory } = world.people;
      const root = await ask(world, "RUN bash");
      await world.says(root, "Permission requested");
      const remark = await carol.say("what is it doing?", root);
      await openCard(world, root, "what is it doing?", 3);
      await mallory.react(remark, "x");
      await bob.react(remark, "octagonal_sign");
      await world.says(root, "🛑 **Session cancelled** by @bob");
      return root;
    },
  },
  {
    name: "help",
    suiteClaudes: "fake",
    title: "help shows the table of commands, and an unknown one the nearest match",
    async play(world) {
      const { alice } = world.people;
      const root = await ask(world, "RUN hello");
      await world.says(root, "scripted model");
      await alice.say("!help", root);
      await world.says(root, "| `!invite @user` |");
      await alice.say("!intrrupt", root);
      await world.says(root, "Did you mean `!interrupt`?");
      await alice.say("!compact", root);
      await world.until(root, (posts) =>
        posts.findLast(
          (post) =>
            /compact/i.test(post.message) && post.username === "claude-code" && !post.message.includes("!"),
        ),
      );
      return root;
    },
  },
  {
    name: "todo",
    title: "the todo list is one post that is kept current",
    async play(world) {
      const root = await ask(world, "RUN todo");
      await world.says(root, "All tasks are done.");
      const lists = world.thread(root).filter((post) => post.message.includes("📋 **Tasks**"));
      expect(lists.map((post) => post.message)).toEqual([
        "📋 **Tasks** (3/3)\n✅ ~~Find the cause~~\n✅ ~~Mend it~~\n✅ ~~Test it~~",
      ]);
      return root;
    },
  },
  {
    name: "subagent",
    title: "a subagent is one post, and what it does inside stays out of the thread",
    files: { "notes.txt": "one\n" },
    async play(world) {
      const root = await ask(world, "RUN agent");
      await world.says(root, "The subagent is back.");
      await world.says(root, "🤖 **Subagent** *(general-purpose)* Look around ✅");
      expect(world.text(root)).not.toContain("Looking inside.");
      return root;
    },
  },
  {
    name: "subagent-in-background",
    title: "a subagent in the background is done when it says so, and what it reports is the next answer",
    files: { "notes.txt": "one\n" },
    async play(world) {
      const root = await ask(world, "RUN agent-background");
      await world.says(root, "🤖 **Subagent** *(general-purpose)* Look around ✅");
      await world.says(root, "The subagent is back.");
      expect(world.text(root)).not.toContain("Looking inside.");
      return root;
    },
  },
];
