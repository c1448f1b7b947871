// What the sandbox has been told to do wrong: delays and failures of REST answers, and the troubles of sockets and
// of the listener. Decides; the app, the hub and the sockets carry it out. Reached by program only, never over the wire.

/** Which requests; what is left out matches all. */
interface RouteMatch {
  readonly method?: string;
  /** The beginning of the path, or a pattern for it. */
  readonly path?: string | RegExp;
  readonly userId?: string;
}

/** An HTTP status, or the connection cut without an answer. */
export type Failure = 429 | 500 | 502 | 503 | "cut";

interface FailOptions extends RouteMatch {
  /** How many requests; one if left out. */
  readonly count?: number;
  /** True: the request does its work and only the answer is lost. */
  readonly afterEffect?: boolean;
}

interface DelayOptions extends RouteMatch {
  /** Whether the work is done before or after the wait; after it, if left out. */
  readonly work?: "first" | "last";
}

/** Ends a fault. */
type Undo = () => void;

export interface Faults {
  delay(ms: number, options?: DelayOptions): Undo;
  failNext(failure: Failure, options?: FailOptions): Undo;
  /** Cuts every WebSocket; what follows waits for a resume. */
  dropSockets(): void;
  /** The open WebSockets stay open and fall silent: nothing is sent, nothing is answered, no pong comes. */
  freezeSockets(): void;
  /** No earlier connection can be resumed any more: the next reconnect gets a new hello. */
  forgetResumable(): void;
  /** The next events arrive twice: as the very same frame (default), or as another with its own number. */
  duplicateNext(count: number, as?: "sameFrame" | "newFrame"): void;
  /** The next frames to each connection leave in pairs whose second comes first; their numbers stay as they are. */
  reorderNext(count: number): void;
  /** Goes away like a server that is shut down: everything is cut, nothing listens. The data stays. `keepResumable`
   * makes it an outage of the network, after which a resume still works. */
  stop(options?: { readonly keepResumable?: boolean }): Promise<void>;
  /** Listens again, on the same port. */
  start(): Promise<void>;
}

interface Plan {
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly failure: Failure | undefined;
  readonly afterEffect: boolean;
}

export interface RestFaults extends Pick<Faults, "delay" | "failNext"> {
  /** What happens to this request; uses up a failure. */
  plan(request: { readonly method: string; readonly path: string; readonly userId: string }): Plan;
}

export function createRestFaults(): RestFaults {
  const delays = new Set<DelayOptions & { readonly ms: number }>();
  const failures = new Set<FailOptions & { readonly failure: Failure; left: number }>();

  const matches = (match: RouteMatch, request: { method: string; path: string; userId: string }) =>
    (match.method ?? request.method) === request.method &&
    (match.userId ?? request.userId) === request.userId &&
    (match.path instanceof RegExp
      ? match.path.test(request.path)
      : request.path.startsWith(match.path ?? ""));

  return {
    delay(ms, options = {}) {
      const delay = { ...options, ms };
      delays.add(delay);
      return () => delays.delete(delay);
    },
    failNext(failure, options = {}) {
      const entry = { ...options, failure, left: options.count ?? 1 };
      failures.add(entry);
      return () => failures.delete(entry);
    },
    plan(request) {
      let beforeMs = 0;
      let afterMs = 0;
      for (const delay of delays) {
        if (!matches(delay, request)) continue;
        if (delay.work === "first") afterMs += delay.ms;
        else beforeMs += delay.ms;
      }
      const failure = [...failures].find((one) => matches(one, request));
      if (failure) {
        failure.left -= 1;
        if (failure.left <= 0) failures.delete(failure);
      }
      return { beforeMs, afterMs, failure: failure?.failure, afterEffect: failure?.afterEffect ?? false };
    },
  };
}
