// Owns the WebSocket connections that the server remembers, and says which of them hear of an event.
import { Connection, type Sink } from "./connection.ts";
import { hello, type SandboxEvent } from "./events.ts";
import type { ServerVersion } from "./store.ts";

const MAX_CONNECTIONS = 1000;

type Doubling = "sameFrame" | "newFrame";

export interface HubOptions {
  readonly isMember: (channelId: string, userId: string) => boolean;
  readonly isInTeam: (teamId: string, userId: string) => boolean;
  /** A deactivated account's connections stay, and hear nothing. */
  readonly isActive: (userId: string) => boolean;
  readonly version: ServerVersion;
  readonly now: () => number;
}

export class Hub {
  readonly #options: HubOptions;
  readonly #connections = new Map<string, Connection>();
  #framesToDelay = 0;
  #doubled = { count: 0, as: "sameFrame" as Doubling };

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** A new connection: the hello goes out at once. */
  open(userId: string, sink: Sink): Connection {
    this.#forgetStale();
    const connection = new Connection(userId, sink, () => this.#takeDelay());
    this.#connections.set(connection.id, connection);
    this.#deliver(connection, bodyOf(hello(this.#options.version, userId, connection.id)), false);
    return connection;
  }

  /** Takes up a connection whose socket is gone and sends what it missed; undefined when that can't be done. */
  resume(id: string, userId: string, sequence: number, sink: Sink): Connection | undefined {
    this.#forgetStale();
    const connection = this.#connections.get(id);
    return connection?.userId === userId && connection.resume(sequence, sink) ? connection : undefined;
  }

  /** The socket is gone; frames wait for a resume. */
  detach({ id }: Connection): void {
    this.#connections.get(id)?.detach(this.#options.now());
  }

  isConnected(userId: string): boolean {
    return [...this.#connections.values()].some((one) => one.userId === userId && one.isAttached);
  }

  publish(event: SandboxEvent): void {
    const hearers = [...this.#connections.values()].filter(({ userId }) => this.#isFor(event, userId));
    if (hearers.length === 0) return;
    const common = bodyOf(event);
    const { as, count } = this.#doubled;
    this.#doubled = { as, count: Math.max(0, count - 1) };
    for (const connection of hearers) {
      const { userId } = connection;
      const body = event.mentioned?.includes(userId) ? bodyOf(event, { mentions: `["${userId}"]` }) : common;
      this.#deliver(connection, body, count > 0 && as === "sameFrame");
      if (count > 0 && as === "newFrame") this.#deliver(connection, body, false);
    }
  }

  /** From now on no earlier connection can be resumed. */
  forgetResumable(): void {
    for (const { id, isAttached } of this.#connections.values())
      if (!isAttached) this.#connections.delete(id);
  }

  /** The next `count` events that somebody hears come twice: as the very same frame, or as one more with its own number. */
  duplicateNext(count: number, as: Doubling): void {
    this.#doubled = { count, as };
  }

  /** The next `count` frames wait for the one after them, and leave behind it. */
  reorderNext(count: number): void {
    this.#framesToDelay = count;
  }

  #deliver(connection: Connection, body: string, sameFrameTwice: boolean): void {
    connection.deliver(body, sameFrameTwice);
    if (connection.isOverfull) this.#connections.delete(connection.id);
  }

  #takeDelay(): boolean {
    if (this.#framesToDelay <= 0) return false;
    this.#framesToDelay -= 1;
    return true;
  }

  #isFor({ broadcast }: SandboxEvent, userId: string): boolean {
    const { isActive, isInTeam, isMember } = this.#options;
    if (broadcast.omit_users?.[userId] || !isActive(userId)) return false;
    if (broadcast.user_id !== "") return broadcast.user_id === userId;
    if (broadcast.channel_id !== "") return isMember(broadcast.channel_id, userId);
    return broadcast.team_id === "" || isInTeam(broadcast.team_id, userId);
  }

  #forgetStale(): void {
    const now = this.#options.now();
    for (const connection of this.#connections.values()) {
      const isTooMany = this.#connections.size > MAX_CONNECTIONS;
      if (isTooMany || connection.isStale(now)) this.#connections.delete(connection.id);
    }
  }
}

/** Without its closing brace, before which comes the number. */
const bodyOf = ({ event, data, broadcast }: SandboxEvent, more: object = {}) =>
  JSON.stringify({ event, data: { ...data, ...more }, broadcast }).slice(0, -1);
