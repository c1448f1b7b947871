// The outcomes that several tools have: what was wrong with a call, what may not be read, what the server refused.

import { isGone, type MattermostError } from "../mattermost/error.ts";
import type { ChatOutcome } from "./types.ts";

const failed = (text: string, summary: string, target: ChatOutcome["target"] = {}): ChatOutcome => ({
  text,
  isError: true,
  summary,
  target,
});

/** `text`: what would have been right. */
export const wrongArgument = (text: string): ChatOutcome => failed(text, "wrong argument");

export const refused = (text: string, target: ChatOutcome["target"] = {}): ChatOutcome =>
  failed(text, "refused", target);

/** One answer for what does not exist and for what may not be read: nobody learns which it is. */
export const notReadable = (target: ChatOutcome["target"]): ChatOutcome =>
  failed(
    "There is nothing of that name or id that both this bot and the person who asked may read.",
    "nothing that may be read",
    target,
  );

export const stopped: ChatOutcome = failed("The call was interrupted.", "interrupted");

export const notPossible = ({ message }: MattermostError): ChatOutcome => failed(message, "not possible");

/** Undefined when the server knows nothing of it, or does not show it to the bot. */
export async function ifAny<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isGone(error)) {
      return undefined;
    }
    throw error;
  }
}
