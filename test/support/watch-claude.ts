// Runs a Claude client and waits for what it says, in order.

import { randomUUID } from "node:crypto";
import { type ClaudeDependencies, StdioClient } from "../../src/claude/client.ts";
import type { ClaudeClient, ClaudeEvent, ClaudeStart, PermissionAnswer } from "../../src/claude/types.ts";

type EventOf<Type extends ClaudeEvent["type"]> = Extract<ClaudeEvent, { readonly type: Type }>;

export interface WatchedClaude {
  readonly client: ClaudeClient;
  /** All so far. */
  readonly events: readonly ClaudeEvent[];
  /** The next event of that type after the last one waited for. Fails when it does not come. */
  next<Type extends ClaudeEvent["type"]>(type: Type): Promise<EventOf<Type>>;
  /** Sends a message; returns its uuid. */
  say(text: string): string;
  allow(ask: EventOf<"permissionAsked" | "planAsked" | "questionAsked">, more?: object): void;
  deny(ask: EventOf<"permissionAsked" | "planAsked" | "questionAsked">, message: string): void;
  close(): Promise<void>;
}

export function watchClaude(
  start: Pick<ClaudeStart, "claudePath" | "directory"> & Partial<ClaudeStart>,
  dependencies: ClaudeDependencies,
  patienceMs = 20_000,
): WatchedClaude {
  const events: ClaudeEvent[] = [];
  let seen = 0;
  let wake: () => void = () => {};

  const client = StdioClient.start(
    { conversationId: randomUUID(), resume: false, extraDirectories: [], ...start },
    (event) => {
      events.push(event);
      wake();
    },
    dependencies,
  );

  async function next<Type extends ClaudeEvent["type"]>(type: Type): Promise<EventOf<Type>> {
    const deadline = setTimeout(() => wake(), patienceMs);
    const end = Date.now() + patienceMs;
    try {
      for (;;) {
        while (seen < events.length) {
          const event = events[seen++];
          if (event?.type === type) return event as EventOf<Type>;
        }
        if (Date.now() >= end || events.at(-1)?.type === "exited") {
          throw new Error(`no ${type} came; there were: ${JSON.stringify(events.slice(-20), null, 1)}`);
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  const answer = (
    ask: EventOf<"permissionAsked" | "planAsked" | "questionAsked">,
    given: PermissionAnswer,
  ): void => client.answer(ask.requestId, given);

  return {
    client,
    events,
    next,
    say(text) {
      const uuid = randomUUID();
      client.send(uuid, [{ type: "text", text }]);
      return uuid;
    },
    allow: (ask, more = {}) => answer(ask, { behavior: "allow", updatedInput: { ...ask.input, ...more } }),
    deny: (ask, message) => answer(ask, { behavior: "deny", message }),
    close: () => client.close(5_000),
  };
}
