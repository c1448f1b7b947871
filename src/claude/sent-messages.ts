// Which of our messages Claude has not taken yet. Knows nothing of what is in them but whether one is a slash command.

import type { MessageBlock } from "./types.ts";

export interface SentMessages {
  add(uuid: string, content: readonly MessageBlock[]): void;
  /** An echo came: the messages now known to be taken, oldest first. None for a uuid that isn't ours. */
  taken(uuid: string): readonly string[];
  /** Claude said how far a message has come: the messages that are over, echoed or not. */
  followed(uuid: string, state: string): readonly string[];
  /** The turn that ends now was silent: the message that was refused, if it was one of people's words. */
  refused(): readonly string[];
  /** A turn is over: the messages that turn took without an echo. */
  turnEnded(): readonly string[];
}

export function createSentMessages(): SentMessages {
  const waiting = new Map<string, { readonly isCommand: boolean }>();
  let echoesInTurn = 0;
  /** Since 2.1.330 Claude says of each message when it is over. */
  let isFollowed = false;

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
    followed(uuid, state) {
      isFollowed = true;
      // Refused on its way by a hook, alone or with those it was taken together with: no echo ever comes.
      return state === "completed" && waiting.delete(uuid) ? [uuid] : [];
    },
    refused() {
      const [oldest] = waiting;
      if (isFollowed || oldest === undefined || oldest[1].isCommand) return [];
      echoesInTurn++;
      return takeUpTo(oldest[0]);
    },
    turnEnded() {
      const [oldest] = waiting;
      const wasSilent = echoesInTurn === 0;
      echoesInTurn = 0;
      // 1.0.128 and 2.0.76 echo no slash command. A turn that later ones begin by themselves takes no message at all.
      return wasSilent && !isFollowed && oldest?.[1].isCommand === true ? takeUpTo(oldest[0]) : [];
    },
  };
}
