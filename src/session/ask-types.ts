// What somebody is asked, as it is kept: the ask, its posts, and what it was about once it is decided.

import type { PermissionRule } from "../claude/permission-rules.ts";
import type { Question, RequestId, ToolInput, ToolUseId } from "../claude/types.ts";
import type { PostId, UserId } from "../mattermost/types.ts";
import type { Card } from "../render/cards.ts";
import type { ToolUse } from "../render/tools.ts";
import type { PostKey } from "../thread/writes.ts";
import type { Message } from "./signals.ts";

/** One of the posts of a card. */
export interface CardPiece {
  readonly key: PostKey;
  /** Known once it is posted. */
  postId: PostId | undefined;
  /** When it was made, on the server's clock. */
  postedAt?: number | undefined;
}

interface AskBase extends CardPiece {
  readonly card: Card;
  /** The posts above it that hold what the card's own has no room for, in order. */
  pieces?: readonly CardPiece[];
  /** The card says how to decide, since words came that decided nothing. */
  isHinted?: boolean;
  /** Decides once its files are saved. */
  reply?: Message | undefined;
  /** When whoever can decide is called again; undefined once that has been done. */
  remindAt?: number | undefined;
  /** A subagent that works beside the turns asks: the end of one is not its end. */
  isFromSubagent?: boolean;
}

export interface PermissionAsk extends AskBase {
  readonly kind: "permission";
  readonly requestId: RequestId;
  readonly toolUseId: ToolUseId | undefined;
  readonly use: ToolUse;
  /** Nothing can show all of it, so it can't be allowed. */
  readonly isIncomplete?: boolean | undefined;
  /** What 🔁 would let through from now on, with this use; missing where it is no choice. */
  readonly rules?: readonly PermissionRule[] | undefined;
}

export interface PlanAsk extends AskBase {
  readonly kind: "plan";
  readonly requestId: RequestId;
  readonly plan: string;
  readonly input: ToolInput;
}

export interface QuestionAsk extends AskBase {
  readonly kind: "question";
  readonly requestId: RequestId;
  readonly questions: readonly Question[];
  readonly input: ToolInput;
  /** Which of the questions this card shows. */
  readonly index: number;
  /** By question text, for the questions before this one. */
  readonly answers: Readonly<Record<string, string>>;
  /** What each person has chosen so far, by position, for a question that takes several. */
  readonly selected: Map<UserId, Set<number>>;
}

export interface GuestAsk extends AskBase {
  readonly kind: "guest";
  readonly message: Message;
  /** How often the guest has changed it. */
  readonly edits?: number;
}

export type Ask = PermissionAsk | PlanAsk | QuestionAsk | GuestAsk;

/** A decided permission card that waits for its tool's outcome. */
export interface ToolWithCard {
  readonly key: PostKey;
  readonly postId?: PostId | undefined;
  readonly use: ToolUse;
  readonly card: Card;
  readonly verdict: string;
  /** When the decision is shown, if the outcome has not come; undefined once it is. */
  showAt: number | undefined;
  /** How far the tool is stands behind the decision. */
  hasProgress?: boolean;
}
