// The sessions of one channel, whatever project each is of. A thread has one session at most.

import type { SessionManager } from "./manager.ts";
import type { Session } from "./session.ts";

/** What the parts that hear a channel ask its sessions. */
export type SessionsHeard = Pick<
  SessionManager,
  "find" | "openCards" | "threadsAwaitingCards" | "waitingPosts" | "liveThreads"
>;

/** `managers`: those of the channel's projects, as of now. */
export function channelSessions(managers: () => readonly SessionManager[]): SessionsHeard {
  return {
    find(threadId): Session | undefined {
      for (const manager of managers()) {
        const session = manager.find(threadId);
        if (session) {
          return session;
        }
      }
      return undefined;
    },
    openCards: () => managers().flatMap((manager) => manager.openCards()),
    threadsAwaitingCards: () => managers().flatMap((manager) => manager.threadsAwaitingCards()),
    waitingPosts: () => managers().flatMap((manager) => manager.waitingPosts()),
    liveThreads: () => managers().flatMap((manager) => manager.liveThreads()),
  };
}
