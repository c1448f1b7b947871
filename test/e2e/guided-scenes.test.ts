// The scenes that the demo's visitors meet, with every generation of the real CLI: its tools really read, mend and test
// the small project. What a browser's tests play with the newest is left to them where there is a browser.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { layOutDocs } from "../../sandbox/model/docs-project.ts";
import { guidedScenes } from "../../sandbox/model/guided-scenes.ts";
import { layOutProject } from "../../sandbox/model/project.ts";
import { DOCS_TRIES, TRIES, YESTERDAYS_WORDS } from "../../sandbox/welcome.ts";
import { browserPath } from "../support/browser-path.ts";
import { furtherTest, isWholeMatrix, outerTest } from "../support/generations.ts";
import { claudeHome, realClaudes } from "../support/real-claude.ts";
import { ask, openCard } from "../support/scenarios/scenario.ts";
import { sharedModel } from "../support/shared-model.ts";
import { startWorld, type World } from "../support/world.ts";

const model = sharedModel(guidedScenes);

const textOf = (title: string) => [...TRIES, ...DOCS_TRIES].find((one) => one.title === title)?.text ?? "";

async function startShop(claudePath: string, layOut = layOutProject): Promise<World> {
  const { directory: parent, environment } = claudeHome(model.url);
  const PATH = `${dirname(process.execPath)}:${environment["PATH"]}`;
  const directory = layOut(parent);
  return startWorld({
    claudePath,
    environment: { ...environment, PATH },
    config: { directory },
  });
}

/** Answers every card that opens until the thread says `words`. */
async function agreeUntil(world: World, root: string, words: string | RegExp): Promise<void> {
  const answered = new Set<string>();
  const isThere = (text: string) => (typeof words === "string" ? text.includes(words) : words.test(text));
  await world.until(root, (posts) => {
    const card = posts.find(
      (post) =>
        /^(?:⚠️ \*\*Permission|📋 \*\*Plan)/.test(post.message) &&
        !answered.has(post.id) &&
        post.reactions.length >= 2,
    );
    if (card) {
      answered.add(card.id);
      void world.people.alice.react(card.id, "+1");
    }
    return posts.some((post) => post.username === "claude-code" && isThere(post.message));
  });
}

function testsOf(world: World): string {
  // Without vitest's own settings, which node's test runner would take for its.
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  return execFileSync(process.execPath, ["--test"], { cwd: world.directory, encoding: "utf8", env });
}

