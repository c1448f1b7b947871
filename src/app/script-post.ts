// The post in which a script's message stands in its thread: whose it is, that a script has sent it, and its words. Pure.

import { harmless, inlineCode, quote, showHidden, truncate } from "../render/markdown.ts";
import type { Person } from "../session/authorization.ts";

/** A longer one is cut: Claude gets all of it. */
const SHOWN = 3000;

export function scriptPost({ name }: Person, text: string, isRoot: boolean): string {
  const words = text.trim();
  const shown = truncate(words, SHOWN);
  const rest = shown === words ? "" : `\n\n_Cut here: Claude has got all of it._`;
  const head = `📨 ${inlineCode(`@${name}`)}, from a script${isRoot ? "" : ", into this thread"}`;
  return words === "" ? head : `${head}:\n\n${quote(harmless(showHidden(shown)))}${rest}`;
}
