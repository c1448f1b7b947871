// What the contract's tests ask of mm-claude's own client.

import type { MattermostSocket } from "../../src/mattermost/socket.ts";
import type { SocketEvent } from "../../src/mattermost/types.ts";

export function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("undefined");
  return value;
}

/** Gives the next event of a type, and skips what other tests look at, such as joins. */
export function nextIn(socket: MattermostSocket) {
  const events = socket.events[Symbol.asyncIterator]();
  return async <T extends SocketEvent["type"]>(type: T): Promise<Extract<SocketEvent, { type: T }>> => {
    for (;;) {
      const { value, done } = await events.next();
      if (done) throw new Error("the events ended");
      if (value.type === type) return value as Extract<SocketEvent, { type: T }>;
    }
  };
}
