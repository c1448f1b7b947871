// More than anybody needs of anything: what is too much is bounded and told once, and a listed person's stop works
// through all of it.

import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect } from "vitest";
import type { Daemon } from "../support/daemon-world.ts";
import { wordsOf } from "../support/words-of.ts";
import { attack, count } from "./attack.ts";
import { peakMegabytes } from "./memory.ts";
import { bash, hasEmoji, readyTown, type Town, town } from "./town.ts";

const LOUD_CLAUDE = fileURLToPath(new URL("loud-claude.mjs", import.meta.url));
const MOST_MEGABYTES = 400;

/** A session whose turn waits for a decision. */
async function waiting(here: Town): Promise<string> {
  const root = await here.ask(here.scene({ tools: [bash("touch ran")] }, { text: "All done." }));
  await here.card(root);
  return root;
}

const told = (here: Town, part: string): number =>
  here.botPosts().filter((post) => wordsOf(post).includes(part)).length;

const writesOfBot = (here: Town): number =>
  here.sandbox.requests.filter(({ userId, method }) => userId === here.bot.id && method !== "GET").length;

describe("a flood of people", () => {
  attack("a stranger who writes on and on is refused once", async ({ tried, happened }) => {
    const here = await readyTown();
    const root = await here.mallory.say("@claude-code let me in");
    for (let at = 0; at < 20; at++) {
      await here.mallory.say(`@claude-code let me in ${at}`);
      await here.mallory.say(`@claude-code and here ${at}`, root);
    }
    tried("mallory mentioned the bot 41 times, in 21 threads");
    await here.passes();
    const refusals = told(here, "you are not among those");
    expect(refusals).toBe(1);
    expect(here.heard()).not.toMatch(/let me in|and here/);
    happened(`${count(refusals, "refusal")}, and alice's own mention after them was answered`);
  });

  attack("many strangers at once get no more than 20 refusals", async ({ tried, happened }) => {
    const here = await readyTown();
    for (let at = 0; at < 40; at++) await here.as(here.join(`stranger${at}`)).say("@claude-code let me in");
    tried("40 people who are not listed mentioned the bot within a moment");
    await here.passes();
    const refusals = told(here, "you are not among those");
    expect(refusals).toBeGreaterThan(0);
    expect(refusals).toBeLessThanOrEqual(21);
    happened(`${count(refusals, "refusal")}, and alice's own mention after them was answered`);
  });

  attack("a guest who writes on and on gets 3 cards, and is told once", async ({ tried, happened }) => {
    const here = await readyTown();
    const root = await here.ask("RUN hello");
    await here.says(root, "scripted model");
    const posts: string[] = [];
    for (let at = 0; at < 30; at++) posts.push(await here.carol.say(`RUN echo pushy ${at}`, root));
    tried("carol wrote 30 messages into alice's session");
    await here.alice.say("RUN echo undisturbed", root);
    await here.says(root, /^RUN echo undisturbed$/m);
    const cards = told(here, "@carol wants to send a message");
    expect([cards, told(here, "wait for approval already")]).toEqual([3, 1]);
    expect(here.heard()).not.toContain("pushy");
    const marked = posts.filter((id) => hasEmoji(here.post(id), "no_entry_sign"));
    happened(
      `${cards} cards and 1 word about the rest, of which ${marked.length} are marked 🚫; alice's message went through`,
    );
  });

  attack("a guest who gives commands on and on is told no once", async ({ tried, happened }) => {
    const here = await readyTown();
    const root = await here.ask("RUN hello");
    await here.says(root, "scripted model");
    const before = writesOfBot(here);
    const commands = [
      "!invite @mallory",
      "!kick @alice",
      "!permissions interactive",
      "!stop",
      "!help",
      "!nonsense",
      "/compact",
    ];
    for (let at = 0; at < 5; at++) for (const text of commands) await here.mallory.say(text, root);
    tried("mallory wrote 35 commands into alice's session");
    await here.alice.say("RUN echo undisturbed", root);
    await here.says(root, /^RUN echo undisturbed$/m);
    const words = told(here, "allowed users can do that");
    expect(words).toBe(1);
    expect(here.text(root)).not.toMatch(/cancelled|can now participate/);
    happened(
      `mallory was told no ${count(words, "time")}, mm-claude wrote ${count(writesOfBot(here) - before, "time")} in all, alice's message included`,
    );
  });

  attack("many guests at once get 10 cards between them", async ({ tried, happened }) => {
    const here = await readyTown();
    const root = await here.ask("RUN hello");
    await here.says(root, "scripted model");
    for (let at = 0; at < 25; at++) await here.as(here.join(`guest${at}`)).say(`RUN echo pushy ${at}`, root);
    tried("25 people who are not listed wrote into alice's session");
    await here.alice.say("RUN echo undisturbed", root);
    await here.says(root, /^RUN echo undisturbed$/m);
    const cards = told(here, "wants to send a message");
    expect(cards).toBe(10);
    expect(here.heard()).not.toContain("pushy");
    happened(`${cards} cards, and alice's message went through`);
  });

  attack(
    "a listed person's flood is bounded and told once, and a stop works through it",
    async ({ tried, happened }) => {
      const here = await readyTown();
      const root = await waiting(here);
      const posts: string[] = [];
      for (let at = 0; at < 120; at++) posts.push(await here.alice.say(`RUN echo flood ${at}`, root));
      await here.waits(root, here.bob);
      const taken = posts.filter((id) => hasEmoji(here.post(id), "eyes")).length;
      expect(taken).toBeLessThan(60);
      await here.alice.say("!stop", root);
      await here.says(root, "Session cancelled** by @alice");
      tried("alice wrote 120 messages into her session at once, and then !stop");
      const words = told(here, "That was a lot at once");
      expect(words).toBe(1);
      await here.passes(here.bob);
      expect(here.heard()).not.toContain("flood");
      happened(
        `${taken} of them were taken, she was told once that it was too much, and !stop ended the session at once`,
      );
    },
  );

  attack("no more than 50 messages wait for Claude", async ({ tried, happened }) => {
    const here = await readyTown();
    const root = await waiting(here);
    const posts: string[] = [];
    for (let at = 0; at < 36; at++) {
      for (const who of [here.alice, here.bob]) posts.push(await who.say(`RUN echo wait ${at}`, root));
    }
    tried("alice and bob wrote 36 messages each while Claude waited for a decision");
    const marked = (emoji: string): number => posts.filter((id) => hasEmoji(here.post(id), emoji)).length;
    await here.until(root, () => marked("eyes") + marked("no_entry_sign") === posts.length);
    expect([marked("eyes"), marked("no_entry_sign")]).toEqual([50, 22]);
    expect(told(here, "50 messages wait for Claude already")).toBeLessThanOrEqual(2);
    await here.bob.say("!stop", root);
    await here.says(root, "Session cancelled** by @bob");
    happened("50 wait, 22 are marked 🚫, each of the two was told once, and bob's !stop worked");
  });

  attack(
    "a flood of reactions makes mm-claude do nothing, and a ❌ works through it",
    async ({ tried, happened }) => {
      const here = await readyTown();
      const root = await waiting(here);
      const { id } = await here.card(root);
      const before = writesOfBot(here);
      for (let at = 0; at < 40; at++) {
        for (const who of [here.mallory, here.bob]) {
          for (const emoji of [`kind${at}`, "heart", "tada"]) {
            await who.react(at % 2 === 0 ? id : root, emoji).catch(() => {});
            const path = `/users/${who.id}/posts/${at % 2 === 0 ? id : root}/reactions/${emoji}`;
            await here.api(who, "DELETE", path).catch(() => {});
          }
        }
      }
      await here.bob.react(id, "x");
      await here.says(root, "Session cancelled** by @bob");
      tried(
        "mallory and bob put 240 reactions on the card and on the first post and took them off again; then bob put ❌",
      );
      const made = writesOfBot(here) - before;
      expect(made).toBeLessThan(12);
      happened(
        `mm-claude wrote ${count(made, "time")} to the server in all, which is the end of the session that ❌ asked for`,
      );
    },
  );
});

