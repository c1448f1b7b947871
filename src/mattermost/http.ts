// One HTTP exchange with the server, with timeout, retries and the token. Knows no endpoint.
import { LONGEST_RETRY_AFTER_MS } from "../util/backoff.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import type { Redact } from "../util/redact.ts";
import { storable } from "../util/storable.ts";
import { type Budget, pauseAfter, type SlotRequest } from "./budget.ts";
import {
  badAnswer,
  type MattermostError,
  redirected,
  refusal,
  tooLarge,
  unreachable,
  unusableProxy,
  unusableToken,
} from "./error.ts";
import { Form } from "./multipart-form.ts";
import { UnusableProxy } from "./proxy.ts";
import type { Reply, ReplyHeaders, Transport } from "./transport.ts";
import { apiUrl } from "./url.ts";

export interface HttpOptions {
  readonly url: string;
  readonly token: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log | undefined;
  /** How often a request is sent at most. */
  readonly tries: number;
  readonly budget: Budget;
  /** Takes the token out of what is said: Claude may have read it somewhere. */
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
  /** An answer of more is `too-large`, and no more of it is held. */
  readonly maxBytes?: number;
  readonly timeoutMs: number;
  /** Who asks, when it is no thread. */
  readonly queue?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly bytes: Uint8Array;
}

/** Throws MattermostError for every answer that isn't 2xx, and when no answer comes. */
export type SendHttp = (request: HttpRequest) => Promise<HttpAnswer>;

const BACKOFF = { baseMs: 500, maxMs: 8_000 };
/** All that is read of a refusal; Mattermost's own are far below a kilobyte. */
const MAX_REFUSAL_BYTES = 64 * 1024;
/** Most answers fit into it; what holds a longer one doubles. */
const FIRST_PIECE_BYTES = 16 * 1024;

export interface Http {
  /** Tries a few times, each in a turn of its own. */
  readonly send: SendHttp;
  /** One try at once, for whoever has the turn already. */
  readonly sendOnce: SendHttp;
}

export function createHttp(options: HttpOptions): Http {
  const { clock, random, log, budget } = options;
  /** Undefined until the server has accepted it once. */
  let isTokenGood: boolean | undefined;
  const tryOnce = async (request: HttpRequest): Promise<HttpAnswer | Failure> => {
    const outcome = await exchange(options, request);
    if (!(outcome instanceof Failure)) {
      if (isTokenGood === false) log?.info("The server accepts the token again.");
      isTokenGood = true;
    } else if (outcome.error.code === "unauthorized" && isTokenGood) {
      isTokenGood = false;
      log?.error(
        "The server doesn't accept the token any more. Nothing is lost, and it is tried on and on: " +
          "let the server accept it again, or put a valid one in MATTERMOST_TOKEN and start mm-claude again.",
      );
    }
    return outcome;
  };
  const send: SendHttp = async (request) => {
    const slotRequest: SlotRequest = { queue: request.queue ?? "", isUrgent: () => true };
    for (let attempt = 0; ; attempt++) {
      const outcome = await budget.inSlot(slotRequest, () => tryOnce(request));
      if (!(outcome instanceof Failure)) return outcome;
      const { error, mayRetry } = outcome;
      // Whoever is asked to wait for longer is told instead.
      if (!mayRetry || attempt + 1 >= options.tries || (error.retryAfterMs ?? 0) > LONGEST_RETRY_AFTER_MS)
        throw error;
      log?.debug(`trying again to ${request.what}`, error);
      const ms = pauseAfter(error, attempt, { ...BACKOFF, random });
      await new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
    }
  };
  const sendOnce: SendHttp = async (request) => {
    const outcome = await tryOnce(request);
    if (outcome instanceof Failure) throw outcome.error;
    return outcome;
  };
  return { send, sendOnce };
}

class Failure {
  readonly error: MattermostError;
  readonly mayRetry: boolean;

  constructor(error: MattermostError, mayRetry: boolean) {
    this.error = error;
    this.mayRetry = mayRetry;
  }
}

