// One WebSocket connection as the server remembers it: its sequence numbers, what it was sent, and what waits for it
// while its socket is gone. Knows no socket, only a sink for text.
import { newId } from "./ids.ts";

/** What a real server keeps: 128 frames already sent, 256 that wait; more than that and the connection is forgotten. */
const SENT_KEPT = 128;
const PENDING_KEPT = 256;
const STALE_MS = 5 * 60_000;
/** A frame that is to leave behind the next one waits no longer for it. */
const LATE_MS = 200;

/** Takes one frame. */
export type Sink = (text: string) => void;

export class Connection {
  readonly id = newId();
  readonly userId: string;
  readonly #takeDelay: () => boolean;
  #nextSeq = 0;
  #frames: { readonly seq: number; readonly text: string }[] = [];
  #sink: Sink | undefined;
  #detachedAt = 0;
  /** A frame that leaves behind the next one. */
  #late: string | undefined;

  /** `takeDelay`: whether the next frame is to leave behind the one after it. */
  constructor(userId: string, sink: Sink, takeDelay: () => boolean) {
    this.userId = userId;
    this.#sink = sink;
    this.#takeDelay = takeDelay;
  }

  get isAttached(): boolean {
    return this.#sink !== undefined;
  }

  /** More waits for it than a server would keep. */
  get isOverfull(): boolean {
    return !this.#sink && this.#frames.length > SENT_KEPT + PENDING_KEPT;
  }

  isStale(now: number): boolean {
    return !this.#sink && now - this.#detachedAt > STALE_MS;
  }

  /** `body` is the event without its closing brace, so that it is written once for all connections. */
  deliver(body: string, sameFrameTwice: boolean): void {
    const frame = { seq: this.#nextSeq, text: `${body},"seq":${this.#nextSeq}}` };
    this.#nextSeq += 1;
    this.#frames.push(frame);
    if (!this.#sink) return;
    this.#send(frame.text);
    if (sameFrameTwice) this.#sink?.(frame.text);
    if (this.#frames.length >= SENT_KEPT * 2) this.#frames = this.#frames.slice(-SENT_KEPT);
  }

  /** Sends what was missed from `sequence` on; false when that is not known any more, or the socket is not gone. */
  resume(sequence: number, sink: Sink): boolean {
    // A connection whose socket the server still takes for alive can't be taken over.
    if (this.#sink) return false;
    const oldestKept = this.#frames[0]?.seq ?? this.#nextSeq;
    if (sequence < oldestKept || sequence > this.#nextSeq) return false;
    this.#sink = sink;
    for (const frame of this.#frames) if (frame.seq >= sequence) sink(frame.text);
    return true;
  }

  /** The socket is gone. */
  detach(now: number): void {
    this.#sink = undefined;
    this.#late = undefined;
    this.#detachedAt = now;
    this.#frames = this.#frames.slice(-SENT_KEPT);
  }

  #send(text: string): void {
    const late = this.#late;
    if (late === undefined && this.#takeDelay()) {
      this.#late = text;
      setTimeout(() => this.#flushLate(text), LATE_MS).unref();
      return;
    }
    this.#sink?.(text);
    if (late !== undefined) this.#flushLate(late);
  }

  #flushLate(text: string): void {
    if (this.#late !== text) return;
    this.#late = undefined;
    this.#sink?.(text);
  }
}
