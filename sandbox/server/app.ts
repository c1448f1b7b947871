// The HTTP side: who asks, the request log, the rate limit, the faults, and the errors as Mattermost words them.
// The routes do the rest.
import { Hono, type MiddlewareHandler } from "hono";
import { ApiError } from "./api-error.ts";
import { findToken } from "./auth.ts";
import { answerFailure, LOGIN_PAGE, loginPage, tooMany } from "./fault-answers.ts";
import type { Failure, RestFaults } from "./faults.ts";
import { newId } from "./ids.ts";
import type { Verdict } from "./rate-limit.ts";
import type { LoggedRequest } from "./request-log.ts";
import type { Ring } from "./ring.ts";
import { mountChannels } from "./routes/channels.ts";
import { mountCommands } from "./routes/commands.ts";
import type { App, AppEnv, Ctx, Services } from "./routes/context.ts";
import { mountFiles } from "./routes/files.ts";
import { mountHooks } from "./routes/hooks.ts";
import { mountOwnChannels } from "./routes/own-channels.ts";
import { mountPlaces } from "./routes/places.ts";
import { mountPostLists } from "./routes/post-lists.ts";
import { mountPosts } from "./routes/posts.ts";
import { mountReactions } from "./routes/reactions.ts";
import { mountSystem } from "./routes/system.ts";
import { mountUsers } from "./routes/users.ts";

export interface AppOptions {
  readonly services: Services;
  readonly faults: RestFaults;
  readonly requests: Ring<LoggedRequest>;
  readonly rateLimiter: ((key: string) => Verdict) | undefined;
  readonly config: () => Readonly<Record<string, string>>;
  readonly now: () => number;
  /** Adds middleware and routes in front of everything else. */
  readonly mount: ((app: App) => void) | undefined;
}

export function createApp(options: AppOptions): App {
  const app: App = new Hono<AppEnv>();
  const { services } = options;

  app.onError((error, c) => {
    const known =
      error instanceof ApiError
        ? error
        : new ApiError(500, "sandbox.bug", `The sandbox failed: ${error.stack ?? String(error)}`);
    return c.json(errorBody(known), known.status as 400);
  });
  app.notFound((c) => {
    const error = new ApiError(404, "api.context.404.app_error", "Sorry, we could not find the page.");
    return c.json(errorBody(error), 404);
  });

  /** 10.11 was recorded as it comes out of the box: it keeps the details to itself. */
  const errorBody = (error: ApiError) => ({
    id: error.id,
    message: error.message,
    detailed_error: services.store.version === "7.10" ? error.detail : "",
    request_id: newId(),
    status_code: error.status,
  });

  options.mount?.(app);
  app.get(LOGIN_PAGE, loginPage);
  app.use(identify(services));
  app.use(withRequestLog(options));
  if (options.rateLimiter) app.use(withRateLimit(options.rateLimiter));
  app.use(
    withFaults(options.faults, (c, failure) =>
      answerFailure(c, failure, (error) => c.json(errorBody(error), error.status as 400)),
    ),
  );
  mountSystem(app, services, options.config);
  mountUsers(app, services);
  mountPlaces(app, services);
  mountOwnChannels(app, services);
  mountChannels(app, services);
  mountPosts(app, services);
  mountPostLists(app, services);
  mountReactions(app, services);
  mountFiles(app, services);
  mountHooks(app, services);
  mountCommands(app, services);
  return app;
}

function identify({ store }: Services): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    const found = findToken(c.req.header("authorization"), c.req.header("cookie"));
    const isRead = c.req.method === "GET" || c.req.method === "HEAD";
    // As on the server: a cookie alone changes nothing, or any page could act for the person.
    const isAllowed =
      found?.from === "header" || isRead || c.req.header("x-requested-with") === "XMLHttpRequest";
    c.set("user", found && isAllowed ? store.people.byToken(found.token) : undefined);
    c.set("token", found?.token ?? "");
    return next();
  };
}

function withRequestLog({ requests, now }: AppOptions): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const entry = {
      method: c.req.method,
      path: c.req.path,
      query: new URL(c.req.url).search,
      userId: c.get("user")?.id ?? "",
      status: 0,
      at: now(),
    };
    requests.push(entry);
    await next();
    c.header("X-Content-Type-Options", "nosniff");
    if (!c.env.incoming.socket.destroyed) entry.status = c.res.status;
  };
}

function withRateLimit(limiter: (key: string) => Verdict): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    // One allowance for each token: in a sandbox everybody has the same address.
    const { headers, isLimited } = limiter(c.get("token"));
    if (isLimited) return c.text("limit exceeded\n", 429, Object.fromEntries(headers));
    await next();
    for (const [name, value] of headers) c.header(name, value);
    return;
  };
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());

function withFaults(
  faults: RestFaults,
  answer: (c: Ctx, failure: Failure) => Response,
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const plan = faults.plan({
      method: c.req.method,
      path: c.req.path,
      userId: c.get("user")?.id ?? "",
    });
    if (plan.beforeMs > 0) await wait(plan.beforeMs);
    if (plan.retryAfterSeconds !== undefined) return tooMany(c, plan.retryAfterSeconds);
    if (plan.failure === undefined || plan.afterEffect) await next();
    if (plan.afterMs > 0) await wait(plan.afterMs);
    if (plan.failure === undefined) return;
    // The answer of the work that was done, if it was, is not the one that is sent.
    c.res = undefined;
    c.res = answer(c, plan.failure);
    return;
  };
}
