// Who goes on after their right is gone: what counts is the account, as it stands at the moment when it counts, and not
// who somebody was when they spoke or what they are called.

import { describe, expect } from "vitest";
import { wordsOf } from "../support/words-of.ts";
import { attack } from "./attack.ts";
import { hasRun, isOpen, waiting } from "./deciding.ts";
import { startRelay } from "./relay.ts";
import { killed, readyTown, town, until } from "./town.ts";

describe("somebody whose right is gone", () => {
  attack(
    "a person who was kicked loses at once what they wrote and what they may",
    async ({ tried, happened }) => {
      const here = await readyTown();
      const { root, card } = await waiting(here);
      await here.alice.say("!invite @carol", root);
      await here.says(root, "@carol can now participate");
      await here.waits(root, here.carol, "RUN echo still queued");
      await here.alice.say("!kick @carol", root);
      await here.says(root, "@carol removed from this session");
      await here.carol.react(card.id, "x");
      await here.carol.say("!stop", root);
      await here.carol.say("RUN echo after the kick", root);
      tried(
        "carol was kicked while a message of hers waited; then she put ❌ on the card, wrote !stop and one more message",
      );
      await here.waits(root);
      expect(isOpen(here, card)).toBe(true);
      await here.alice.react(card.id, "+1");
      await here.says(root, "A message of `@carol` waited, and Claude did not get it");
      await here.passes();
      expect(here.heard()).not.toMatch(/still queued|after the kick/);
      expect(here.text(root)).not.toContain("cancelled");
      happened("neither of her messages reached Claude, and the thread says so; the session went on");
    },
  );

  attack("a deactivated account loses at once what it wrote and what it may", async ({ tried, happened }) => {
    const here = await town();
    const relay = await startRelay(here.sandbox.url);
    await here.ready({ env: { MATTERMOST_URL: relay.url } });
    const { root, card } = await waiting(here);
    await here.waits(root, here.bob, "RUN echo still queued");
    here.sandbox.setUserActive(here.bob.id, false);
    // What comes in bob's name must come after the word that he is gone.
    await relay.passed("user_updated");
    const create_at = Date.now();
    const late = { user_id: here.bob.id, create_at, channel_id: here.channelId, type: "", props: {} };
    for (const [at, message] of ["no", "!stop", "RUN echo tardy"].entries()) {
      const post = { ...late, id: `late${at}`.padEnd(26, "x"), root_id: root, message };
      relay.inject("posted", { post: JSON.stringify(post) });
    }
    const reaction = { user_id: here.bob.id, post_id: card.id, emoji_name: "+1", create_at };
    relay.inject("reaction_added", { reaction: JSON.stringify(reaction) });
    tried(
      "bob (listed) was deactivated while a message of his waited; a denial, a stop, a message and a 👍 of his came after that",
    );
    await here.waits(root);
    expect(isOpen(here, card)).toBe(true);
    await here.alice.react(card.id, "-1");
    await here.says(root, "A message of `@bob` waited, and Claude did not get it");
    await here.passes();
    expect(here.heard()).not.toMatch(/still queued|tardy/);
    expect(here.text(root)).not.toContain("cancelled");
    happened("nothing of it counted, and the message that waited was not given to Claude");
  });

  attack(
    "an account that is renamed away loses its place on the list, and whoever takes the name gets none",
    async ({ tried, happened }) => {
      const here = await town();
      const first = await here.ready();
      const { root, card } = await waiting(here);
      here.sandbox.renameUser(here.bob.id, "robert");
      const taker = here.as(here.join("bob"));
      for (const who of [here.bob, taker]) {
        await who.react(card.id, "+1");
        await who.say("!invite @mallory", root);
      }
      const started = await taker.say("@claude-code RUN echo taken");
      await here.says(started, "you are not among those who may start a session");
      await here.waits(root);
      expect(isOpen(here, card)).toBe(true);
      first.signal("SIGTERM");
      await first.exit;
      const second = await here.ready();
      expect(second.output()).toContain("@bob in ALLOWED_USERS is another account than at an earlier start");
      tried(
        "bob was renamed to robert, another account took the name bob; both put 👍 on a card and invited mallory; the daemon was started again with bob on its list",
      );
      const again = await taker.say("@claude-code RUN echo taken");
      await until(
        () =>
          here.sandbox.requests.some(
            ({ path, status }) => path.endsWith(`/users/${taker.id}`) && status === 200,
          ),
        () => `Nobody looked up who wrote it:\n${here.text(again)}`,
      );
      await here.passes();
      expect(here.thread(again).filter((post) => !wordsOf(post).includes("not among those"))).toHaveLength(1);
      expect(here.heard()).not.toContain("taken");
      expect(here.text(root)).not.toContain("@mallory can now");
      expect(hasRun(here)).toBe(false);
      happened(
        "both were refused, before and after the restart, and the restart named the account that had changed hands",
      );
    },
  );

  attack(
    "where APPROVERS is set, an owner who is none of them can neither allow nor deny",
    async ({ tried, happened }) => {
      const here = await readyTown({ env: { APPROVERS: "bob" } });
      const { root, card } = await waiting(here);
      const plan = await here.ask("RUN plan");
      const planned = await here.card(plan, "📋 **Plan**");
      for (const emoji of ["+1", "white_check_mark", "-1"]) {
        await here.alice.react(card.id, emoji);
        await here.alice.react(planned.id, emoji);
      }
      await here.waits(root, here.alice, "no, I do not want that");
      await here.waits(plan, here.alice, "another plan, please");
      tried(
        "alice, who owns both sessions and is no approver, put 👍 ✅ 👎 on a command and on a plan, and denied both in words",
      );
      expect([isOpen(here, card), hasRun(here)]).toEqual([true, false]);
      expect(wordsOf(here.post(planned.id) ?? planned)).toContain("👍 start building");
      expect(here.notified()).toContain("bob");
      await here.bob.react(planned.id, "-1");
      await here.says(plan, "**Changes requested** by @bob");
      await here.bob.react(card.id, "+1");
      await until(
        () => hasRun(here),
        () => here.text(root),
      );
      await here.says(root, "**Allowed** by @bob");
      happened("both stayed open, the cards called bob, and bob's 👍 and 👎 decided them");
    },
  );

  attack(
    "an owner who is taken off the list over a restart has no rights left, and what waited goes nowhere",
    async ({ tried, happened }) => {
      const here = await town();
      const first = await here.ready();
      const { root, card } = await waiting(here);
      await here.waits(root, here.alice, "RUN echo still queued");
      await killed(first);
      await here.alice.say("RUN echo said meanwhile", root);
      await here.alice.react(card.id, "+1");
      const second = await here.ready({ env: { ALLOWED_USERS: "bob" } });
      tried(
        "alice left a message that waited, the daemon was killed and started with bob alone on its list; alice wrote and reacted meanwhile and after",
      );
      await here.card(root, "@alice wants to send a message");
      await here.alice.react((await here.card(root, "@alice wants to send a message")).id, "+1");
      for (const text of ["!invite @mallory", "!stop", "!permissions interactive"])
        await here.alice.say(text, root);
      await here.bob.say("RUN echo bob is here", root);
      await here.says(root, /RUN echo bob is here/);
      await here.passes(here.bob);
      expect(here.text(root)).toContain("A message of `@alice` waited, and Claude did not get it");
      expect(here.heard()).not.toMatch(/still queued|said meanwhile/);
      expect(here.text(root)).not.toMatch(/cancelled|@mallory can now|allowed by @alice/);
      expect(hasRun(here)).toBe(false);
      expect(second.output()).not.toMatch(/\n\s+at /);
      happened(
        "alice's words wait for bob's approval, her reactions and commands did nothing, the queued message was dropped with a word",
      );
    },
  );

  attack("an empty list is not taken in silence", async ({ tried, happened }) => {
    const here = await town();
    const daemon = await here.ready({ env: { ALLOWED_USERS: "" } });
    const doctor = here.start({ args: ["doctor"], env: { ALLOWED_USERS: "" } });
    await doctor.exit;
    tried("the daemon and its doctor were started with nobody in ALLOWED_USERS");
    const warning = "everyone who can write in the channel can make Claude work on this machine";
    expect(daemon.output()).toContain(warning);
    expect(doctor.output()).toContain(warning);
    happened(`both said: ${warning}`);
  });
});
