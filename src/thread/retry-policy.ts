// How long one write is tried before it is looked into whether the server is down or takes this one thing not. Knows no
// posts.

import { isTransient, MattermostError } from "../mattermost/error.ts";

/** What may work later as it is. Nothing but Mattermost's own word is final: who answers in its place may be gone soon. */
export function isRetryable(error: unknown): boolean {
  return isTransient(error) || (error instanceof MattermostError && error.answeredBy !== "mattermost");
}

/** Three failures of Mattermost itself, or six of anything on the way to it. */
const SUSPECT = 6;
/** So often in a row the server answers everything else while this one thing fails. */
const PROBES = 2;

export class RetryPolicy {
  #weight = 0;
  #probes = 0;

  /** `isSecondTry`: it was quarantined before. */
  constructor(isSecondTry: boolean) {
    if (isSecondTry) {
      this.#weight = SUSPECT;
      this.#probes = PROBES - 1;
    }
  }

  /**
   * Takes note of a failure. True when it may be the write's own fault: time to look whether the server answers.
   * `isFile`: there is another way to say it, and somebody waits.
   */
  noteFailure(error: unknown, isFile: boolean): boolean {
    const weight = weightOf(error) * (isFile ? 2 : 1);
    this.#weight += weight;
    return weight > 0 && this.#weight >= SUSPECT;
  }

  /** Takes note of whether it did. True when nothing but this write fails. */
  noteProbe(isAnswering: boolean): boolean {
    this.#probes = isAnswering ? this.#probes + 1 : 0;
    return this.#probes >= PROBES;
  }
}

/** A refusal that means all that is sent says nothing about this write. */
function weightOf(error: unknown): number {
  if (!(error instanceof MattermostError) || ["rate-limited", "unauthorized", "away"].includes(error.code)) {
    return 0;
  }
  return error.answeredBy === "mattermost" && (error.status ?? 0) >= 500 ? 2 : 1;
}
