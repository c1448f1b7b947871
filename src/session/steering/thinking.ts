// With `!show all`, what Claude thinks before it answers: a quote that grows slowly, and is cut where it gets long.

import type { ClaudeEvent } from "../../claude/types.ts";
import { truncate } from "../../render/markdown.ts";
import { newGrowth, scheduleUnhurried } from "../flush-schedule.ts";
import type { Step } from "../types.ts";

/** What is being thought. */
export interface Thinking {
  /** Which of Claude's messages, and which block of it. */
  readonly block: string;
  /** How much of it was taken up, in UTF-16 units. */
  length: number;
  /** White space that is written once more follows. */
  blanks: string;
}

/** Of one block; Claude may think as long as ten answers. */
const MAX_LENGTH = 1500;
const MAX_BLANKS = 20;

export function streamThinking(
  step: Step,
  { text, blockIndex }: ClaudeEvent & { readonly type: "thinkingDelta" },
): void {
  const { turn, steering } = step.state;
  if (steering.show !== "all") {
    return;
  }
  const block = `${turn.streaming?.messageId ?? ""} ${blockIndex}`;
  if (turn.thinking?.block !== block) {
    turn.transcript.endText();
    turn.thinking = { block, length: 0, blanks: "" };
  }
  const { thinking } = turn;
  if (thinking.length > MAX_LENGTH) {
    return;
  }
  const come = thinking.length === 0 ? text.trimStart() : thinking.blanks + text;
  const words = come.trimEnd();
  thinking.blanks = come.slice(words.length).slice(0, MAX_BLANKS);
  if (words !== "") {
    const room = MAX_LENGTH - thinking.length;
    thinking.length += words.length;
    turn.transcript.appendThinking(thinking.length > MAX_LENGTH ? `${truncate(words, room)} …` : words);
    // What comes after it is news again.
    newGrowth(step);
    scheduleUnhurried(step);
  }
}
