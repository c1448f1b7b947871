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
   * to the wire before the next is asked for. Their length has to be in the headers.
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

/** Idle connections are closed here before a usual server or proxy closes them. */
const AGENT = { keepAlive: true, maxFreeSockets: 8, timeout: 4000 };

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
          send(outgoing, freshAgent(url)).then(resolve, reject);
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

  // What can't be sent again by itself gets a connection that can't have been left.
  return async (outgoing) =>
    send(outgoing, typeof outgoing.body === "function" ? freshAgent(outgoing.url) : agentOf(outgoing.url));
}

async function sendPieces(request: ClientRequest, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  let isOver = false;
  let goOn = (): void => {};
  const end = (): void => {
    isOver = true;
    goOn();
  };
  request.once("response", end).once("close", end);
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

const freshAgent = (url: string): HttpAgent => createAgent(url, {});

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
