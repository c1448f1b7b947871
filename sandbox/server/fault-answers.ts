// What a request is answered that the sandbox was told to fail: by the server itself, or by what stands before it.
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { ApiError, refused } from "./api-error.ts";
import type { Failure } from "./faults.ts";
import type { Ctx } from "./routes/context.ts";

/** Where a proxy sends those that it doesn't know. */
export const LOGIN_PAGE = "/proxy/login";

const page = (title: string) =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body><center><h1>${title}</h1></center></body>\r\n</html>\r\n`;

export const loginPage = (c: Ctx): Response => c.html(page("Sign in"));

export function answerFailure(
  c: Ctx,
  failure: Failure,
  answerError: (error: ApiError) => Response,
): Response {
  switch (failure) {
    case "cut":
      c.env.incoming.socket.destroy();
      return RESPONSE_ALREADY_SENT;
    case 429:
      return tooMany(c, 1);
    case "forbiddenPage":
      return c.html(page("403 Forbidden"), 403, { Server: "nginx" });
    case "loginRedirect":
      return c.body(null, 302, { Location: new URL(LOGIN_PAGE, c.req.url).href });
    case "foreignJson":
      return c.json({ message: "Forbidden" }, 403);
    case "noFiles":
      // Read in the source: EnableFileAttachments is off.
      return answerError(
        new ApiError(
          501,
          "api.file.attachments.disabled.app_error",
          "File attachments have been disabled on this server.",
        ),
      );
    case "noRight":
      return answerError(refused());
    default:
      return answerError(new ApiError(failure, "sandbox.fault", "The sandbox was told to fail."));
  }
}

/** Seen on 7.10: plain text, not JSON. */
export const tooMany = (c: Ctx, retryAfterSeconds: number): Response =>
  c.text("limit exceeded\n", 429, {
    "Retry-After": String(retryAfterSeconds),
    "X-RateLimit-Remaining": "0",
    "X-RateLimit-Reset": String(retryAfterSeconds),
  });
