// What a client may ask over its WebSocket once it is known who it is, and how the server answers. Sends nothing.
import type { Membership } from "./membership.ts";
import type { UserRecord } from "./people.ts";
import type { Presence } from "./presence.ts";
import type { Store } from "./store.ts";

export interface Action {
  readonly seq: number;
  readonly action: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ActionContext {
  readonly store: Store;
  readonly presence: Presence;
  readonly membership: Membership;
}

/** Undefined for what is no action. */
export function decodeAction(text: string): Action | undefined {
  try {
    const frame: unknown = JSON.parse(text);
    if (typeof frame !== "object" || frame === null) return undefined;
    const { seq, action, data } = frame as Record<string, unknown>;
    const isAction = typeof action === "string" && typeof seq === "number";
    return isAction ? { seq, action, data: Object(data ?? {}) as Record<string, unknown> } : undefined;
  } catch {
    return undefined;
  }
}

/** `user`: undefined while nobody has logged in. */
export function answerTo(
  { action, data }: Action,
  user: UserRecord | undefined,
  context: ActionContext,
): object {
  if (!user) {
    const message = "WebSocket connection is not authenticated. Please log in and try again.";
    return failure("api.web_socket_router.not_authenticated.app_error", message, 401);
  }
  switch (action) {
    case "ping":
      return { status: "OK", data: { text: "pong" } };
    case "user_typing":
      return showTyping(user, data, context);
    case "get_statuses":
      return { status: "OK", data: onlineUsers(context) };
    default:
      return failure("api.web_socket_router.bad_action.app_error", "Unknown WebSocket action.", 500);
  }
}

function showTyping(user: UserRecord, data: Action["data"], { store, membership }: ActionContext): object {
  const channelId = String(data["channel_id"] ?? "");
  if (!store.places.isMember(channelId, user.id)) {
    const message = "Invalid channel_id parameter.";
    return failure("api.websocket_handler.invalid_param.app_error", message, 400);
  }
  membership.typing(user, channelId, String(data["parent_id"] ?? ""));
  return { status: "OK" };
}

function onlineUsers({ store, presence }: ActionContext): object {
  const online = store.people.all().filter(({ id }) => presence.status(id) === "online");
  return Object.fromEntries(online.map(({ id }) => [id, "online"]));
}

const failure = (id: string, message: string, status_code: number) => ({
  status: "FAIL",
  error: { id, message, detailed_error: "", status_code },
});