describe.each(realClaudes())("with Claude Code $version", ({ path, version, isOlder, isBetween }) => {
  const further = furtherTest({ isOlder });
  const isInBrowser = !isOlder && browserPath !== undefined && !isWholeMatrix;

  further.skipIf(isInBrowser)("ask reads the project and describes it", async () => {
    const world = await startShop(path);
    const root = await ask(world, textOf("Ask"));
    await world.says(root, "src/format.js` ↳ ✅");
    await world.says(root, "Say **run the tests and fix what fails**");
  });

  outerTest({ isBetween }).skipIf(isInBrowser)(
    "approve finds the bug, mends it with a diff and proves it",
    async () => {
      const world = await startShop(path);
      const root = await ask(world, textOf("Approve"));
      await agreeUntil(world, root, "All tests pass now.");
      await world.says(root, "+  const prices = cart.map((line) => line.cents * line.count);");
      await world.says(root, "**Tasks** (3/3)");
      expect(testsOf(world)).toMatch(/fail 0/);
      // A second time there is nothing left to do, and it says so.
      const again = await ask(world, textOf("Approve"));
      await agreeUntil(world, again, "there is nothing to fix");
    },
  );

  further("approve stops where somebody says no", async () => {
    const world = await startShop(path);
    const root = await ask(world, textOf("Approve"));
    const card = await world.until(root, (posts) =>
      posts.find(({ message, reactions }) => message.includes("node --test") && reactions.length === 3),
    );
    await world.people.alice.react(card.id, "-1");
    await world.says(root, "All right, I leave it there");
  });

  further.skipIf(isInBrowser)("plan presents, builds once agreed, and tests", async () => {
    const world = await startShop(path);
    const root = await ask(world, textOf("Plan"));
    await agreeUntil(world, root, "Done as planned");
    await world.says(root, "Prices keep their zeros");
    expect(readFileSync(join(world.directory, "src/format.js"), "utf8")).toContain("padStart");
  });

  further.runIf(Number.parseInt(version, 10) >= 2)(
    "question asks twice and writes what was chosen",
    async () => {
      const world = await startShop(path);
      const root = await ask(world, textOf("Question"));
      const open = (words: string, choices: number) =>
        world.until(root, (posts) =>
          posts.find(({ message, reactions }) => message.includes(words) && reactions.length === choices),
        );
      await world.people.alice.react((await open("Which tone", 3)).id, "one");
      const second = await open("What shall be in it?", 4);
      await world.people.alice.react(second.id, "three");
      await world.people.alice.react(second.id, "white_check_mark");
      const note = await world.says(root, "tiny-cart 0.4.0");
      expect(note.message).toContain("makes your totals right again");
      expect(note.message).toContain("### Thanks");
      expect(note.message).not.toContain("### Fixes");
    },
  );

  test.runIf(Number.parseInt(version, 10) < 2)(
    "question chooses itself where the CLI can't ask",
    async () => {
      const world = await startShop(path);
      await world.says(
        await ask(world, textOf("Question")),
        /can't ask with choices yet[\s\S]*tiny-cart 0\.4\.0/,
      );
    },
  );

  further.skipIf(isInBrowser)(
    "a rule that somebody made lets the second run through, where it is of the first one's kind",
    async () => {
      const world = await startShop(path);
      const root = await ask(world, textOf("Rule"));
      const card = await openCard(world, root, "npm test", 4);
      await world.people.alice.react(card.id, "repeat");
      // The older ones offer that very command alone.
      if (!version.startsWith("2.1.")) return agreeUntil(world, root, "Both runs are done.");
      await world.says(root, "Both runs are done.");
      await world.people.alice.say("!rules", root);
      await world.says(root, "npm test");
    },
  );

  further.skipIf(isInBrowser)(
    "what runs in the background has a post, and is stopped by itself",
    async () => {
      const world = await startShop(path);
      const root = await ask(world, textOf("Background"));
      await agreeUntil(world, root, "It runs beside us.");
      if (!version.startsWith("2.1.")) return;
      await world.says(root, "**Task 1**");
      await world.people.alice.say("!tasks stop 1", root);
      await world.says(root, "was stopped by @alice");
    },
  );

  further("the change comes as a file, and before there is one what was committed", async () => {
    const world = await startShop(path);
    const first = await ask(world, textOf("File"));
    await agreeUntil(world, first, "There it is, ready for `git apply`.");
    writeFileSync(join(world.directory, "src/cart.js"), "// Changed.\n");
    const second = await ask(world, textOf("File"));
    await agreeUntil(world, second, "There it is, ready for `git apply`.");
    const sent = [first, second].map((root) => world.thread(root).filter(({ files }) => files.length > 0));
    expect(sent.map((posts) => posts.map(({ message, files }) => [message, ...files]))).toEqual([
      [["Nothing is changed yet: this is what there is", "change.patch"]],
      [["The change so far", "change.patch"]],
    ]);
    await world.says(second, "📎 **Sent** `change.patch` ↳ ✅");
  });

  further.skipIf(isInBrowser)("what somebody said is looked up, and quoted", async () => {
    const world = await startShop(path);
    await world.people.bob.say(YESTERDAYS_WORDS);
    const root = await ask(world, textOf("Look up"));
    await agreeUntil(world, root, `bob wrote:\n\n> ${YESTERDAYS_WORDS}`);
    await world.says(root, /🔎 \*\*Searched\*\* `from:bob the discount` ↳ ✅ `1 post found`/);
  });

  further("in the docs' channel ask describes the docs, and correct mends them once agreed", async () => {
    const world = await startShop(path, layOutDocs);
    await world.says(await ask(world, textOf("Ask here")), "These are the docs of **tiny-cart**");
    const root = await ask(world, textOf("Correct"));
    await agreeUntil(world, root, "The docs are right again.");
    const page = () => readFileSync(join(world.directory, "guide/prices.md"), "utf8");
    expect(page()).toContain("`total(cart, 10)` takes ten percent off");
    const again = await ask(world, textOf("Correct"));
    await agreeUntil(world, again, "Nothing is out of date any more.");
  });

  further("what belongs to the docs is not looked for in the shop", async () => {
    const world = await startShop(path);
    await world.says(await ask(world, textOf("Correct")), "ask me in **Docs**");
  });

  further("anything else gets a friendly answer that says what can be tried", async () => {
    const world = await startShop(path);
    await world.says(await ask(world, "sing me a song"), "I only follow a script");
  });
});
