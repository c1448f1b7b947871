// Owns the WebSocket connections as the server remembers them: sequence numbers, what was sent, and what waits for
// a connection whose socket is gone. Knows no sockets, only sinks for text.
import { hello, type SandboxEvent } from "./events.ts";
import { newId } from "./ids.ts";
import type { ServerVersion } from "./store.ts";

/** What a real server keeps: 128 frames already sent, 256 that wait; more than that and the connection is forgotten. */
const SENT_KEPT = 128;
const PENDING_KEPT = 256;
const STALE_MS = 5 * 60_000;
const MAX_CONNECTIONS = 1000;
/** A frame that is to leave behind the next one waits no longer for it. */
const LATE_MS = 200;

/** Takes one frame. */
type Sink = (text: string) => void;

export interface Connection {
  readonly id: string;
  readonly userId: string;
  /** Sends a frame without a sequence number, such as the answer to an action. */
  reply(text: string): void;
}

export interface Hub {
  /** A new connection: the hello goes out at once. */
  open(userId: string, sink: Sink): Connection;
  /** Takes up a connection whose socket is gone and sends what it missed; undefined when that can't be done. */
  resume(id: string, userId: string, sequence: number, sink: Sink): Connection | undefined;
  /** The socket is gone; frames wait for a resume. */
  detach(connection: Connection): void;
  isConnected(userId: string): boolean;
  publish(event: SandboxEvent): void;
  /** From now on no earlier connection can be resumed. */
  forgetResumable(): void;
  /** The next `count` events that somebody hears come twice: as the very same frame, or as one more with its own number. */
  duplicateNext(count: number, as: "sameFrame" | "newFrame"): void;
  /** The next `count` frames wait for the one after them, and leave behind it. */
  reorderNext(count: number): void;
}

interface Entry extends Connection {
  nextSeq: number;
  frames: { readonly seq: number; readonly text: string }[];
  sink: Sink | undefined;
  detachedAt: number;
  /** A frame that leaves behind the next one. */
  late: string | undefined;
}

export function createHub(options: {
  readonly isMember: (channelId: string, userId: string) => boolean;
  /** A deactivated account's connections stay, and hear nothing. */
  readonly isActive: (userId: string) => boolean;
  readonly version: ServerVersion;
  readonly now: () => number;
}): Hub {
  const entries = new Map<string, Entry>();
  let reordered = 0;
  let duplicates = { count: 0, as: "sameFrame" as "sameFrame" | "newFrame" };

  function create(userId: string, sink: Sink): Entry {
    const entry: Entry = {
      id: newId(),
      userId,
      nextSeq: 0,
      frames: [],
      sink,
      detachedAt: 0,
      late: undefined,
      reply: (text) => entry.sink?.(text),
    };
    return entry;
  }

  /** `body` is the event without its closing brace, so that it is written once for all connections. */
  function deliver(entry: Entry, body: string, sameFrameTwice: boolean): void {
    const frame = { seq: entry.nextSeq, text: `${body},"seq":${entry.nextSeq}}` };
    entry.nextSeq += 1;
    entry.frames.push(frame);
    if (entry.sink) {
      send(entry, frame.text);
      if (sameFrameTwice) entry.sink(frame.text);
      if (entry.frames.length >= SENT_KEPT * 2) entry.frames = entry.frames.slice(-SENT_KEPT);
    } else if (entry.frames.length > SENT_KEPT + PENDING_KEPT) {
      entries.delete(entry.id);
    }
  }

  function send(entry: Entry, text: string): void {
    const { late } = entry;
    if (late === undefined && reordered > 0) {
      reordered -= 1;
      entry.late = text;
      setTimeout(() => flushLate(entry, text), LATE_MS).unref();
      return;
    }
    entry.sink?.(text);
    if (late !== undefined) flushLate(entry, late);
  }

  function flushLate(entry: Entry, text: string): void {
    if (entry.late !== text) return;
    entry.late = undefined;
    entry.sink?.(text);
  }

  function isFor({ broadcast }: SandboxEvent, userId: string): boolean {
    if (broadcast.omit_users?.[userId] || !options.isActive(userId)) return false;
    if (broadcast.user_id !== "") return broadcast.user_id === userId;
    return broadcast.channel_id === "" || options.isMember(broadcast.channel_id, userId);
  }

  function forgetStale(): void {
    for (const entry of entries.values()) {
      const isStale = !entry.sink && options.now() - entry.detachedAt > STALE_MS;
      if (isStale || entries.size > MAX_CONNECTIONS) entries.delete(entry.id);
    }
  }

  const bodyOf = (event: SandboxEvent) => JSON.stringify(event).slice(0, -1);

  return {
    open(userId, sink) {
      forgetStale();
      const entry = create(userId, sink);
      entries.set(entry.id, entry);
      deliver(entry, bodyOf(hello(options.version, userId, entry.id)), false);
      return entry;
    },
    resume(id, userId, sequence, sink) {
      forgetStale();
      const entry = entries.get(id);
      // A connection whose socket the server still takes for alive can't be taken over.
      if (!entry || entry.userId !== userId || entry.sink) return undefined;
      const oldestKept = entry.frames[0]?.seq ?? entry.nextSeq;
      if (sequence < oldestKept || sequence > entry.nextSeq) return undefined;
      entry.sink = sink;
      for (const frame of entry.frames) if (frame.seq >= sequence) sink(frame.text);
      return entry;
    },
    detach(connection) {
      const entry = entries.get(connection.id);
      if (!entry) return;
      entry.sink = undefined;
      entry.late = undefined;
      entry.detachedAt = options.now();
      entry.frames = entry.frames.slice(-SENT_KEPT);
    },
    isConnected: (userId) => [...entries.values()].some((entry) => entry.userId === userId && entry.sink),
    publish(event) {
      const hearers = [...entries.values()].filter((entry) => isFor(event, entry.userId));
      if (hearers.length === 0) return;
      const body = bodyOf(event);
      const { as, count } = duplicates;
      duplicates = { as, count: Math.max(0, count - 1) };
      for (const entry of hearers) {
        deliver(entry, body, count > 0 && as === "sameFrame");
        if (count > 0 && as === "newFrame") deliver(entry, body, false);
      }
    },
    forgetResumable() {
      for (const entry of entries.values()) if (!entry.sink) entries.delete(entry.id);
    },
    duplicateNext(count, as) {
      duplicates = { count, as };
    },
    reorderNext(count) {
      reordered = count;
    },
  };
}
