// The effects for one part of a session: for the thread's writer, which may be asked again for any of them, and for the
// Claude process, where nothing can be taken back.

import type { ThreadId } from "../mattermost/types.ts";
import type { ThreadWriter } from "../thread/writer.ts";
import type { SessionDependencies } from "./dependencies.ts";
import type { SessionProcess } from "./process.ts";
import type { Replied } from "./signals.ts";
import type { Effect } from "./types.ts";

const FOR_WRITER: readonly Effect["type"][] = ["put", "repost", "forget", "prioritize", "react", "unreact"];

export function isForWriter({ type }: Effect): boolean {
  return FOR_WRITER.includes(type);
}

/** What Claude does about it can't be taken back: it must be known after a crash that it was asked. */
export function isIrreversible({ type }: Effect): boolean {
  return type === "send" || type === "answer";
}

const FOR_CLAUDE: readonly Effect["type"][] = [
  "startClaude",
  "send",
  "answer",
  "interruptClaude",
  "request",
  "closeClaude",
];

export function isForClaude({ type }: Effect): boolean {
  return FOR_CLAUDE.includes(type);
}

/** False when it is no effect of the writer's. */
export function askWriter(writer: ThreadWriter, effect: Effect): boolean {
  switch (effect.type) {
    case "put":
      writer.put(effect.key, effect.markdown, effect);
      return true;
    case "repost":
      writer.repost(effect.key);
      return true;
    case "forget":
      writer.forget(effect.keys);
      return true;
    case "prioritize":
      writer.prioritize(effect.keys);
      return true;
    case "react":
      writer.react(effect.target, effect.emojiName);
      return true;
    case "unreact":
      writer.unreact(effect.target, effect.emojiName);
      return true;
    default:
      return false;
  }
}

/** False when it is no effect of the process's. */
export function askClaude(
  process: SessionProcess,
  effect: Effect,
  onReply: (replied: Replied) => void,
): boolean {
  switch (effect.type) {
    case "send":
      process.send(effect.uuid, effect.content);
      return true;
    case "answer":
      process.answer(effect.requestId, effect.answer);
      return true;
    case "interruptClaude":
      process.interrupt();
      return true;
    case "request": {
      const { request, by } = effect;
      process.request(request, (reply) => onReply({ request, by, reply }));
      return true;
    }
    case "closeClaude":
      process.close(effect.now);
      return true;
    default:
      return false;
  }
}

/** What is kept outside the session, for others to know. */
export function keep(
  effect: Effect,
  threadId: ThreadId,
  { audit, calling, clock, costs, keepRules }: SessionDependencies,
): void {
  switch (effect.type) {
    case "audit":
      audit.append({ ...effect.entry, threadId });
      break;
    case "costs":
      costs?.change(effect.change, clock.now());
      break;
    case "setNotified":
      calling?.setNotified(effect.by.id, effect.isOn);
      break;
    case "keepRules":
      keepRules?.(effect.rules);
      break;
  }
}
