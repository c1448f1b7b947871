// One HTTP request over Node's own client, through a proxy where the environment names one. Not `fetch`, which takes 20
// to 40 MB and 60 ms at its first use (Node 20). Follows no redirect, decompresses nothing, knows nothing of
// Mattermost.

import {
  type AgentOptions,
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { proxyAgent } from "./proxy.ts";

export interface Outgoing {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Pieces are sent as fast as they are taken, and no more of them are asked for once there is an answer. Each is written
   * to the wire before the next is asked for. Their length has to be in the headers. They get a connection of their own:
   * one that was left can't be told from a server that breaks off. The server is asked to keep it, because whoever
   * answers early and closes may have its answer thrown away with what it has not read.
   */
  readonly body: string | Uint8Array | (() => AsyncIterable<Uint8Array>) | undefined;
  readonly signal: AbortSignal;
}

export interface ReplyHeaders {
  /** `name` in lower case; several values are joined by `, `. */
  get(name: string): string | null;
}

export interface Reply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** To be read to its end, or given up with `cancel`. */
  readonly body: AsyncIterable<Uint8Array>;
  cancel(): void;
}

/** Rejects when no answer comes; when the connection breaks in the middle of one, the reading of its body throws. */
export type Transport = (outgoing: Outgoing) => Promise<Reply>;

/**
 * Idle connections are closed here before a usual server or proxy closes them. As many are kept as are used at once (see
 * budget.ts): to open another one for each of a burst costs more than the requests.
 */
const AGENT = { keepAlive: true, maxFreeSockets: 16, timeout: 4000 };

export function createTransport(): Transport {
  /** By origin; as a rule there is one. */
  const agents = new Map<string, HttpAgent>();
  const agentOf = (url: string): HttpAgent => {
    const { origin } = new URL(url);
    const agent = agents.get(origin) ?? createAgent(url, AGENT);
    agents.set(origin, agent);
    return agent;
  };

  const send = (outgoing: Outgoing, agent: HttpAgent): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const { url, method, headers, body, signal } = outgoing;
      const request = (isSecure(url) ? httpsRequest : httpRequest)(url, { method, headers, agent, signal });
      request.once("response", (message) => {
        if (!request.writableEnded) {
          // Answered before all was sent: the connection is of no more use.
          message.once("end", () => request.destroy());
        }
        resolve(replyOf(message));
      });
      request.once("error", (error) => {
        // The server had just closed the idle connection: it never saw the request.
        if (request.reusedSocket && isReset(error)) {
          send(outgoing, createAgent(url, {})).then(resolve, reject);
        } else {
          reject(error);
        }
      });
      // While there is no connection yet, Node doesn't end a request that is aborted.
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      if (typeof body === "function") {
        sendPieces(request, body()).catch((error: Error) => request.destroy(error));
      } else {
        request.end(body);
      }
    });

  return async (outgoing) =>
    send(
      outgoing,
      typeof outgoing.body === "function" ? createAgent(outgoing.url, AGENT) : agentOf(outgoing.url),
    );
}

async function sendPieces(request: ClientRequest, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  let isOver = false;
  let goOn = (): void => {};
  const end = (): void => {
    isOver = true;
    goOn();
  };
  // A piece that is written to a connection just broken is an error of its own, after the one that is told.
  request.once("response", end).once("close", end).on("error", end);
  for await (const piece of pieces) {
    await new Promise<void>((resolve) => {
      goOn = resolve;
      if (isOver) {
        resolve();
      } else {
        request.write(piece, () => resolve());
      }
    });
    if (isOver) {
      return;
    }
  }
  if (!isOver) {
    request.end();
  }
}

function createAgent(url: string, options: AgentOptions): HttpAgent {
  return proxyAgent(url, options) ?? new (isSecure(url) ? HttpsAgent : HttpAgent)(options);
}

function isSecure(url: string): boolean {
  return /^https:/i.test(url);
}

function isReset(error: Error): boolean {
  return "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
}

function replyOf(message: IncomingMessage): Reply {
  // An error after `cancel` is nobody's: without a listener it would end the process.
  message.on("error", () => {});
  return {
    status: message.statusCode ?? 0,
    headers: {
      get(name) {
        const value = message.headers[name];
        return value === undefined ? null : Array.isArray(value) ? value.join(", ") : value;
      },
    },
    body: message,
    cancel: () => void message.destroy(),
  };
}
