// What a reader sees of a post as words: its message, and below it the attachments (Mattermost's message attachments).
import type { SeenPost } from "../../sandbox/server/state.ts";

/** One after the other, on lines of their own; empty ones left out. */
export function wordsOf({ message, attachments }: Pick<SeenPost, "message" | "attachments">): string {
  return [message, ...attachments.map(({ text }) => text)].filter((text) => text !== "").join("\n");
}
