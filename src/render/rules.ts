// Permission rules in words: on the card that offers one, where it is decided, and in the list. Pure.

import type { PermissionRule } from "../claude/permission-rules.ts";
import type { Card, WholeCard } from "./cards.ts";
import { inlineCode } from "./markdown.ts";

/** All that would run unasked, in full. */
export function rulesInWords(rules: readonly PermissionRule[]): string {
  return rules.map(ruleInWords).join(" · ");
}

export function ruleInWords({ tool, content }: PermissionRule): string {
  if (content === undefined) {
    return tool === "WebSearch" ? "searching the web" : `every use of ${inlineCode(tool)}`;
  }
  switch (tool) {
    case "Bash":
      // `npm test *` (2.1.330), `npm test:*` (2.0.76).
      return inlineCode(content.replace(/(?: |:)\*$/, " …"));
    case "Read":
      return `reading in ${inlineCode(content.replace(/^\/\//, "/").replace(/\*\*$/, ""))}`;
    case "WebFetch":
      return `fetching from ${inlineCode(content.replace(/^domain:/, ""))}`;
    default:
      return inlineCode(`${tool}(${content})`);
  }
}

/** The card with the further choice; one that can't be allowed has none. */
export function offering<Whole extends WholeCard>(whole: Whole, rules: readonly PermissionRule[]): Whole {
  if (rules.length === 0 || whole.isIncomplete) {
    return whole;
  }
  const { choices } = whole.card;
  const card: Card = { ...whole.card, choices: `${choices}\n🔁 always here: ${rulesInWords(rules)}` };
  return { ...whole, card };
}
