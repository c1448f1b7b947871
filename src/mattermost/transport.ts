// One HTTP request over Node's own client, through a proxy where the environment names one. Not `fetch`: that costs 20 to
// 40 MB and 60 ms at its first use (Node 20). Follows no redirect, decompresses nothing, knows no Mattermost.

import {
  type AgentOptions,
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
  readonly body: string | Uint8Array | undefined;
  readonly signal: AbortSignal;
}

export interface ReplyHeaders {
  /** `name` in lower case; several values are joined by `, `. */
  get(name: string): string | null;
}

export interface Reply {
  readonly status: number;
  readonly headers: ReplyHeaders;
  /** To be read to its end, or given up by `cancel`. */
  readonly body: AsyncIterable<Uint8Array>;
  cancel(): void;
}

/** Rejects when no answer comes; an answer that breaks off rejects where its body is read. */
export type Transport = (outgoing: Outgoing) => Promise<Reply>;

/** Idle connections are left before a usual server or proxy leaves them. */
const AGENT = { keepAlive: true, maxFreeSockets: 8, timeout: 4000 };

export function createTransport(): Transport {
  /** By origin: of one server as a rule. */
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
      request.once("response", (message) => resolve(replyOf(message)));
      request.once("error", (error) => {
        // The server has just left the idle connection: it never saw the request.
        if (request.reusedSocket && isReset(error)) {
          send(outgoing, createAgent(url, {})).then(resolve, reject);
        } else {
          reject(error);
        }
      });
      // As long as there is no connection yet, Node keeps a request that is given up.
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      request.end(body);
    });

  return async (outgoing) => send(outgoing, agentOf(outgoing.url));
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
  // Whoever cancels hears no more of it.
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
