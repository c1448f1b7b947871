// The client of the server's REST API, put together: the calls of calls/ over the requests of http.ts.

import { type Clock, systemClock } from "../util/clock.ts";
import type { Log } from "../util/log.ts";
import { createRedact } from "../util/redact.ts";
import { type LimitAnswer, RequestBudget } from "./budget.ts";
import { channelCalls, postEditLimit } from "./calls/channels.ts";
import { fileCalls } from "./calls/files.ts";
import { JsonRequests } from "./calls/json-requests.ts";
import { postCalls } from "./calls/posts.ts";
import { reactionCalls } from "./calls/reactions.ts";
import { userCalls } from "./calls/users.ts";
import { HttpExchange } from "./exchange.ts";
import { HttpClient, type SendHttp } from "./http.ts";
import { newInstance } from "./instance.ts";
import { createTransport, type Transport } from "./transport.ts";
import type { MattermostApi } from "./types.ts";

export interface RestOptions {
  /** The server's address as people type it; a sub-path and a trailing slash are fine. */
  readonly url: string;
  readonly token: string;
  readonly transport?: Transport;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly log?: Log;
  /** How often a request is sent at most; 4 by default. */
  readonly tries?: number;
  /** Marks the posts that are created; a new mark by default. */
  readonly instance?: string;
}

export interface RestClient extends MattermostApi {
  /** How many requests wait, and how many are under way. */
  load(): { readonly waiting: number; readonly underWay: number };
  /** How far the server's clock was ahead of ours at its last answer; undefined when no answer told its time. */
  clockLeadMs(): number | undefined;
  /** How long after it was made a post can be edited, in seconds; Infinity when there is no limit. */
  postEditLimit(): Promise<number>;
}

export function connectRest(options: RestOptions): RestClient {
  const { url, token, transport = createTransport(), log, tries = 4 } = options;
  const { clock = systemClock, random = Math.random } = options;
  const redact = createRedact([token]);
  const instance = options.instance ?? newInstance(clock.now(), random);
  const budget = new RequestBudget(clock, random);
  let clockLeadMs: number | undefined;
  const learn = (answer: LimitAnswer): void => {
    budget.learn(answer);
    clockLeadMs = leadMs(answer.headers.get("date"), clock.now()) ?? clockLeadMs;
  };
  const exchange = new HttpExchange({ url, token, transport, clock, redact, learn });
  const http = new HttpClient({ exchange, budget, clock, random, log, tries });
  const callsOver = (send: SendHttp): Omit<MattermostApi, "inSlot"> => {
    const json = new JsonRequests(send);
    return {
      instance,
      ...userCalls(json),
      ...channelCalls(json),
      ...postCalls(json, instance, log),
      ...reactionCalls(json),
      ...fileCalls(send, redact),
    };
  };
  const withinSlot: MattermostApi = {
    ...callsOver((request) => http.sendOnce(request)),
    inSlot: (_slotRequest, perform) => perform(withinSlot),
  };
  return {
    ...callsOver((request) => http.send(request)),
    load: () => budget.load,
    clockLeadMs: () => clockLeadMs,
    postEditLimit: () => postEditLimit(new JsonRequests((request) => http.send(request))),
    inSlot: (slotRequest, perform) => budget.inSlot(slotRequest, () => perform(withinSlot)),
  };
}

/** `date`: an HTTP date, which leaves the milliseconds out. */
function leadMs(date: string | null, nowMs: number): number | undefined {
  const ms = date === null ? Number.NaN : Date.parse(date) + 500 - nowMs;
  return Number.isNaN(ms) ? undefined : ms;
}
