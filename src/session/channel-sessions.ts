// The sessions of one channel, whatever project each is of. A thread has one session at most.

import type { ThreadId } from "../mattermost/types.ts";
import type { SessionManager } from "./manager.ts";
import type { Session } from "./session.ts";

/** What the parts that hear a channel ask its sessions. */
export type SessionsHeard = Pick<
  SessionManager,
  "find" | "openCards" | "threadsAwaitingCards" | "waitingPosts" | "liveThreads"
>;

export class ChannelSessions implements SessionsHeard {
  readonly #managers: () => readonly SessionManager[];

  /** `managers`: those of the channel's projects, as of now. */
  constructor(managers: () => readonly SessionManager[]) {
    this.#managers = managers;
  }

  find(threadId: ThreadId): Session | undefined {
    for (const manager of this.#managers()) {
      const session = manager.find(threadId);
      if (session) {
        return session;
      }
    }
    return undefined;
  }

  openCards(): ReturnType<SessionsHeard["openCards"]> {
    return this.#managers().flatMap((manager) => manager.openCards());
  }

  threadsAwaitingCards(): ReturnType<SessionsHeard["threadsAwaitingCards"]> {
    return this.#managers().flatMap((manager) => manager.threadsAwaitingCards());
  }

  waitingPosts(): ReturnType<SessionsHeard["waitingPosts"]> {
    return this.#managers().flatMap((manager) => manager.waitingPosts());
  }

  liveThreads(): ReturnType<SessionsHeard["liveThreads"]> {
    return this.#managers().flatMap((manager) => manager.liveThreads());
  }
}
