// How often one write is tried before the server is probed, and how many probes prove that the write itself is the
// cause. Knows no posts.

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
   * Counts a failure. True when the write itself may be the cause: time to probe the server. `isFile`: the failure
   * counts double, because there is another way to say it and somebody waits.
   */
  noteFailure(error: unknown, isFile: boolean): boolean {
    const weight = weightOf(error) * (isFile ? 2 : 1);
    this.#weight += weight;
    return weight > 0 && this.#weight >= SUSPECT;
  }

  /** Counts a probe. True when nothing except this write fails. */
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
