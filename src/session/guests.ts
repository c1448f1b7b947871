// The messages of guests, who may not take part: each is shown to those who may let it in, until it is let in, denied
// or withdrawn. What is let in is exactly what the card shows.

import type { PostId } from "../mattermost/types.ts";
import { guestCard, nameOf } from "../render/cards.ts";
import type { GuestAsk } from "./ask-types.ts";
import { open, settle } from "./asks.ts";
import { withoutAside } from "./commands.ts";
import type { Message } from "./signals.ts";
import { newKey } from "./state.ts";
import type { Step } from "./types.ts";
import { whomToCall } from "./whom-to-call.ts";

/** Each change is a new card, which calls people. */
const MAX_EDITS = 3;

export function askGuest(step: Step, message: Message, edits = 0): void {
  const files = message.files.map((file) => file.name);
  const card = guestCard(message.by.name, message.text, files, whomToCall(step, "steer"));
  open(step, { kind: "guest", key: newKey(step, "ask"), postId: undefined, card, message, edits });
}

/** The card is void and a new one asks: a reaction to the old one, however late, is not about the new words. */
export function guestEdited(step: Step, postId: PostId, edited: string): void {
  const ask = askAbout(step, postId);
  const text = withoutAside(edited);
  // The preview of a link comes as an edit too.
  if (!ask || ask.message.text === text) {
    return;
  }
  const name = nameOf(ask.message.by.name);
  const edits = (ask.edits ?? 0) + 1;
  if (text.trim() === "" && ask.message.files.length === 0) {
    withdraw(step, ask, `${name} took the words back`);
  } else if (edits > MAX_EDITS) {
    withdraw(step, ask, `${name} changed it again and again. It can be sent anew`);
  } else {
    settle(step, ask, `⚪ **Changed** by ${name}: the card below asks about the new words`, "void");
    askGuest(step, { ...ask.message, text }, edits);
  }
}

export function guestDeleted(step: Step, postId: PostId): void {
  const ask = askAbout(step, postId);
  if (ask) {
    withdraw(step, ask, `the message of ${nameOf(ask.message.by.name)} was deleted`);
  }
}

function withdraw(step: Step, ask: GuestAsk, why: string): void {
  settle(step, ask, `⚪ **Withdrawn**: ${why}`, "void");
}

function askAbout({ state }: Step, postId: PostId): GuestAsk | undefined {
  return state.asks.filter((ask) => ask.kind === "guest").find((ask) => ask.message.postId === postId);
}
