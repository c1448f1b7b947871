// One frame of the server's socket → what it says, or undefined. The only place that knows the field names of frames
// and events. Seen on 7.10 and 10.11; unknown fields are ignored.

import { z } from "zod";
import {
  decodeChannel,
  decodeChannelId,
  decodePost,
  decodeReaction,
  decodeUser,
  decodeUserId,
  id,
} from "./decode.ts";
import { parseJson } from "./json.ts";
import type { SocketEvent, UserId } from "./types.ts";

const wireFrame = z.object({
  event: z.string().nullish(),
  seq: z.number().int().nonnegative().nullish(),
  data: z.record(z.string(), z.unknown()).nullish(),
  broadcast: z.unknown().optional(),
  error: z.object({ id: z.string().nullish() }).nullish(),
});

/** To whom an event is sent; a field that does not apply is "". */
const wireBroadcast = z.object({
  channel_id: id.optional().catch(undefined),
  user_id: id.optional().catch(undefined),
});

const wireMentions = z.array(id);
const wireChannelType = z.enum(["O", "P", "D", "G"]);

const NOT_AUTHENTICATED = "api.web_socket_router.not_authenticated.app_error";

/** What one socket frame says. `seq` numbers a connection's events; replies to our own actions have none. */
export type Frame =
  | { readonly kind: "hello"; readonly seq: number; readonly connectionId: string }
  | { readonly kind: "event"; readonly seq: number; readonly event: SocketEvent }
  /** An event mm-claude has no use for, or one it can't read (`problem`): only its number counts. */
  | { readonly kind: "skipped"; readonly seq: number; readonly problem: string | undefined }
  /** A server that accepts the token answers even an action that it doesn't know. */
  | { readonly kind: "reply"; readonly isAuthenticated: boolean };

/** Undefined for what isn't a frame of the protocol at all. */
export function decodeFrame(text: string): Frame | undefined {
  const { data: frame } = wireFrame.safeParse(parseJson(text));
  if (frame === undefined) {
    return undefined;
  }
  // A reply to one of our actions: `{"status":"OK","seq_reply":1}` (7.10).
  if (!frame.event) {
    return { kind: "reply", isAuthenticated: frame.error?.id !== NOT_AUTHENTICATED };
  }
  if (frame.seq === undefined || frame.seq === null) {
    return undefined;
  }
  const seq = frame.seq;
  const data = frame.data ?? {};
  if (frame.event === "hello") {
    const { data: connectionId } = id.safeParse(data["connection_id"]);
    return connectionId === undefined ? undefined : { kind: "hello", seq, connectionId };
  }
  const decode = Object.hasOwn(EVENTS, frame.event) ? EVENTS[frame.event] : undefined;
  if (decode === undefined) {
    return { kind: "skipped", seq, problem: undefined };
  }
  const event = decode(data, wireBroadcast.safeParse(frame.broadcast).data ?? {});
  if (event === undefined) {
    return { kind: "skipped", seq, problem: `unusable ${frame.event}` };
  }
  return { kind: "event", seq, event };
}

type EventData = Readonly<Record<string, unknown>>;

type Broadcast = Partial<z.infer<typeof wireBroadcast>>;

const EVENTS: Readonly<Record<string, (data: EventData, to: Broadcast) => SocketEvent | undefined>> = {
  posted: (data) => {
    const post = decodePost(embedded(data["post"]));
    const mentions = wireMentions.safeParse(embedded(data["mentions"])).data as UserId[] | undefined;
    const channelType = wireChannelType.safeParse(data["channel_type"]).data;
    return (
      post && { type: "posted", post, ...(mentions && { mentions }), ...(channelType && { channelType }) }
    );
  },
  post_edited: (data) => withPost("postEdited", data),
  post_deleted: (data) => withPost("postDeleted", data),
  reaction_added: (data, to) => withReaction("reactionAdded", data, to),
  reaction_removed: (data, to) => withReaction("reactionRemoved", data, to),
  user_updated: (data) => {
    const user = decodeUser(embedded(data["user"]));
    return user && { type: "userUpdated", user };
  },
  // For a person who joins a team, and with it its default channels, the event has the whole account instead of its id
  // (read).
  user_added: (data, to) =>
    withMember("memberAdded", to.channel_id, data["user_id"] ?? decodeUser(data["user"])?.id),
  // The account that left a channel gets an event of its own (read), in which the data names the channel.
  user_removed: (data, to) =>
    withMember("memberRemoved", to.channel_id ?? data["channel_id"], data["user_id"] ?? to.user_id),
  channel_deleted: (data, to) => withChannel("channelArchived", to.channel_id ?? data["channel_id"]),
  channel_restored: (data, to) => withChannel("channelRestored", to.channel_id ?? data["channel_id"]),
  channel_updated: (data) => {
    const channel = decodeChannel(embedded(data["channel"]));
    return channel && { type: "channelUpdated", channel };
  },
};

function withPost(type: "postEdited" | "postDeleted", data: EventData): SocketEvent | undefined {
  const post = decodePost(embedded(data["post"]));
  return post && { type, post };
}

function withMember(
  type: "memberAdded" | "memberRemoved",
  channel: unknown,
  user: unknown,
): SocketEvent | undefined {
  const channelId = decodeChannelId(channel);
  const userId = decodeUserId(user);
  return channelId && userId && { type, channelId, userId };
}

/** Sent to a public channel's whole team, with the channel in the data alone (10.11, read). */
function withChannel(type: "channelArchived" | "channelRestored", channel: unknown): SocketEvent | undefined {
  const channelId = decodeChannelId(channel);
  return channelId && { type, channelId };
}

function withReaction(
  type: "reactionAdded" | "reactionRemoved",
  data: EventData,
  to: Broadcast,
): SocketEvent | undefined {
  const reaction = decodeReaction(embedded(data["reaction"]));
  const channelId = decodeChannelId(to.channel_id);
  return reaction && { type, reaction, ...(channelId && { channelId }) };
}

/** Posts, reactions and mentions come as JSON inside a JSON string, users as plain objects (7.10). */
function embedded(value: unknown): unknown {
  return typeof value === "string" ? parseJson(value) : value;
}
