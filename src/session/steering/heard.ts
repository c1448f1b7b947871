// Which messages Claude has got in this conversation, and what it must be told along with the next one.

import { oneLine, showHidden, truncate } from "../../render/markdown.ts";
import { withoutLabels } from "../../render/speaker-labels.ts";
import type { Message } from "../signals.ts";
import type { SessionState } from "../types.ts";

/** As far back as anybody can go. */
const MOST = 30;

/** Claude has got that message: from now on files can be put back to how they are now. */
export function noteHeard(state: SessionState, { uuid, postId, by, text }: Message): void {
  const heard = { uuid, postId, by, text: truncate(oneLine(text), 80) };
  state.steering.heard = [...state.steering.heard, heard].slice(-MOST);
}

/** What a session is about: how its first message begins. */
export function noteTitle({ steering }: SessionState, { isSlashCommand, text }: Message): void {
  if (!isSlashCommand) {
    steering.title ??= truncate(showHidden(withoutLabels(text).replace(/\s+/g, " ").trim()), 60) || undefined;
  }
}

/** What Claude must know before it reads the next message; told once. */
export function takeNote(state: SessionState): string {
  const { note } = state.steering;
  state.steering.note = undefined;
  return note === undefined ? "" : `${note}\n\n`;
}

/** Questions beside the work whose Claude is gone before it answered: they go on as messages. */
export function takeAsides({ steering, queue }: SessionState): void {
  queue.push(...steering.asides);
  steering.asides = [];
}
