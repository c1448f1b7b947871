// The stream of the server's events for as long as the program lives: reconnects for ever, resumes where it
// can and says so where it can't. Knows the numbers of frames, not the meaning of posts.
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

export interface MattermostSocket {
  /** For one consumer; ends after `close`. */
  readonly events: AsyncIterable<SocketEvent>;
  /** Shows the account as typing for about 5 s. Does nothing while there is no connection. */
  sendTyping(channelId: ChannelId, threadId: ThreadId): void;
  close(): void;
}

/** The first pause is short: most connections that drop can be had again at once. */
const BACKOFF = { baseMs: 250, maxMs: 30_000 };

/** Where a connection that drops could be taken up again. */
interface Position {
  readonly connectionId: string;
  readonly nextSeq: number;
}

export function openSocket(options: SocketOptions): MattermostSocket {
  return new ReconnectingSocket(options);
}

class ReconnectingSocket implements MattermostSocket {
  readonly events = new AsyncQueue<SocketEvent>();
  readonly #options: SocketOptions;
  #connection: Connection | undefined;
  #position: Position | undefined;
  #failures = 0;
  #retry: Timer | undefined;
  #isClosed = false;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#connect();
  }

  sendTyping(channelId: ChannelId, threadId: ThreadId): void {
    this.#connection?.send("user_typing", { channel_id: channelId, parent_id: threadId });
  }

  close(): void {
    this.#isClosed = true;
    this.#options.clock.clearTimeout(this.#retry);
    this.#connection?.close();
    this.events.close();
  }

  #connect(): void {
    const { url, token, clock, log } = this.#options;
    const createWebSocket =
      this.#options.createWebSocket ??
      ((target, headers) => new WebSocket(target, { headers, agent: proxyAgent(url, {}) }));
    const position = this.#position;
    const query = position && `?connection_id=${position.connectionId}&sequence_number=${position.nextSeq}`;
    this.#connection = new Connection({
      // The header, and not the challenge message, is what makes a connection one that can be resumed (7.10).
      create: () => createWebSocket(`${socketUrl(url)}${query ?? ""}`, { Authorization: `Bearer ${token}` }),
      clock,
      resumes: position !== undefined,
      onFrame: (frame, isFirst) => this.#receive(frame, isFirst),
      onGarbage: (text) => log.warn(`skipped a socket message that is no frame: ${text.slice(0, 200)}`),
      onEnd: (end) => this.#lost(end),
    });
  }

  #receive(frame: Frame, isFirst: boolean): void {
    if (isFirst) this.#failures = 0;
    const position = this.#position;
    if (frame.kind === "hello" && frame.connectionId !== position?.connectionId) {
      this.#hello({ connectionId: frame.connectionId, nextSeq: frame.seq + 1 }, false);
      return;
    }
    // Without a position the connection doesn't resume, so its first frame was a hello.
    if (position === undefined) return;
    if (frame.kind === "hello" || frame.kind === "reply") {
      if (isFirst) this.#hello(position, true);
      return;
    }
    const { connectionId, nextSeq } = position;
    const isGap = frame.seq > nextSeq;
    if (isGap) this.#options.log.warn(`the socket skipped ${frame.seq - nextSeq} events`);
    if (isGap || isFirst) this.#hello(position, !isGap);
    if (frame.seq < nextSeq) return;
    this.#position = { connectionId, nextSeq: frame.seq + 1 };
    if (frame.kind === "event") this.events.push(frame.event);
    else if (frame.problem !== undefined) this.#options.log.warn(`skipped a socket event: ${frame.problem}`);
  }

  #hello(position: Position, resumed: boolean): void {
    this.#position = position;
    this.events.push({ type: "hello", connectionId: position.connectionId, resumed });
  }

  #lost({ reason, wasOpen, wasHealthy }: ConnectionEnd): void {
    this.#connection = undefined;
    if (wasHealthy) this.events.push({ type: "disconnected", reason });
    // The server took the upgrade but not the place to resume at: only a new start can help.
    else if (wasOpen) {
      this.#position = undefined;
      this.#options.onRefused?.();
    }
    const { clock, log, random } = this.#options;
    const waitMs = backoffMs(this.#failures, { ...BACKOFF, random });
    const line = `no connection to Mattermost (${reason}); trying again in ${(waitMs / 1000).toFixed(1)} s`;
    // One warning for an outage; the tries after it interest only those who look closer.
    if (this.#failures === 0) log.warn(line);
    else log.debug(line);
    this.#failures += 1;
    this.#retry = clock.setTimeout(() => {
      if (!this.#isClosed) this.#connect();
    }, waitMs);
  }
}
