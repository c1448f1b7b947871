// A command that waits for somebody's decision: how it comes to wait, and how it is seen that it still does.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { SeenPost } from "../../sandbox/server/state.ts";
import { wordsOf } from "../support/words-of.ts";
import { bash, type Town } from "./town.ts";

/** A session of alice's whose turn waits for a decision about a command that would make the file `ran`. */
export async function waiting(here: Town): Promise<{ root: string; card: SeenPost }> {
  const scene = here.scene({ tools: [bash("touch ran && echo ran")] }, { text: "All done." });
  const root = await here.alice.say(`@claude-code ${scene}`);
  return { root, card: await here.card(root) };
}

export const hasRun = (here: Town): boolean => existsSync(join(here.directory, "ran"));

export const isOpen = (here: Town, card: SeenPost): boolean =>
  wordsOf(here.post(card.id) ?? card).includes("👍 allow");

/** It is open after all that came before; then alice denies it, so that it is seen to have been. */
export async function expectOpen(here: Town, root: string, card: SeenPost): Promise<string> {
  await here.waits(root);
  expect([isOpen(here, card), hasRun(here)]).toEqual([true, false]);
  await here.alice.react(card.id, "-1");
  await here.until(root, (posts) => posts.some((post) => wordsOf(post).includes("**Denied** by @alice")));
  await here.says(root, "All done.");
  return "the card stayed open until alice denied it";
}
