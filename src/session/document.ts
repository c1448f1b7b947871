// The document that keeps a session over a restart.

import type { ThreadId } from "../mattermost/types.ts";
import { type SessionDependencies, sessionPrefix } from "./dependencies.ts";
import { encodeSnapshot, type SessionSnapshot } from "./snapshot.ts";

export class SessionDocument {
  readonly #documents: SessionDependencies["documents"];
  readonly #name: string;
  readonly #json: () => string;

  /** `snapshot`: the session as it is when it is asked for. */
  constructor(
    threadId: ThreadId,
    { documents, channelId }: SessionDependencies,
    snapshot: () => SessionSnapshot,
  ) {
    this.#documents = documents;
    this.#name = `${sessionPrefix(channelId)}${threadId}`;
    this.#json = () => encodeSnapshot(snapshot());
  }

  /** It is written sooner or later, as the session is by then. */
  change(): void {
    this.#documents.change(this.#name, this.#json);
  }

  /** Saves now. Resolves when all changes so far are saved, or can't be; undefined when they are. */
  saved(): Promise<void> | undefined {
    return this.#documents.saved(this.#name);
  }

  remove(): void {
    this.#documents.remove(this.#name);
  }
}
