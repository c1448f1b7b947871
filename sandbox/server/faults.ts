// What the sandbox has been told to do wrong with requests: delays, failures, storms; and the list of all that it can be
// told. Decides; the app, the hub, the sockets and posting carry it out. Reached by program only, never over the wire.
import type { PostFaults } from "./post-faults.ts";

/** Which requests; what is left out matches all. */
export interface RouteMatch {
  readonly method?: string;
  /** The beginning of the path, or a pattern for it. */
  readonly path?: string | RegExp;
  readonly userId?: string;
}

/**
 * An HTTP status of the server's; the connection cut without an answer; a proxy's answer in the server's place: its page
 * of 403, a redirect to its login page, a refusal in JSON of its own, without an id; or a refusal of the server's:
 * `noFiles` (501, attachments are disabled), `noRight` (403).
 */
export type Failure =
  | (429 | 500 | 502 | 503)
  | "cut"
  | ("forbiddenPage" | "loginRedirect" | "foreignJson")
  | ("noFiles" | "noRight");

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

interface StormOptions extends RouteMatch {
  /** Of these requests are limited so many: 0 to 1. */
  readonly share: number;
  /** What `Retry-After` says; 1 if left out. */
  readonly retryAfterSeconds?: number;
  readonly random?: () => number;
}

/** Ends a fault. */
export type Undo = () => void;

export interface Faults extends PostFaults {
  delay(ms: number, options?: DelayOptions): Undo;
  failNext(failure: Failure, options?: FailOptions): Undo;
  /** A share of the requests is answered 429, which one is left to chance. */
  storm(options: StormOptions): Undo;
  /** Uploads are refused until this is undone: 501 attachments are disabled, 403 the account has no right. */
  refuseUploads(status: 501 | 403): Undo;
  /** Messages can be edited for so many seconds after their post (-1: for ever), or nobody has the right to edit. */
  limitEdits(limit: number | "never"): void;
  /** A file may have so many bytes from now on. */
  limitFiles(bytes: number): void;
  /** A link's preview comes later than its post: `post_edited` with the same message and an embed. */
  previewLink(postId: string, url: string): void;
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
  /** The request is one too many, and this is when to come again. */
  readonly retryAfterSeconds: number | undefined;
  readonly failure: Failure | undefined;
  readonly afterEffect: boolean;
}

export interface RestFaults extends Pick<Faults, "delay" | "failNext" | "storm" | "refuseUploads"> {
  /** What happens to this request; uses up a failure. */
  plan(request: { readonly method: string; readonly path: string; readonly userId: string }): Plan;
}

export function createRestFaults(): RestFaults {
  const delays = new Set<DelayOptions & { readonly ms: number }>();
  const failures = new Set<FailOptions & { readonly failure: Failure; left: number }>();
  const storms = new Set<StormOptions>();

  const matches = (match: RouteMatch, request: { method: string; path: string; userId: string }) =>
    (match.method ?? request.method) === request.method &&
    (match.userId ?? request.userId) === request.userId &&
    (match.path instanceof RegExp
      ? match.path.test(request.path)
      : request.path.startsWith(match.path ?? ""));

  function failNext(failure: Failure, options: FailOptions = {}): Undo {
    const entry = { ...options, failure, left: options.count ?? 1 };
    failures.add(entry);
    return () => failures.delete(entry);
  }

  return {
    delay(ms, options = {}) {
      const delay = { ...options, ms };
      delays.add(delay);
      return () => delays.delete(delay);
    },
    failNext,
    storm(options) {
      storms.add(options);
      return () => storms.delete(options);
    },
    refuseUploads: (status) =>
      failNext(status === 501 ? "noFiles" : "noRight", {
        method: "POST",
        path: "/api/v4/files",
        count: Number.POSITIVE_INFINITY,
      }),
    plan(request) {
      let beforeMs = 0;
      let afterMs = 0;
      for (const delay of delays) {
        if (!matches(delay, request)) continue;
        if (delay.work === "first") afterMs += delay.ms;
        else beforeMs += delay.ms;
      }
      const storm = [...storms].find(
        (one) => matches(one, request) && (one.random ?? Math.random)() < one.share,
      );
      const retryAfterSeconds = storm && (storm.retryAfterSeconds ?? 1);
      const failure = storm ? undefined : [...failures].find((one) => matches(one, request));
      if (failure) {
        failure.left -= 1;
        if (failure.left <= 0) failures.delete(failure);
      }
      return {
        beforeMs,
        afterMs,
        retryAfterSeconds,
        failure: failure?.failure,
        afterEffect: failure?.afterEffect ?? false,
      };
    },
  };
}
