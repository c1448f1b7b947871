// Everything that goes wrong with the server, as one error whose message says what failed and what to do. Never holds
// the token: messages are built from our own words and the server's error ids alone.

export type MattermostErrorCode =
  /** No answer: no network, no such host, refused, timed out. */
  | "unreachable"
  /** HTTPS_PROXY, or another variable for a proxy, holds no address of a proxy. */
  | "unusable-proxy"
  /** The server wants the request sent to another address. */
  | "redirected"
  | "unauthorized"
  | "forbidden"
  /** The account is not in the channel: it may be added again. */
  | "away"
  | "not-found"
  /** Nothing in this channel can be written any more. */
  | "archived"
  /** The message is longer than the server's MaxPostSize. */
  | "too-long"
  /** The post can be edited no more: the server's edit limit is over, or edits are switched off. */
  | "frozen"
  /** More bytes than mm-claude or the server accepts. */
  | "too-large"
  | "rate-limited"
  /** 5xx, after the tries. */
  | "server"
  /** Any other 4xx. */
  | "rejected"
  /** An answer that isn't Mattermost's: the page of a proxy, or JSON without the fields we need. */
  | "bad-answer";

/** Who answered: Mattermost itself (JSON with its error id), something in front of it, such as a proxy, or nobody. */
export type AnsweredBy = "mattermost" | "between" | "nobody";

