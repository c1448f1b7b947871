// The sessions of one channel, whatever project each is of. A thread has one session at most.

import type { ThreadId } from "../mattermost/types.ts";
import type { SessionManager } from "./manager.ts";
import type { ProjectCards } from "./project-commands.ts";
import type { Session } from "./session.ts";

/** What the parts that hear a channel ask its sessions. */
export type SessionsHeard = Pick<
  SessionManager,
  "find" | "openCards" | "threadsAwaitingCards" | "waitingPosts" | "liveThreads"
>;

/** A project as far as it is heard. */
export interface HeardProject {
  readonly sessions: SessionManager;
  readonly cards: ProjectCards;
}

export class ChannelSessions implements SessionsHeard {
  readonly #projects: () => readonly HeardProject[];

  /** `projects`: those of the channel, as of now. */
  constructor(projects: () => readonly HeardProject[]) {
    this.#projects = projects;
  }

  find(threadId: ThreadId): Session | undefined {
    for (const { sessions } of this.#projects()) {
      const session = sessions.find(threadId);
      if (session) {
        return session;
      }
    }
    return undefined;
  }

  openCards(): ReturnType<SessionsHeard["openCards"]> {
    return this.#projects().flatMap(({ cards, sessions }) => [...sessions.openCards(), ...cards.open()]);
  }

  threadsAwaitingCards(): ReturnType<SessionsHeard["threadsAwaitingCards"]> {
    return this.#projects().flatMap(({ sessions }) => sessions.threadsAwaitingCards());
  }

  waitingPosts(): ReturnType<SessionsHeard["waitingPosts"]> {
    return this.#projects().flatMap(({ sessions }) => sessions.waitingPosts());
  }

  liveThreads(): ReturnType<SessionsHeard["liveThreads"]> {
    return this.#projects().flatMap(({ sessions }) => sessions.liveThreads());
  }
}
