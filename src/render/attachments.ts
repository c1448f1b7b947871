// The coloured bar below what mm-claude itself says. No text can produce one, so readers can tell mm-claude's cards and
// notices from Claude's words by it. Pure.

import type { Attachment } from "../mattermost/types.ts";

/** What an attachment tells at a glance: that somebody is asked, that it was granted, refused, is void, or is just said. */
export type Tone = "ask" | "good" | "bad" | "void" | "note";

const COLORS: Readonly<Record<Tone, string>> = {
  ask: "#e8a33d",
  good: "#3db887",
  bad: "#d24b4e",
  void: "#a0a7b0",
  note: "#2389d7",
};

export function attachment(tone: Tone, text: string): Attachment {
  return { color: COLORS[tone], text };
}

export interface Notice {
  readonly markdown: string;
  readonly attachment: Attachment;
}

/** `above`: what is too long for an attachment, which clients fold up. */
export function notice(text: string, above = ""): Notice {
  return { markdown: above, attachment: attachment("note", text) };
}
