// What a client asks of the server itself: whether it is up, and its configuration.
import { ApiError } from "../api-error.ts";
import type { App } from "./context.ts";

export function mountSystem(app: App, config: () => Readonly<Record<string, string>>): void {
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
}
