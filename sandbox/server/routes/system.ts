// What a client asks of the server itself: whether it is up, and its configuration, which an administrator may change.
import { ApiError, badBody, refused } from "../api-error.ts";
import { type App, isObject, me, objectBody, type Services } from "./context.ts";

export function mountSystem(
  app: App,
  { settings }: Services,
  config: () => Readonly<Record<string, string>>,
): void {
  app.get("/api/v4/system/ping", (c) =>
    c.json({
      AndroidLatestVersion: "",
      AndroidMinVersion: "",
      IosLatestVersion: "",
      IosMinVersion: "",
      status: "OK",
    }),
  );

  app.get("/api/v4/config/client", (c) => {
    if (c.req.query("format") !== "old") {
      throw new ApiError(
        501,
        "api.config.client.old_format.app_error",
        "New format for the client configuration is not supported yet. Please specify format=old in the query string.",
      );
    }
    return c.json(config());
  });

  app.put("/api/v4/config/patch", async (c) => {
    if (!me(c).isAdmin) throw refused();
    const { ServiceSettings: service } = await objectBody(c, "config");
    const seconds = isObject(service) ? service["PostEditTimeLimit"] : undefined;
    if (!Number.isInteger(seconds)) throw badBody("config");
    settings.limitEdits(Number(seconds));
    return c.json({ ServiceSettings: { PostEditTimeLimit: settings.postEditTimeLimit } });
  });
}
