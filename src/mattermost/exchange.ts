// One HTTP request with its answer: the token, the timeout, how much is read, and what a refusal means. Tries nothing
// again and knows no endpoint.

import type { Clock, Timer } from "../util/clock.ts";
import type { Redact } from "../util/redact.ts";
import { storable } from "../util/storable.ts";
import type { LimitAnswer } from "./budget.ts";
import {
  type MattermostError,
  redirected,
  refusal,
  tooLarge,
  unreachable,
  unusableProxy,
  unusableToken,
} from "./error.ts";
import { parseJson } from "./json.ts";
import { Form } from "./multipart-form.ts";
import { UnusableProxy } from "./proxy.ts";
import type { Outgoing, Reply, ReplyHeaders, Transport } from "./transport.ts";
import { apiUrl } from "./url.ts";

export interface HttpExchangeOptions {
  readonly url: string;
  readonly token: string;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Gets what each answer says of the server's limit. */
  readonly learn: (answer: LimitAnswer) => void;
  /** Removes the token from what is sent: Claude may have read it somewhere. */
  readonly redact: Redact;
}

export interface HttpRequest {
  /** What it is for, as the end of "Could not …". */
  readonly what: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/api/v4`. */
  readonly path: string;
  /** Sent as JSON, and a form as a form. */
  readonly body?: unknown;
  /** A longer answer is `too-large`, and no more of it is held. */
  readonly maxBytes?: number;
  /** Until the answer; for a body in pieces also from one to the next. */
  readonly timeoutMs: number;
  /** Who asks, when it is no thread. */
  readonly queue?: string;
  /** False: it waits for what people wait for. */
  readonly isUrgent?: boolean;
  /** How many of that queue may be under way. */
  readonly atOnce?: number;
  /** When it is aborted, the request rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly bytes: Uint8Array;
}

export class Failure {
  readonly error: MattermostError;
  readonly mayRetry: boolean;

  constructor(error: MattermostError, mayRetry: boolean) {
    this.error = error;
    this.mayRetry = mayRetry;
  }
}

/** All that is read of a refusal; Mattermost's own are far below a kilobyte. */
const MAX_REFUSAL_BYTES = 64 * 1024;
/** Most answers fit into it; for a longer one the buffer is doubled. */
const FIRST_BUFFER_BYTES = 16 * 1024;

export class HttpExchange {
  readonly #options: HttpExchangeOptions;

  constructor(options: HttpExchangeOptions) {
    this.#options = options;
  }

  /** Rejects only with what the pieces of a body reject with, and when the request's signal is aborted. */
  async perform(request: HttpRequest): Promise<HttpAnswer | Failure> {
    const { url, token, clock } = this.#options;
    const { what, timeoutMs, signal } = request;
    signal?.throwIfAborted();
    // Not left to Node: its error for a header that it can't send may quote the token.
    if (!/^[\x21-\x7e]+$/.test(token)) {
      return new Failure(unusableToken(what), false);
    }
    const abort = new AbortController();
    const giveUp = (): void => abort.abort(signal?.reason);
    signal?.addEventListener("abort", giveUp);
    let timer: Timer | undefined;
    const goesOn = (): void => {
      clock.clearTimeout(timer);
      timer = clock.setTimeout(
        () => abort.abort(new Error(`no answer within ${timeoutMs / 1000} s`)),
        timeoutMs,
      );
    };
    goesOn();
    const body = bodyOf(request.body, this.#options.redact, goesOn);
    try {
      return await this.#read(await this.#send(request, body, abort.signal), request);
    } catch (error) {
      signal?.throwIfAborted();
      if (body.failure) {
        throw body.failure.error;
      }
      if (error instanceof UnusableProxy) {
        return new Failure(unusableProxy(what, error), false);
      }
      // The error of an aborted request names no time; the reason of the abort does.
      return new Failure(unreachable(what, url, abort.signal.aborted ? abort.signal.reason : error), true);
    } finally {
      clock.clearTimeout(timer);
      signal?.removeEventListener("abort", giveUp);
    }
  }

  #send({ method, path }: HttpRequest, { headers, content }: Body, signal: AbortSignal): Promise<Reply> {
    const { url, token, transport } = this.#options;
    return transport({
      // A redirect, which would carry the token to an address nobody configured, is not followed.
      url: `${apiUrl(url)}${path}`,
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        Accept: "application/json",
        ...headers,
      },
      body: content,
      signal,
    });
  }

  async #read(reply: Reply, request: HttpRequest): Promise<HttpAnswer | Failure> {
    const { what, maxBytes = Number.POSITIVE_INFINITY } = request;
    const { status, headers } = reply;
    const waitMs = retryAfterMs(headers.get("retry-after"), this.#options.clock.now());
    this.#options.learn({ status, headers, retryAfterMs: waitMs });
    if (status < 200 || status >= 300) {
      const bytes = await bytesOf(reply, MAX_REFUSAL_BYTES);
      return refused(reply, bytes ?? new Uint8Array(), what, waitMs);
    }
    const bytes = await bytesOf(reply, maxBytes);
    return bytes ? { status, headers, bytes } : new Failure(tooLarge(what, status, maxBytes), false);
  }
}

interface Body {
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Outgoing["body"];
  /** Why its pieces ended early. */
  failure?: { readonly error: unknown };
}

/** `goesOn`: each time a piece has been taken. */
function bodyOf(body: unknown, redact: Redact, goesOn: () => void): Body {
  if (body === undefined) {
    return { headers: {}, content: undefined };
  }
  if (!(body instanceof Form)) {
    return { headers: { "Content-Type": "application/json" }, content: redact(toJson(body)) };
  }
  const { contentType, length, body: form } = body;
  if (typeof form !== "function") {
    return { headers: { "Content-Type": contentType }, content: form };
  }
  const streamed: Body = {
    headers: { "Content-Type": contentType, "Content-Length": String(length) },
    async *content() {
      try {
        for await (const piece of form()) {
          yield piece;
          goesOn();
        }
      } catch (error) {
        streamed.failure = { error };
        throw error;
      }
    },
  };
  return streamed;
}

/** The text of every request is made here, so that no caller must remember what databases can't store. */
function toJson(body: unknown): string {
  return JSON.stringify(body, (_key, value: unknown) =>
    typeof value === "string" ? storable(value) : value,
  );
}

/**
 * Undefined when there are more than `maxBytes`; the rest is not read. Reads into one buffer: as a list of pieces, a
 * body that comes byte by byte would take many times its size.
 */
async function bytesOf({ body, headers, cancel }: Reply, maxBytes: number): Promise<Uint8Array | undefined> {
  const declared = Number(headers.get("content-length"));
  if (declared > maxBytes) {
    cancel();
    return undefined;
  }
  // A buffer of the declared size is allocated only where a limit keeps it small.
  const isBounded = declared > 0 && maxBytes !== Number.POSITIVE_INFINITY;
  let buffer = new Uint8Array(Math.min(isBounded ? declared : FIRST_BUFFER_BYTES, maxBytes));
  let length = 0;
  for await (const piece of body) {
    const end = length + piece.length;
    if (end > maxBytes) {
      cancel();
      return undefined;
    }
    if (end > buffer.length) {
      const grown = new Uint8Array(Math.min(maxBytes, Math.max(end, 2 * buffer.length)));
      grown.set(buffer);
      buffer = grown;
    }
    buffer.set(piece, length);
    length = end;
  }
  return buffer.subarray(0, length);
}

function refused(
  { status, headers }: Reply,
  bytes: Uint8Array,
  what: string,
  waitMs: number | undefined,
): Failure {
  if (status >= 300 && status < 400) {
    return new Failure(redirected(what, status, headers.get("location") ?? undefined), false);
  }
  const mayRetry = status === 429 || (status >= 500 && status !== 501);
  const serverId = serverIdOf(status, headers, bytes);
  return new Failure(refusal(what, status, { serverId, retryAfterMs: waitMs }), mayRetry);
}

/** Seconds or an HTTP date. */
function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) {
    return undefined;
  }
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

const REJECTED_BY_PLUGIN = "Post rejected by plugin.";

/**
 * The id of an error of Mattermost's own; undefined when something else has answered. Seen on 7.10 and 10.11: JSON,
 * sent as such, in which the id and the status are always present. Where a plugin rejects a post, its message takes the
 * place of the id (read in the server's source).
 */
function serverIdOf(status: number, headers: ReplyHeaders, bytes: Uint8Array): string | undefined {
  const type = headers.get("content-type");
  if (type !== null && !/^(?:application\/json|text\/plain)\b/i.test(type)) {
    return undefined;
  }
  const body = parseJson(new TextDecoder().decode(bytes));
  if (typeof body !== "object" || body === null || !("id" in body) || !("status_code" in body)) {
    return undefined;
  }
  const { id, status_code: statusInBody } = body;
  if (typeof id !== "string" || statusInBody !== status) {
    return undefined;
  }
  if (id.startsWith(REJECTED_BY_PLUGIN)) {
    return "plugin.message_will_be_posted";
  }
  return /^[a-z]\w*(\.[\w-]+){1,9}$/i.test(id) ? id : undefined;
}
