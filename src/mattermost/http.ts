// Requests to the server, each in a slot of the budget and tried a few times. Knows no endpoint.

import { LONGEST_RETRY_AFTER_MS } from "../util/backoff.ts";
import type { Clock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { unlessAborted } from "../util/unless-aborted.ts";
import { pauseAfter, type RequestBudget } from "./budget.ts";
import { Failure, type HttpAnswer, type HttpExchange, type HttpRequest } from "./exchange.ts";
import type { SlotRequest } from "./request-queues.ts";

export interface HttpClientOptions {
  readonly exchange: HttpExchange;
  readonly budget: RequestBudget;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log | undefined;
  /** How often a request is sent at most. */
  readonly tries: number;
}

/** Throws MattermostError for every answer that isn't 2xx, and when no answer comes. */
export type SendHttp = (request: HttpRequest) => Promise<HttpAnswer>;

const BACKOFF = { baseMs: 500, maxMs: 8_000 };

export class HttpClient {
  readonly #options: HttpClientOptions;
  /** Undefined until the server has accepted it once. */
  #isTokenGood: boolean | undefined;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /** Tries a few times, each in a slot of its own. */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    const { budget, clock, random, log, tries } = this.#options;
    const { queue = "", isUrgent = true, atOnce, signal } = request;
    const slotRequest: SlotRequest = { queue, atOnce, isUrgent: () => isUrgent };
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      // Who gives up waits no longer: neither for a slot nor for the next try.
      const outcome = await unlessAborted(
        budget.inSlot(slotRequest, () => this.#try(request)),
        signal,
      );
      if (!(outcome instanceof Failure)) {
        return outcome;
      }
      const { error, mayRetry } = outcome;
      // A longer wait is the caller's: it gets the error.
      const isLongWait = (error.retryAfterMs ?? 0) > LONGEST_RETRY_AFTER_MS;
      if (!mayRetry || attempt + 1 >= tries || isLongWait) {
        throw error;
      }
      log?.debug(`trying again to ${request.what}`, error);
      const ms = pauseAfter(error, attempt, { ...BACKOFF, random });
      await unlessAborted(new Promise<void>((resolve) => clock.setTimeout(resolve, ms)), signal);
    }
  }

  /** One try at once, for whoever has a slot already. */
  async sendOnce(request: HttpRequest): Promise<HttpAnswer> {
    const outcome = await this.#try(request);
    if (outcome instanceof Failure) {
      throw outcome.error;
    }
    return outcome;
  }

  async #try(request: HttpRequest): Promise<HttpAnswer | Failure> {
    const outcome = await this.#options.exchange.perform(request);
    if (!(outcome instanceof Failure)) {
      this.#tokenAccepted();
    } else if (outcome.error.code === "unauthorized") {
      this.#tokenRefused();
    }
    return outcome;
  }

  #tokenAccepted(): void {
    if (this.#isTokenGood === false) {
      this.#options.log?.info("The server accepts the token again.");
    }
    this.#isTokenGood = true;
  }

  #tokenRefused(): void {
    if (!this.#isTokenGood) {
      return;
    }
    this.#isTokenGood = false;
    this.#options.log?.error(
      "The server doesn't accept the token any more. Nothing is lost, and it is tried on and on: " +
        "let the server accept it again, or put a valid one in MATTERMOST_TOKEN and start mm-claude again.",
    );
  }
}
