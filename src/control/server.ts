// The daemon's end of the control socket: tells who asks how it is, passes on that projects.yaml has changed, and hands on
// messages of scripts. What it is asked is checked: who may what is decided elsewhere.

import { chmodSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import type { Log } from "../util/log.ts";
import { makeControlFolder, removeAbandonedSockets, removeSocket } from "./location.ts";
import type { LogHistory } from "./log-history.ts";
import { type ControlRequest, PROTOCOL, type ReloadAnswer, request, type Status } from "./protocol.ts";
import type { SendEvent, SendRequest } from "./send-protocol.ts";

/** Nobody has more to ask: a message of the longest, with every character of it written as an escape sequence. */
const LONGEST_REQUEST = 1.5 * 1024 * 1024;
/** Who has not asked by then is not going to. */
const ASK_WITHIN_MS = 5000;
/** What one that follows may leave unread before it is cut off. */
const MOST_UNREAD_BYTES = 4 * 1024 * 1024;

export interface ControlServerOptions {
  /** This process's own: what is there is left from one that had the same number and was killed. */
  readonly path: string;
  readonly log: Log;
  readonly status: () => Status;
  readonly history: LogHistory;
  /** Goes by projects.yaml as it is now; one call at a time. */
  readonly reload?: (() => Promise<ReloadAnswer>) | undefined;
  /** Takes a script's message; resolves when all is told. `gone`: who asked listens no more. Never rejects. */
  readonly send?:
    | ((request: SendRequest, tell: (event: SendEvent) => void, gone: AbortSignal) => Promise<void>)
    | undefined;
}

export class ControlServer {
  readonly #options: ControlServerOptions;
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  /** Ends with the last reload that was asked for. */
  #reloads: Promise<unknown> = Promise.resolve();

  private constructor(options: ControlServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
    this.#server.on("error", (error) => this.#unusable(error));
  }

  /** Where it can't listen, the daemon works without, and the log says so. */
  static listen(options: ControlServerOptions): ControlServer {
    const control = new ControlServer(options);
    try {
      const folder = dirname(options.path);
      makeControlFolder(folder);
      removeSocket(options.path);
      removeAbandonedSockets(folder);
      control.#server.listen(options.path, () => chmodSync(options.path, 0o600));
    } catch (error) {
      control.#unusable(error);
    }
    // It keeps no process alive.
    control.#server.unref();
    return control;
  }

  /** Its file goes with it. */
  close(): void {
    this.#server.close();
    for (const socket of this.#connections) {
      socket.destroy();
    }
  }

  #unusable(error: unknown): void {
    this.#options.log.warn(
      `mm-claude status, logs and send can't reach this daemon: ${this.#options.path} can't be used. ` +
        "Set XDG_RUNTIME_DIR to a directory of your own",
      error,
    );
  }

  #serve(socket: Socket): void {
    this.#connections.add(socket);
    socket.unref();
    let text = "";
    socket.setEncoding("utf8");
    socket.setTimeout(ASK_WITHIN_MS, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#connections.delete(socket));
    const onData = (part: string): void => {
      text += part;
      const end = text.indexOf("\n");
      if (end >= 0) {
        socket.off("data", onData);
        socket.setTimeout(0);
        this.#answer(socket, text.slice(0, end));
      } else if (text.length > LONGEST_REQUEST) {
        socket.destroy();
      }
    };
    socket.on("data", onData);
  }

  #answer(socket: Socket, line: string): void {
    const asked = decode(line);
    if (asked === undefined) {
      const error = `mm-claude does not understand this; it speaks version ${PROTOCOL} of the protocol`;
      socket.end(jsonLine({ error }));
    } else if (asked.request === "status") {
      socket.end(jsonLine(this.#options.status()));
    } else if (asked.request === "reload") {
      this.#reload(socket);
    } else if (asked.request === "send") {
      this.#send(socket, asked);
    } else {
      this.#tellLogs(socket, asked);
    }
  }

  #reload(socket: Socket): void {
    const { reload, log } = this.#options;
    if (reload === undefined) {
      const error = "it can't go by other projects while it runs; restart it";
      socket.end(jsonLine({ error }));
      return;
    }
    // What comes after this one's reading of the file is for the next.
    this.#reloads = this.#reloads.then(reload).then(
      (answer) => socket.end(jsonLine(answer)),
      (error) => {
        log.error("The projects could not be read again", error);
        socket.end(jsonLine({ error: "it failed to; mm-claude logs says more" }));
      },
    );
    // Whatever it still says.
    socket.resume();
  }

  #send(socket: Socket, asked: SendRequest): void {
    const { send } = this.#options;
    const gone = new AbortController();
    socket.on("close", () => gone.abort());
    // It says nothing more, unless it goes.
    socket.resume();
    this.#tell(socket, { event: "accepted" });
    void send?.(asked, (event) => this.#tell(socket, event), gone.signal).then(() => socket.end());
  }

  /** Who does not read is cut off. */
  #tell(socket: Socket, line: unknown): void {
    if (socket.writableLength > MOST_UNREAD_BYTES) {
      socket.destroy();
    } else {
      socket.write(jsonLine(line));
    }
  }

  #tellLogs(socket: Socket, { lines, follow }: ControlRequest & { readonly request: "logs" }): void {
    const { history } = this.#options;
    socket.write(history.newest(lines).map(jsonLine).join(""));
    if (!follow) {
      socket.end();
      return;
    }
    const unfollow = history.follow((one) => this.#tell(socket, one));
    socket.on("close", unfollow);
    // Whatever it still says.
    socket.resume();
  }
}

function decode(line: string): ControlRequest | undefined {
  try {
    return request.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

const jsonLine = (value: unknown): string => `${JSON.stringify(value)}\n`;
