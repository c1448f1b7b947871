// Requests whose answer is JSON, read by a decoder. Knows no endpoint.

import { badAnswer, MattermostError } from "../error.ts";
import type { HttpAnswer, HttpRequest } from "../exchange.ts";
import type { SendHttp } from "../http.ts";
import { parseJson } from "../json.ts";

export type JsonRequest = Pick<HttpRequest, "what" | "method" | "path" | "body" | "queue" | "isUrgent">;

/** Undefined when it isn't what was asked for. */
export type Decode<T> = (json: unknown) => T | undefined;

const TIMEOUT_MS = 10_000;

/** Far more than the longest thread or page of posts: a longer answer would only fill the memory. */
const MOST_JSON_BYTES = 64 * 1024 * 1024;

export class JsonRequests {
  readonly #send: SendHttp;

  constructor(send: SendHttp) {
    this.#send = send;
  }

  get<T>(what: string, path: string, decode: Decode<T>): Promise<T> {
    return this.send({ what, method: "GET", path }, decode);
  }

  async send<T>(request: JsonRequest, decode: Decode<T>): Promise<T> {
    return readJson(await this.#answer(request), request.what, decode);
  }

  async #answer(request: JsonRequest): Promise<HttpAnswer> {
    try {
      return await this.#send({ ...request, timeoutMs: TIMEOUT_MS, maxBytes: MOST_JSON_BYTES });
    } catch (error) {
      // With 413 the server found the request too large; with any other status we found its answer too large.
      if (error instanceof MattermostError && error.code === "too-large" && error.status !== 413) {
        throw badAnswer(request.what, error.status ?? 200, error);
      }
      throw error;
    }
  }
}

/** The answer's JSON as `decode` reads it; MattermostError `bad-answer` when it can't. */
export function readJson<T>(answer: HttpAnswer, what: string, decode: Decode<T>): T {
  const value = decode(parseJson(new TextDecoder().decode(answer.bytes)));
  if (value === undefined) {
    throw badAnswer(what, answer.status);
  }
  return value;
}

/** For `JsonRequests`: true, or undefined when a field has another value. */
export function isObjectWith(value: unknown, fields: Readonly<Record<string, string>>): true | undefined {
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  const given = value as Readonly<Record<string, unknown>>;
  return Object.entries(fields).every(([name, field]) => given[name] === field) || undefined;
}

/** `value` where the server refuses the call with one of these codes. */
export async function orIfRefused<T, U>(
  call: Promise<T>,
  codes: readonly MattermostError["code"][],
  value: U,
): Promise<T | U> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof MattermostError && codes.includes(error.code)) {
      return value;
    }
    throw error;
  }
}