export interface MattermostErrorDetails {
  readonly status?: number | undefined;
  readonly serverId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

export class MattermostError extends Error {
  override readonly name = "MattermostError";
  readonly code: MattermostErrorCode;
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** The server's own id of the error, such as `model.post.is_valid.msg.app_error`. */
  readonly serverId: string | undefined;
  /** How long the server asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: MattermostErrorCode, message: string, details: MattermostErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.serverId = details.serverId;
    this.retryAfterMs = details.retryAfterMs;
  }

  /** Only an answer of Mattermost itself may end or delete anything. */
  get answeredBy(): AnsweredBy {
    return this.serverId !== undefined ? "mattermost" : this.status !== undefined ? "between" : "nobody";
  }
}

/**
 * What was asked for does not exist, or does not exist any more. For a deleted post the server answers `forbidden` to
 * an edit and `not-found` to a reaction (7.10).
 */
export function isGone(error: unknown): boolean {
  return error instanceof MattermostError && (error.code === "not-found" || error.code === "forbidden");
}

const TRANSIENT: ReadonlySet<MattermostErrorCode> = new Set([
  "away",
  "unreachable",
  "server",
  "rate-limited",
  "bad-answer",
  // Of a portal or a proxy: a wrong address in the settings is reported at once by the checks at the start.
  "redirected",
  // The server may accept the token again.
  "unauthorized",
]);

/** The same request may succeed later: worth waiting for. */
export function isTransient(error: unknown): boolean {
  return error instanceof MattermostError && TRANSIENT.has(error.code);
}

/** An answer that isn't 2xx. `serverId` is undefined when the body wasn't Mattermost's. */
export function refusal(
  what: string,
  status: number,
  details: Pick<MattermostErrorDetails, "serverId" | "retryAfterMs">,
): MattermostError {
  const { serverId } = details;
  const code = serverId === undefined ? codeOfOthers(status) : codeOf(status, serverId);
  const reason = status === PROXY_PASSWORD_WANTED ? PROXY_REASON : REASONS[code];
  const answer = serverId === undefined ? `HTTP ${status}` : `HTTP ${status}, ${serverId}`;
  return new MattermostError(code, `Could not ${what}: ${reason} (${answer}).`, { ...details, status });
}

const PROXY_PASSWORD_WANTED = 407;
const PROXY_REASON =
  "the proxy wants a name and a password; put the right ones into the address in HTTPS_PROXY or HTTP_PROXY";

// Seen on 7.10: a message over MaxPostSize gives 400 with the first id; a longer one than the column the second.
const TOO_LONG = new Set([
  "model.post.is_valid.msg.app_error",
  "model.post.is_valid.message_length.app_error",
]);

// The first id answers a new post (and in the sandbox also an edit). The others answer edits (read in the server's
// source): the second an edit by a patch, as mm-claude does it, the third an edit of a whole post.
const ARCHIVED = new Set([
  "api.post.create_post.can_not_post_to_deleted.error",
  "api.post.patch_post.can_not_update_post_in_deleted.error",
  "api.post.update_post.can_not_update_post_in_deleted.error",
]);

// 400 when a post is older than PostEditTimeLimit (10.11). 403 where edits are switched off for all (read in the source
// of servers before 5.0). In newer servers a role may lack the right to edit; they answer as for a deleted post: 403,
// `api.context.permissions` (read). Whether the post can still be read tells these two cases apart.
const FROZEN = new Set([
  "api.post.update_post.permissions_time_limit.app_error",
  "api.post.update_post.permissions_denied.app_error",
]);

const NO_ROUTE = "api.context.404.app_error";

/** The meaning of an answer of Mattermost itself. */
function codeOf(status: number, serverId: string): MattermostErrorCode {
  if (TOO_LONG.has(serverId)) {
    return "too-long";
  }
  if (ARCHIVED.has(serverId)) {
    return "archived";
  }
  if (FROZEN.has(serverId)) {
    return "frozen";
  }
  if (status === 401) {
    return "unauthorized";
  }
  if (status === 403) {
    return "forbidden";
  }
  // An unknown route means that the address is wrong, and not that something doesn't exist.
  if (status === 404) {
    return serverId === NO_ROUTE ? "bad-answer" : "not-found";
  }
  // A file over MaxFileSize, or another request over the server's limit for its body (10.x, read in its source).
  if (status === 413) {
    return "too-large";
  }
  if (status === 429) {
    return "rate-limited";
  }
  // A feature that is switched off, such as file attachments, stays so (read in the server's source).
  if (status === 501) {
    return "rejected";
  }
  return status >= 500 ? "server" : "rejected";
}

/**
 * What an answer means that did not come from Mattermost itself: it says nothing about posts, threads, people or the
 * token, and it may be different later. The server's own rate limiter answers in plain text as well (7.10).
 */
function codeOfOthers(status: number): MattermostErrorCode {
  // The same bytes would be over the same limit again.
  if (status === 413) {
    return "too-large";
  }
  if (status === 429) {
    return "rate-limited";
  }
  return status >= 500 ? "server" : "bad-answer";
}

const REASONS = {
  "unusable-proxy": "the environment names a proxy that can't be used; mend HTTPS_PROXY or HTTP_PROXY",
  unreachable: "the server did not answer; check MATTERMOST_URL and the network",
  redirected: "the server redirects elsewhere; set MATTERMOST_URL to the address it redirects to",
  unauthorized: "the server doesn't accept the token; correct MATTERMOST_TOKEN",
  away: "the bot account is not in the channel; add it again",
  forbidden: "the bot account may not do that; add it to the channel or give it the permission",
  "not-found": "the server doesn't know it; check the id or name",
  archived: "the channel is archived; unarchive it or choose another one",
  "too-long": "the message is longer than the server's MaxPostSize; send it in parts",
  frozen: "the server lets nobody edit this post any more",
  "too-large": "it is larger than the server takes, or a proxy before it; send less, or raise their limits",
  "rate-limited": "the server's rate limit was reached; try again later or raise the limit",
  server: "the server failed; see its log and try again",
  rejected: "the server rejected the request",
  "bad-answer": "what answered isn't Mattermost's API; check MATTERMOST_URL and any proxy before the server",
} satisfies Record<MattermostErrorCode, string>;

export function badAnswer(what: string, status: number, cause?: unknown): MattermostError {
  return new MattermostError("bad-answer", `Could not ${what}: ${REASONS["bad-answer"]} (HTTP ${status}).`, {
    status,
    cause,
  });
}

const MEGABYTE = 1024 * 1024;

/** A post over any limit of a request's size is sent in parts, like one over the server's MaxPostSize. */
export function asTooLong(error: unknown): unknown {
  if (!(error instanceof MattermostError) || error.code !== "too-large") {
    return error;
  }
  const { message, status, serverId } = error;
  return new MattermostError("too-long", message, { status, serverId, cause: error });
}

/** An answer that is not read. */
export function tooLarge(what: string, status: number, maxBytes: number): MattermostError {
  const size = maxBytes >= MEGABYTE ? `${Math.floor(maxBytes / MEGABYTE)} MB` : `${maxBytes} bytes`;
  return new MattermostError("too-large", `Could not ${what}: it is larger than ${size}.`, { status });
}

export function unusableToken(what: string): MattermostError {
  const reason = "the token holds characters that no token has; copy it again into MATTERMOST_TOKEN";
  return new MattermostError("unauthorized", `Could not ${what}: ${reason}.`);
}

export function unusableProxy(what: string, { message }: Error): MattermostError {
  return new MattermostError("unusable-proxy", `Could not ${what}: ${message}.`);
}

export function unreachable(what: string, url: string, cause: unknown): MattermostError {
  const remedy = isUnknownAuthority(cause)
    ? "put the certificate of the authority that signed it into a file and its path into NODE_EXTRA_CA_CERTS"
    : "check MATTERMOST_URL and the network";
  const reason = `no answer from ${url}: ${reasonOf(cause)}; ${remedy}`;
  return new MattermostError("unreachable", `Could not ${what}: ${reason}.`, { cause });
}

export function redirected(what: string, status: number, location: string | undefined): MattermostError {
  // What is passed to a sign-on page in its address may be secret.
  const target = location === undefined ? "another address" : location.replace(/[?#].*$/s, "");
  return new MattermostError(
    "redirected",
    `Could not ${what}: the server redirects to ${target}, and the token is not sent there; ` +
      "set MATTERMOST_URL to the address people use in the browser.",
    { status },
  );
}

/** The useful text may be in its cause, or in the code of that one. */
function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(inner instanceof Error)) {
    return String(inner);
  }
  if (inner.message !== "") {
    return inner.message;
  }
  return "code" in inner ? String(inner.code) : inner.name;
}

/** A certificate of the company's own authority, or of a proxy that decrypts the traffic. */
function isUnknownAuthority(error: unknown): boolean {
  return error instanceof Error && "code" in error && UNKNOWN_AUTHORITY.has(String(error.code));
}

/** OpenSSL's names. */
const UNKNOWN_AUTHORITY = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);
