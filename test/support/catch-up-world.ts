// The world for tests of what is caught up on after a gap.

import { MattermostError } from "../../src/mattermost/error.ts";
import type { PostId, SocketEvent, ThreadId, UserId } from "../../src/mattermost/types.ts";
import { createRouterWorld } from "./router-world.ts";

export const HOUR = 3_600_000;
export const hello: SocketEvent & { readonly type: "hello" } = {
  type: "hello",
  connectionId: "c",
  resumed: false,
};
export const down = (code: "server" | "unauthorized" = "server"): MattermostError =>
  new MattermostError(code, code);

/** A thread with a card, and what people do there from now on: on the server at once, told by the socket after that. */
export function cardWorld() {
  const world = createRouterWorld();
  world.begin("thread" as ThreadId);
  const now = world.clock.now();
  world.post("claude-code", "may I?", { id: "card" as PostId, createdAt: now });
  world.server.openCards.push({ threadId: "thread" as ThreadId, postId: "card" as PostId });
  const told: Promise<void>[] = [];
  return {
    ...world,
    says: (by: string, message: string, at: number) =>
      void told.push(world.says(by, message, { createdAt: now + at })),
    reacts(by: string, emojiName: string, at: number, postId = "card") {
      const reaction = { userId: by as UserId, postId: postId as PostId, emojiName, createdAt: now + at };
      world.server.reactions.push(reaction);
      told.push(world.router.take({ type: "reactionAdded", reaction }));
    },
    allTold: async () => void (await Promise.all(told)),
    /** What has come to the session, each thing once. */
    heard: () =>
      world.delivered
        .map(({ signal }) => {
          const isMessage = signal.type === "message";
          return isMessage
            ? signal.message.text
            : signal.type === "reaction"
              ? signal.emojiName
              : signal.type;
        })
        .filter((what, index, all) => all.indexOf(what) === index),
  };
}

/** A card was on its way when what was missed was read, and somebody has decided about it without being heard. */
export async function setUpAwaited() {
  const world = createRouterWorld();
  const threadId = "thread" as ThreadId;
  const card = "card" as PostId;
  world.begin(threadId);
  world.server.awaitingCards.push(threadId);
  await world.router.take(hello);
  world.post("claude-code", "may I?", { id: card });
  world.server.reactions.push({ userId: "alice" as UserId, postId: card, emojiName: "+1" });
  const isPosted = () => {
    world.server.awaitingCards.pop();
    world.server.openCards.push({ threadId, postId: card });
    world.router.cardPosted(threadId, card);
  };
  const asked = () => world.server.asked.filter((line) => line === "reactions of card");
  return { ...world, threadId, card, isPosted, asked };
}
