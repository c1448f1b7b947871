// The channel that an event is about.

import type { ChannelId, SocketEvent } from "./types.ts";

/** Undefined when it is about none, or when the server did not say. */
export function channelOf(event: SocketEvent): ChannelId | undefined {
  switch (event.type) {
    case "posted":
    case "postEdited":
    case "postDeleted":
      return event.post.channelId;
    case "channelUpdated":
      return event.channel.id;
    case "hello":
    case "alive":
    case "userUpdated":
    case "disconnected":
      return undefined;
    default:
      return event.channelId;
  }
}
