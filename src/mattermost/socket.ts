// The stream of the server's events for as long as the program runs. Always reconnects, resumes where it can, and
// reports when it can't. Knows the numbers of frames, not the meaning of posts.

import { WebSocket } from "ws";
import { AsyncQueue } from "../util/async-queue.ts";
import { backoffMs } from "../util/backoff.ts";
import type { Clock, Timer } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { Connection, type ConnectionEnd } from "./connection.ts";
import type { Frame } from "./frame.ts";
import { proxyAgent } from "./proxy.ts";
import type { ChannelId, SocketEvent, ThreadId } from "./types.ts";
import { socketUrl } from "./url.ts";

export interface SocketOptions {
  readonly url: string;
  readonly token: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** The server took the connection and ended it without a hello, as it does with a token it doesn't accept (7.10). */
  readonly onRefused?: () => void;
  readonly createWebSocket?: (url: string, headers: Readonly<Record<string, string>>) => WebSocket;
}

/** The first pause is short: after most drops a new connection succeeds at once. */
const BACKOFF = { baseMs: 250, maxMs: 30_000 };

/** Where a connection that drops can be resumed. */
interface Position {
  readonly connectionId: string;
  readonly nextSeq: number;
}

type EventFrame = Extract<Frame, { readonly kind: "event" | "skipped" }>;

export class MattermostSocket {
  readonly #options: SocketOptions;
  readonly #events = new AsyncQueue<SocketEvent>();
  #connection: Connection | undefined;
  #position: Position | undefined;
  #failures = 0;
  #retry: Timer | undefined;
  #isClosed = false;

  private constructor(options: SocketOptions) {
    this.#options = options;
  }

  static open(options: SocketOptions): MattermostSocket {
    const socket = new MattermostSocket(options);
    socket.#connect();
    return socket;
  }

  /** For one consumer; ends after `close`. */
  get events(): AsyncIterable<SocketEvent> {
    return this.#events;
  }

  /** Shows the account as typing for about 5 s. Does nothing while there is no connection. */
  sendTyping(channelId: ChannelId, threadId: ThreadId): void {
    this.#connection?.send("user_typing", { channel_id: channelId, parent_id: threadId });
  }

  close(): void {
    this.#isClosed = true;
    this.#options.clock.clearTimeout(this.#retry);
    this.#connection?.close();
    this.#events.close();
  }

  #connect(): void {
    const { clock, log } = this.#options;
    this.#connection = Connection.open({
      create: () => this.#createWebSocket(),
      clock,
      resumes: this.#position !== undefined,
      onFrame: (frame, isFirst) => this.#receive(frame, isFirst),
      onUnreadable: (text) => log.warn(`skipped a socket message that is no frame: ${text.slice(0, 200)}`),
      onAlive: (askedAt) => this.#events.push({ type: "alive", askedAt }),
      onEnd: (end) => this.#lost(end),
    });
  }

  #createWebSocket(): WebSocket {
    const { url, token, createWebSocket } = this.#options;
    const position = this.#position;
    const query = position && `?connection_id=${position.connectionId}&sequence_number=${position.nextSeq}`;
    const target = `${socketUrl(url)}${query ?? ""}`;
    // The header, and not the challenge message, is what makes a connection one that can be resumed (7.10).
    const headers = { Authorization: `Bearer ${token}` };
    return createWebSocket
      ? createWebSocket(target, headers)
      : new WebSocket(target, { headers, agent: proxyAgent(url, {}) });
  }

  #receive(frame: Frame, isFirst: boolean): void {
    if (isFirst) {
      this.#failures = 0;
    }
    const position = this.#position;
    if (frame.kind === "hello" && frame.connectionId !== position?.connectionId) {
      this.#hello({ connectionId: frame.connectionId, nextSeq: frame.seq + 1 }, false);
      return;
    }
    // Without a position the connection doesn't resume, so its first frame was a hello.
    if (position === undefined) {
      return;
    }
    if (frame.kind === "event" || frame.kind === "skipped") {
      this.#receiveEvent(frame, position, isFirst);
    } else if (isFirst) {
      this.#hello(position, true);
    }
  }

  #receiveEvent(frame: EventFrame, position: Position, isFirst: boolean): void {
    const { log } = this.#options;
    const missing = frame.seq - position.nextSeq;
    const isGap = missing > 0;
    if (isGap) {
      log.warn(`the socket skipped ${missing} events`);
    }
    if (isGap || isFirst) {
      this.#hello(position, !isGap);
    }
    // It was received before the connection was resumed.
    if (missing < 0) {
      return;
    }
    this.#position = { ...position, nextSeq: frame.seq + 1 };
    if (frame.kind === "event") {
      this.#events.push(frame.event);
    } else if (frame.problem !== undefined) {
      log.warn(`skipped a socket event: ${frame.problem}`);
    }
  }

  #hello(position: Position, resumed: boolean): void {
    this.#position = position;
    this.#events.push({ type: "hello", connectionId: position.connectionId, resumed });
  }

  #lost({ reason, wasOpen, wasHealthy }: ConnectionEnd): void {
    this.#connection = undefined;
    if (wasHealthy) {
      this.#events.push({ type: "disconnected", reason });
    } else if (wasOpen) {
      // The server took the connection, but not the position to resume at: only a new connection can help.
      this.#position = undefined;
      this.#options.onRefused?.();
    }
    this.#reconnectLater(reason, wasHealthy);
  }

  /** `isTold`: somebody has it from the event already. */
  #reconnectLater(reason: string, isTold = false): void {
    const { clock, log, random } = this.#options;
    const waitMs = backoffMs(this.#failures, { ...BACKOFF, random });
    const line = `no connection to Mattermost (${reason}); trying again in ${(waitMs / 1000).toFixed(1)} s`;
    // An outage is told once; the tries after it are shown with --debug only.
    if (this.#failures === 0 && !isTold) {
      log.warn(line);
    } else {
      log.debug(line);
    }
    this.#failures += 1;
    this.#retry = clock.setTimeout(() => {
      if (!this.#isClosed) {
        this.#connect();
      }
    }, waitMs);
  }
}
