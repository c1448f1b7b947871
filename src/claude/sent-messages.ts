// Which of our messages Claude has not taken yet. Of a message it knows only its id and whether it is a slash command.
// Each `note…` returns the messages that are now known to be taken, oldest first.

import type { MessageBlock } from "./types.ts";

export class SentMessages {
  readonly #waiting = new Map<string, { readonly isCommand: boolean }>();
  #echoesInTurn = 0;
  /** Since 2.1.330 Claude reports the state of each message. */
  #areStatesReported = false;

  add(uuid: string, [first]: readonly MessageBlock[]): void {
    this.#waiting.set(uuid, { isCommand: first?.type === "text" && first.text.startsWith("/") });
  }

  /** Claude has repeated a message. One that isn't ours says nothing about ours. */
  noteEcho(uuid: string): readonly string[] {
    if (!this.#waiting.has(uuid)) {
      return [];
    }
    this.#echoesInTurn++;
    // Messages are taken in order, so an echo counts for those before it.
    return this.#takeUpTo(uuid);
  }

  /** Claude has reported the state of a message. */
  noteState(uuid: string, state: string): readonly string[] {
    this.#areStatesReported = true;
    // A hook refused it, alone or with those it was taken together with: no echo ever comes.
    return state === "completed" && this.#waiting.delete(uuid) ? [uuid] : [];
  }

  /** Nothing came in the turn that ends now: its message was refused, unless it was a slash command. */
  noteSilentTurn(): readonly string[] {
    const [oldest] = this.#waiting;
    if (this.#areStatesReported || oldest === undefined || oldest[1].isCommand) {
      return [];
    }
    this.#echoesInTurn++;
    return this.#takeUpTo(oldest[0]);
  }

  noteTurnEnd(): readonly string[] {
    const [oldest] = this.#waiting;
    const hadNoEcho = this.#echoesInTurn === 0;
    this.#echoesInTurn = 0;
    // 1.0.128 and 2.0.76 echo no slash command. A turn that later versions begin by themselves takes no message at all.
    return hadNoEcho && !this.#areStatesReported && oldest?.[1].isCommand === true
      ? this.#takeUpTo(oldest[0])
      : [];
  }

  #takeUpTo(last: string): string[] {
    const uuids = [...this.#waiting.keys()];
    const taken = uuids.slice(0, uuids.indexOf(last) + 1);
    for (const uuid of taken) {
      this.#waiting.delete(uuid);
    }
    return taken;
  }
}