describe("a flood of Claude's", () => {
  async function flooded(kind: string): Promise<{ here: Town; daemon: Daemon; root: string }> {
    const here = await town();
    const daemon = await here.ready({ claudePath: LOUD_CLAUDE });
    const root = await here.ask(`FLOOD ${kind}`);
    return { here, daemon, root };
  }

  async function goesOn(here: Town, daemon: Daemon, root: string): Promise<string> {
    await here.say("are you still there?", root);
    await here.says(root, "Heard: are you still there?");
    const peak = peakMegabytes(daemon.pid);
    expect(peak).toBeLessThan(MOST_MEGABYTES);
    return `the next message was answered; the daemon held ${peak} MB at most`;
  }

  attack("a hundred questions at once are void by one stop", async ({ tried, happened }) => {
    const here = await readyTown();
    const tools = Array.from({ length: 100 }, (_, at) => bash(`touch ran-${at}`));
    const root = await here.ask(here.scene({ tools }, { text: "All done." }));
    await here.until(root, (posts) => posts.some((post) => post.message.includes("ran-5\n")));
    await here.alice.say("!stop", root);
    await here.says(root, "Session cancelled** by @alice");
    tried("Claude asked for 100 commands at once, and alice wrote !stop while their cards came");
    const open = (): number => here.thread(root).filter((post) => wordsOf(post).includes("👍 allow")).length;
    await here.until(root, () => open() === 0);
    await here.passes();
    expect(readdirSync(here.directory)).toEqual([]);
    happened(
      `${count(told(here, "No longer open"), "card")} say that they are no longer open, and no command ran`,
    );
  });

  attack("a line of 100 MB is told and passed over", async ({ tried, happened }) => {
    const { here, daemon, root } = await flooded("one-line");
    tried("Claude printed 100 MB without a newline, and went on after it");
    await here.says(root, "Heard: FLOOD one-line");
    const notice = await here.says(root, "Claude sent something mm-claude can't read");
    happened(
      `the thread says so (${/a line of[^`]*/.exec(wordsOf(notice))?.[0]}), ${await goesOn(here, daemon, root)}`,
    );
  });

  attack("a line that never ends ends Claude, and not mm-claude", async ({ tried, happened }) => {
    const { here, daemon, root } = await flooded("endless-line");
    tried("Claude printed without a newline and without an end");
    const post = await here.says(root, "💥");
    happened(
      `the thread says so (${/wrote a line of[^.]*/.exec(wordsOf(post))?.[0]}), ${await goesOn(here, daemon, root)}`,
    );
  });

  attack("a million lines that say nothing change nothing", async ({ tried, happened }) => {
    const { here, daemon, root } = await flooded("many-lines");
    tried("Claude printed 1,000,000 short lines: frames nobody knows, empty ones, no JSON");
    await here.says(root, "Heard: FLOOD many-lines");
    const posts = here.thread(root).length;
    expect(posts).toBeLessThan(6);
    happened(`the thread has ${count(posts, "post")}, ${await goesOn(here, daemon, root)}`);
  });

  attack(
    "a hundred thousand words in as many pieces come whole, in as many posts as they need",
    async ({ tried, happened }) => {
      const { here, daemon, root } = await flooded("many-words");
      tried("Claude streamed 100,000 words in 100,000 pieces as fast as it could");
      await here.says(root, "Heard: FLOOD many-words");
      const words = here.answer(root).match(/\bword\b/g)?.length ?? 0;
      const edits = here.sandbox.requests.filter(
        ({ userId, method }) => userId === here.bot.id && method === "PUT",
      );
      expect(words).toBe(100_000);
      expect(edits.length).toBeLessThan(500);
      happened(
        `${count(words, "word")} stand in ${count(here.thread(root).length - 2, "post")}, edited ${count(edits.length, "time")}; ${await goesOn(here, daemon, root)}`,
      );
    },
  );
});
