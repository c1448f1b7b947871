// What is kept of a machine that was away when Claude was to be started on it.

import type { PostKey } from "../../thread/writes.ts";
import type { SessionState } from "../types.ts";

export interface Away {
  /** Of the post that tells it. */
  readonly key: PostKey;
  /** How often it was tried since then. */
  tries: number;
  /** It is tried as soon as nothing else keeps it from that. */
  isDue: boolean;
}

/** Nothing is tried before its time. */
export const isAway = ({ steering }: Pick<SessionState, "steering">): boolean =>
  steering.away?.isDue === false;
