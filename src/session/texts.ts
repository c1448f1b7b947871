// Claude's words, each exactly once: streamed in pieces, confirmed block by block, and found again in what Claude saved
// when a process could not report all of them.

import type { SavedTurns } from "../claude/saved-conversation.ts";
import { usageLimitInWords } from "../render/usage-limit.ts";
import type { Redact } from "../util/redact.ts";
import { turnHeard } from "./listeners.ts";
import { inFlightOf } from "./phases.ts";
import type { SavedTurn } from "./signals.ts";
import type { SessionState, Step, Turn } from "./types.ts";

/**
 * A complete block confirms the pieces that were streamed. What they lack is added; if there were no pieces, all of it.
 * True when something was added.
 */
export function completeText(step: Step, messageId: string, text: string): boolean {
  const { turn } = step.state;
  const { streaming, confirmed } = turn;
  const streamed = streaming?.messageId === messageId ? streaming.blocks[streaming.confirmed] : undefined;
  if (streaming && streamed) {
    streaming.confirmed++;
  } else {
    turn.transcript.endText();
  }
  // What Claude Code says for programs comes undivided: in pieces it is Claude's own words.
  const whole = streamed === undefined ? usageLimitInWords(text, step.now, step.context.timeZone) : text;
  const missing =
    streamed === undefined ? whole : text.startsWith(streamed.text) ? text.slice(streamed.text.length) : "";
  if (missing !== "") {
    turn.transcript.appendText(missing);
    step.hear?.({
      type: "words",
      turn: turnHeard(step.state),
      text: missing,
      isNewBlock: streamed === undefined,
    });
  }
  turn.transcript.endText();
  turn.lastText = whole;
  confirmed.set(messageId, (confirmed.get(messageId) ?? 0) + 1);
  return missing !== "";
}

/** What Claude saved of the turn and people have not seen, in order. */
export function recoverTexts(step: Step, saved: SavedTurn | undefined): void {
  const { turn } = step.state;
  const seen = new Map<string, number>();
  for (const { messageId, text } of saved?.texts ?? []) {
    const index = seen.get(messageId) ?? 0;
    seen.set(messageId, index + 1);
    if (index >= (turn.confirmed.get(messageId) ?? 0)) {
      completeText(step, messageId, text);
    }
  }
  const last = saved?.texts.at(-1);
  if (last && last.messageId !== turn.streaming?.messageId) {
    turn.streaming = undefined;
    turn.previousMessageId = last.messageId;
  }
}

/** What can be found out about a turn whose process can't tell it. */
export function savedTurnOf(
  state: SessionState,
  readSaved: (conversationId: string) => SavedTurns | undefined,
  redact: Redact,
): SavedTurn {
  const { conversation, queue, turn } = state;
  const message = inFlightOf(state)?.message ?? queue[0];
  const saved = conversation.progress !== "new" || message ? readSaved(conversation.id) : undefined;
  return {
    holdsMessage: message && saved?.holds(message.uuid),
    texts: saved ? textsOf(turn, saved).map((one) => asStreamed(turn, one, redact)) : [],
  };
}

/** What was streamed before a restart is kept without secrets, and has to be found in what was saved. */
function asStreamed({ streaming }: Turn, saved: SavedTurn["texts"][number], redact: Redact): typeof saved {
  const { messageId, text } = saved;
  const blocks = streaming?.messageId === messageId ? streaming.blocks : [];
  const isFound = blocks.length === 0 || blocks.some((block) => text.startsWith(block.text));
  return isFound ? saved : { messageId, text: redact(text) };
}

/**
 * A turn that began without a message is found by what Claude was saying, or else by Claude's last message before it. A
 * message may have been on its way to Claude then.
 */
function textsOf({ messageUuid, streaming, previousMessageId }: Turn, saved: SavedTurns): SavedTurn["texts"] {
  if (messageUuid !== undefined && saved.holds(messageUuid)) {
    return saved.textsAfter(messageUuid);
  }
  if (streaming) {
    return saved.textsFrom(streaming.messageId);
  }
  const from = previousMessageId === undefined ? [] : saved.textsFrom(previousMessageId);
  return from.filter(({ messageId }) => messageId !== previousMessageId);
}