async function exchange(options: HttpOptions, request: HttpRequest): Promise<HttpAnswer | Failure> {
  const { url, token, clock } = options;
  const { what, method, path, body, timeoutMs } = request;
  const maxBytes = request.maxBytes ?? Number.POSITIVE_INFINITY;
  const abort = new AbortController();
  const timer = clock.setTimeout(
    () => abort.abort(new Error(`no answer within ${timeoutMs / 1000} s`)),
    timeoutMs,
  );
  try {
    // Not left to Node: nobody knows what its error for a header it can't send quotes.
    if (!/^[\x21-\x7e]+$/.test(token)) return new Failure(unusableToken(what), false);
    const form = body instanceof Form ? body : undefined;
    const reply = await options.transport({
      // A redirect, which would carry the token to an address nobody configured, is not followed.
      url: `${apiUrl(url)}${path}`,
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": form?.contentType ?? "application/json" }),
      },
      body: body === undefined ? undefined : (form?.bytes ?? options.redact(toJson(body))),
      signal: abort.signal,
    });
    const { status, headers } = reply;
    const waitMs = retryAfterMs(headers.get("retry-after"), clock.now());
    options.budget.learn({ status, headers, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) });
    const isOk = status >= 200 && status < 300;
    const bytes = await bytesOf(reply, isOk ? maxBytes : MAX_REFUSAL_BYTES);
    if (bytes === undefined && isOk) return new Failure(tooLarge(what, status, maxBytes), false);
    return isOk && bytes
      ? { status, headers, bytes }
      : refused(reply, bytes ?? new Uint8Array(), what, waitMs);
  } catch (error) {
    if (error instanceof UnusableProxy) return new Failure(unusableProxy(what, error), false);
    // A request that was aborted rejects with its own word for it; ours says how long we waited.
    return new Failure(unreachable(what, url, abort.signal.aborted ? abort.signal.reason : error), true);
  } finally {
    clock.clearTimeout(timer);
  }
}

/** Whatever is said goes through here, so that nobody need remember what can't be kept. */
function toJson(body: unknown): string {
  return JSON.stringify(body, (_key, value: unknown) =>
    typeof value === "string" ? storable(value) : value,
  );
}

/**
 * Undefined when there are more than `maxBytes`: what is beyond is left on the wire. Read into one piece, as a body that
 * comes byte by byte would weigh many times its size in pieces.
 */
async function bytesOf({ body, headers, cancel }: Reply, maxBytes: number): Promise<Uint8Array | undefined> {
  const declared = Number(headers.get("content-length"));
  if (declared > maxBytes) {
    cancel();
    return undefined;
  }
  // Room for as much as is said to come is made only where a limit keeps it small.
  const isBounded = declared > 0 && maxBytes !== Number.POSITIVE_INFINITY;
  let held = new Uint8Array(Math.min(isBounded ? declared : FIRST_PIECE_BYTES, maxBytes));
  let length = 0;
  for await (const piece of body) {
    const end = length + piece.length;
    if (end > maxBytes) {
      cancel();
      return undefined;
    }
    if (end > held.length) {
      const grown = new Uint8Array(Math.min(maxBytes, Math.max(end, 2 * held.length)));
      grown.set(held);
      held = grown;
    }
    held.set(piece, length);
    length = end;
  }
  return held.subarray(0, length);
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
  if (header === null) return undefined;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1000;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

const REJECTED_BY_PLUGIN = "Post rejected by plugin.";

/**
 * The id of an error of Mattermost's own; undefined when something else has answered. Seen on 7.10 and 10.11: JSON, sent
 * as such, of which the id and the status are never left out. Where a plugin takes no post its words are in the place of
 * the id (read in the server's source).
 */
function serverIdOf(status: number, headers: ReplyHeaders, bytes: Uint8Array): string | undefined {
  const type = headers.get("content-type");
  if (type !== null && !/^(?:application\/json|text\/plain)\b/i.test(type)) return undefined;
  const body = parseJson(bytes);
  if (typeof body !== "object" || body === null || !("id" in body) || !("status_code" in body))
    return undefined;
  const { id, status_code: said } = body;
  if (typeof id !== "string" || said !== status) return undefined;
  if (id.startsWith(REJECTED_BY_PLUGIN)) return "plugin.message_will_be_posted";
  return /^[a-z]\w*(\.[\w-]+){1,9}$/i.test(id) ? id : undefined;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** The answer's JSON as `decode` reads it; MattermostError `bad-answer` when it can't. */
export function readJson<T>(answer: HttpAnswer, what: string, decode: (json: unknown) => T | undefined): T {
  const value = decode(parseJson(answer.bytes));
  if (value === undefined) throw badAnswer(what, answer.status);
  return value;
}
