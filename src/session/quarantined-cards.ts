// A card that the server never accepts. Nobody can see what it asks, so it is denied, and the thread says so.

import type { PostKey } from "../thread/writes.ts";
import type { Ask } from "./ask-types.ts";
import { answer, goOn } from "./asks.ts";
import { markNotTaken } from "./sending.ts";
import { audit, say } from "./state.ts";
import type { Step } from "./types.ts";

const WHY = "the server does not take its text, and what nobody can see can't be decided";

export function cardQuarantined(step: Step, key: PostKey): void {
  const { state } = step;
  const ask = state.asks.find((one) => isUnseenIn(one, key));
  if (!ask) {
    return;
  }
  state.asks = state.asks.filter((other) => other !== ask);
  if (ask.kind === "guest") {
    markNotTaken(step, ask.message);
    audit(step, "guest-denied", undefined, { guest: ask.message.by, message: ask.message.text, reason: WHY });
    say(step, `🚫 A guest's message was not let in: ${WHY}.`);
    return;
  }
  const what =
    ask.kind === "permission" ? { tool: ask.use.name, input: ask.use.input } : { asked: ask.input };
  audit(step, "tool-denied", undefined, { ...what, reason: WHY });
  const message = `Nobody could be asked about this: ${WHY}. Do it in another way, or ask in words.`;
  answer(step, ask.requestId, { behavior: "deny", message });
  say(step, `👎 **Denied** by mm-claude, since a card could not be posted: ${WHY}.`);
  goOn(step);
}

/** A later change of a card that stands there is no reason to take the ask back. */
function isUnseenIn(ask: Ask, key: PostKey): boolean {
  return [ask, ...(ask.pieces ?? [])].some((post) => post.key === key && post.postId === undefined);
}
