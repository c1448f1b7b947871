// Incoming webhooks: whoever knows the address posts as the person who made it.
import { ApiError, badBody } from "../api-error.ts";
import { MAX_JSON_BYTES } from "../limits.ts";
import { type App, formBody, isObject, jsonBody, type Services, stringOf } from "./context.ts";

export function mountHooks(app: App, { store, posting }: Services): void {
  app.post("/hooks/:hook_id", async (c) => {
    const hook = store.hooks.get(c.req.param("hook_id"));
    if (!hook) throw new ApiError(400, "web.incoming_webhook.invalid.app_error", "Invalid webhook.");
    const isForm = c.req.header("content-type")?.startsWith("application/x-www-form-urlencoded");
    const payload = isForm
      ? parseForm((await formBody(c, MAX_JSON_BYTES, "payload")).get("payload"))
      : await jsonBody(c, "payload");
    if (!isObject(payload)) throw badBody("payload");
    const text = stringOf(payload["text"]);
    if (text === "") {
      throw new ApiError(400, "web.incoming_webhook.text.app_error", "No text specified.");
    }
    posting.createFromHook(hook, {
      text,
      username: stringOf(payload["username"]),
      iconUrl: stringOf(payload["icon_url"]),
      props: isObject(payload["props"]) ? payload["props"] : {},
    });
    return c.text("ok");
  });
}

function parseForm(payload: unknown): unknown {
  try {
    return JSON.parse(stringOf(payload));
  } catch {
    throw badBody("payload");
  }
}
