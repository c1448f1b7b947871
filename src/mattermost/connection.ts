// One WebSocket from its first byte to its one end: waits for the server to show itself, pings, and notices a
// peer that fell silent. Knows neither the order of events nor how to reconnect.
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
  /** A server that resumes sends no hello (7.10), so any frame of one that knows us is proof of life. */
  readonly resumes: boolean;
  /** `isFirst`: this frame is the proof of life. Frames before it are not reported. */
  readonly onFrame: (frame: Frame, isFirst: boolean) => void;
  readonly onGarbage: (text: string) => void;
  /** Called once, unless `close` comes first. */
  readonly onEnd: (end: ConnectionEnd) => void;
}

const PROOF_OF_LIFE_WAIT_MS = 10_000;
/** Proxies cut sockets that are silent for 60 s. */
const PING_EVERY_MS = 30_000;
const PONG_WAIT_MS = 10_000;
const CLOSE_WAIT_MS = 1_000;

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #socket: WebSocket | undefined;
  /** For the proof of life first, then for the next ping. */
  #timer: Timer;
  #pongTimer: Timer | undefined;
  #actions = 0;
  #isOpen = false;
  #isHealthy = false;
  #isOver = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { clock } = options;
    this.#timer = clock.setTimeout(() => {
      this.#end(`no hello within ${PROOF_OF_LIFE_WAIT_MS / 1000} s`);
    }, PROOF_OF_LIFE_WAIT_MS);
    try {
      this.#socket = options.create();
    } catch (error) {
      queueMicrotask(() => this.#end(describe(error)));
      return;
    }
    this.#socket.on("open", () => {
      this.#isOpen = true;
      // A resumed connection on which nothing was missed stays silent; the reply to this breaks the silence.
      if (options.resumes) this.send("ping", {});
    });
    this.#socket.on("message", (data, isBinary) => {
      this.#alive();
      if (!isBinary) this.#receive(data.toString());
    });
    this.#socket.on("pong", () => this.#alive());
    this.#socket.on("error", (error) => this.#end(describe(error)));
    this.#socket.on("close", (code) => this.#end(`closed with code ${code}`));
  }

  /** Drops what can't be sent now. */
  send(action: string, data: Readonly<Record<string, unknown>>): void {
    if (this.#isOver || this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#actions += 1;
    this.#socket.send(JSON.stringify({ seq: this.#actions, action, data }), () => {
      // A send that fails is followed by `close`.
    });
  }

  /** Ends politely and without a word to `onEnd`. */
  close(): void {
    if (this.#isOver) return;
    this.#stop();
    const { clock } = this.#options;
    const socket = this.#socket;
    if (socket === undefined) return;
    const timer = clock.setTimeout(() => socket.terminate(), CLOSE_WAIT_MS);
    socket.once("close", () => clock.clearTimeout(timer));
    socket.close(1000);
  }

  #receive(text: string): void {
    if (this.#isOver) return;
    const frame = decodeFrame(text);
    if (frame === undefined) {
      this.#options.onGarbage(text);
      return;
    }
    const isFirst = !this.#isHealthy;
    if (isFirst) {
      if (!this.#proves(frame)) return;
      this.#isHealthy = true;
      this.#options.clock.clearTimeout(this.#timer);
      this.#pingLater();
    }
    this.#options.onFrame(frame, isFirst);
  }

  #proves(frame: Frame): boolean {
    if (frame.kind === "hello") return true;
    return this.#options.resumes && (frame.kind !== "reply" || frame.isAuthenticated);
  }

  #pingLater(): void {
    const { clock } = this.#options;
    this.#timer = clock.setTimeout(() => {
      this.#socket?.ping();
      this.#pongTimer ??= clock.setTimeout(() => {
        this.#end(`no answer to a ping within ${PONG_WAIT_MS / 1000} s`);
      }, PONG_WAIT_MS);
      this.#pingLater();
    }, PING_EVERY_MS);
  }

  #alive(): void {
    this.#options.clock.clearTimeout(this.#pongTimer);
    this.#pongTimer = undefined;
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.#stop();
    this.#socket?.terminate();
    this.#options.onEnd({ reason, wasOpen: this.#isOpen, wasHealthy: this.#isHealthy });
  }

  #stop(): void {
    this.#isOver = true;
    this.#options.clock.clearTimeout(this.#timer);
    this.#alive();
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== "") return error.message;
  // Node's error for a host with several addresses has a code and no message.
  return "code" in error ? String(error.code) : error.name;
}
