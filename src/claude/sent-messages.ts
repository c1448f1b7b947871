// Which of our messages Claude has not taken yet. Knows nothing of what is in them but whether one is a slash command.

import type { MessageBlock } from "./types.ts";

export interface SentMessages {
  add(uuid: string, content: readonly MessageBlock[]): void;
  /** An echo came: the messages now known to be taken, oldest first. None for a uuid that isn't ours. */
  taken(uuid: string): readonly string[];
  /** A turn is over: the messages that turn took without an echo. */
  turnEnded(): readonly string[];
}

export function createSentMessages(): SentMessages {
  const waiting = new Map<string, { readonly isCommand: boolean }>();
  let echoesInTurn = 0;

  function takeUpTo(last: string): string[] {
    const uuids = [...waiting.keys()];
    const taken = uuids.slice(0, uuids.indexOf(last) + 1);
    for (const uuid of taken) waiting.delete(uuid);
    return taken;
  }

  return {
    add(uuid, [first]) {
      waiting.set(uuid, { isCommand: first?.type === "text" && first.text.startsWith("/") });
    },
    taken(uuid) {
      if (!waiting.has(uuid)) return [];
      echoesInTurn++;
      // Messages are taken in order, so an echo speaks for those before it.
      return takeUpTo(uuid);
    },
    turnEnded() {
      const [oldest] = waiting;
      const wasSilent = echoesInTurn === 0;
      echoesInTurn = 0;
      // 1.0.128 and 2.0.76 echo no slash command.
      return wasSilent && oldest?.[1].isCommand === true ? takeUpTo(oldest[0]) : [];
    },
  };
}
