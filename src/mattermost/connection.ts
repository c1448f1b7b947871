// One WebSocket from its start to its end: waits until the server shows that it works, pings, and notices when the
// server stops answering. Knows neither the order of events nor how to reconnect.

import { WebSocket } from "ws";
import type { Clock, Timer } from "../util/clock.ts";
import { decodeFrame, type Frame } from "./frame.ts";

export interface ConnectionEnd {
  readonly reason: string;
  /** The server had accepted the upgrade. */
  readonly wasOpen: boolean;
  /** The server had said hello or had shown that it resumed. */
  readonly wasHealthy: boolean;
}

export interface ConnectionOptions {
  readonly create: () => WebSocket;
  readonly clock: Clock;
  /** A server that resumes sends no hello (7.10), so any frame of one that accepts the token shows that it works. */
  readonly resumes: boolean;
  /** `isFirst`: this frame shows that the connection works. Frames before it are not reported. */
  readonly onFrame: (frame: Frame, isFirst: boolean) => void;
  readonly onUnreadable: (text: string) => void;
  /** The server has answered a ping that was sent at that time. */
  readonly onAlive: (askedAt: number) => void;
  /** Called once, unless `close` comes first. */
  readonly onEnd: (end: ConnectionEnd) => void;
}

const HEALTHY_WITHIN_MS = 10_000;
/** Proxies close connections on which nothing is sent for 60 s. */
const PING_EVERY_MS = 30_000;
const PONG_WAIT_MS = 10_000;
const CLOSE_WAIT_MS = 1_000;

export class Connection {
  readonly #options: ConnectionOptions;
  #socket: WebSocket | undefined;
  /** Until the connection is healthy, then for the next ping. */
  #timer: Timer | undefined;
  #pongTimer: Timer | undefined;
  #actions = 0;
  #isOpen = false;
  #isHealthy = false;
  #isOver = false;

  private constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  static open(options: ConnectionOptions): Connection {
    const connection = new Connection(options);
    connection.#open();
    return connection;
  }

  /** Drops what can't be sent now. */
  send(action: string, data: Readonly<Record<string, unknown>>): void {
    if (this.#isOver || this.#socket?.readyState !== WebSocket.OPEN) {
      return;
    }
    this.#actions += 1;
    this.#socket.send(JSON.stringify({ seq: this.#actions, action, data }), () => {
      // A send that fails is followed by `close`.
    });
  }

  /** Ends with a closing handshake, and without a call of `onEnd`. */
  close(): void {
    if (this.#isOver) {
      return;
    }
    this.#stop();
    const { clock } = this.#options;
    const socket = this.#socket;
    if (socket === undefined) {
      return;
    }
    const timer = clock.setTimeout(() => socket.terminate(), CLOSE_WAIT_MS);
    socket.once("close", () => clock.clearTimeout(timer));
    socket.close(1000);
  }

  #open(): void {
    const { create, clock } = this.#options;
    this.#timer = clock.setTimeout(() => {
      this.#end(`no hello within ${HEALTHY_WITHIN_MS / 1000} s`);
    }, HEALTHY_WITHIN_MS);
    try {
      this.#socket = create();
    } catch (error) {
      queueMicrotask(() => this.#end(describe(error)));
      return;
    }
    this.#listen(this.#socket);
  }

  #listen(socket: WebSocket): void {
    socket.on("open", () => {
      this.#isOpen = true;
      // On a resumed connection that missed nothing the server sends nothing; it answers this.
      if (this.#options.resumes) {
        this.send("ping", {});
      }
    });
    socket.on("message", (data, isBinary) => {
      this.#stopPongTimer();
      if (!isBinary) {
        this.#receive(data.toString());
      }
    });
    socket.on("pong", (data) => {
      this.#stopPongTimer();
      // It says again what the ping said (RFC 6455, 5.5.3); one that was not asked for says nothing.
      const askedAt = Number(data.toString());
      if (askedAt > 0 && !this.#isOver) {
        this.#options.onAlive(askedAt);
      }
    });
    socket.on("error", (error) => this.#end(describe(error)));
    socket.on("close", (code) => this.#end(`closed with code ${code}`));
  }

  #receive(text: string): void {
    if (this.#isOver) {
      return;
    }
    const frame = decodeFrame(text);
    if (frame === undefined) {
      this.#options.onUnreadable(text);
      return;
    }
    const isFirst = !this.#isHealthy;
    if (isFirst) {
      if (!this.#showsHealth(frame)) {
        return;
      }
      this.#isHealthy = true;
      this.#options.clock.clearTimeout(this.#timer);
      this.#pingLater();
    }
    this.#options.onFrame(frame, isFirst);
  }

  #showsHealth(frame: Frame): boolean {
    if (frame.kind === "hello") {
      return true;
    }
    return this.#options.resumes && (frame.kind !== "reply" || frame.isAuthenticated);
  }

  #pingLater(): void {
    const { clock } = this.#options;
    this.#timer = clock.setTimeout(() => {
      this.#socket?.ping(String(clock.now()));
      this.#pongTimer ??= clock.setTimeout(() => {
        this.#end(`no answer to a ping within ${PONG_WAIT_MS / 1000} s`);
      }, PONG_WAIT_MS);
      this.#pingLater();
    }, PING_EVERY_MS);
  }

  #stopPongTimer(): void {
    this.#options.clock.clearTimeout(this.#pongTimer);
    this.#pongTimer = undefined;
  }

  #end(reason: string): void {
    if (this.#isOver) {
      return;
    }
    this.#stop();
    this.#socket?.terminate();
    this.#options.onEnd({ reason, wasOpen: this.#isOpen, wasHealthy: this.#isHealthy });
  }

  #stop(): void {
    this.#isOver = true;
    this.#options.clock.clearTimeout(this.#timer);
    this.#stopPongTimer();
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  if (error.message !== "") {
    return error.message;
  }
  // Node's error for a host with several addresses has a code and no message.
  return "code" in error ? String(error.code) : error.name;
}
