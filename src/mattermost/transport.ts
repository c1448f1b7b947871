// One HTTP request over Node's own client. Not `fetch`: that costs 20 to 40 MB and 60 ms at its first use (Node 20). Follows
// no redirect, decompresses nothing, knows no Mattermost.

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

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
  const agents = { http: new HttpAgent(AGENT), https: new HttpsAgent(AGENT) };

  const send = (outgoing: Outgoing, onFresh: boolean): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const { url, method, headers, body, signal } = outgoing;
      const isSecure = /^https:/i.test(url);
      const agent = onFresh ? false : isSecure ? agents.https : agents.http;
      const request = (isSecure ? httpsRequest : httpRequest)(url, { method, headers, agent, signal });
      request.once("response", (message) => resolve(replyOf(message)));
      request.once("error", (error) => {
        // The server has just left the idle connection: it never saw the request.
        if (request.reusedSocket && isReset(error)) send(outgoing, true).then(resolve, reject);
        else reject(error);
      });
      request.end(body);
    });

  return (outgoing) => send(outgoing, false);
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
