// The posts that wait for somebody's decision, as they are read again after a gap.

import type { PostId, UserId } from "../mattermost/types.ts";
import { DIGITS } from "../render/cards.ts";
import type { Ask } from "./ask-types.ts";
import { holdPostOf } from "./steering/hold.ts";
import type { SessionState } from "./types.ts";

export interface OpenCard {
  readonly postId: PostId;
  /** Whom it takes for having put which emoji there, where one may choose several. */
  readonly choices?: readonly Choice[];
}

interface Choice {
  readonly userId: UserId;
  readonly emojiName: string;
}

/** Those whose post is known. */
export function openCardsOf(state: SessionState): OpenCard[] {
  const { asks, cutOff, worktree, steering } = state;
  const cards = asks.flatMap((ask) =>
    ask.postId === undefined ? [] : [{ postId: ask.postId, ...choicesOn(ask) }],
  );
  const offers = [
    cutOff?.until === undefined ? cutOff?.postId : undefined,
    worktree?.status === "asked" ? worktree.postId : undefined,
    steering.undo?.postId,
    holdPostOf(state)?.postId,
    // Somebody may have put 🛑 there.
    ...steering.tasks.list.map(({ end, postId }) => (end ? undefined : postId)),
  ];
  return [...cards, ...offers.flatMap((postId) => (postId === undefined ? [] : [{ postId }]))];
}

/** Somebody is asked, by a post that is not known yet. */
export function isCardOnItsWay(state: SessionState): boolean {
  const { asks, cutOff, worktree, steering } = state;
  const holdPost = holdPostOf(state);
  const isOfferOnItsWay = cutOff !== undefined && cutOff.postId === undefined;
  const isPlaceOnItsWay = worktree?.status === "asked" && worktree.postId === undefined;
  const isHoldOnItsWay = holdPost !== undefined && holdPost.postId === undefined;
  const isUndoOnItsWay = steering.undo !== undefined && steering.undo.postId === undefined;
  const isOther = isHoldOnItsWay || isUndoOnItsWay;
  return isOfferOnItsWay || isPlaceOnItsWay || isOther || asks.some((ask) => ask.postId === undefined);
}

function choicesOn(ask: Ask): Pick<OpenCard, "choices"> {
  if (ask.kind !== "question" || !ask.questions[ask.index]?.multiSelect) {
    return {};
  }
  const choices = [...ask.selected].flatMap(([userId, chosen]) =>
    DIGITS.flatMap(({ name: emojiName }, at) => (chosen.has(at) ? [{ userId, emojiName }] : [])),
  );
  return { choices };
}
