// The effects that ask one part of a session for something: the thread's writer, of whom all can be asked again, and the
// Claude process.

import type { ThreadWriter } from "../thread/writer.ts";
import type { SessionProcess } from "./process.ts";
import type { Effect } from "./types.ts";

type WriterEffect = Effect & { readonly type: "put" | "repost" | "forget" | "hurry" | "react" | "unreact" };

export function isForWriter(effect: Effect): effect is WriterEffect {
  return ["put", "repost", "forget", "hurry", "react", "unreact"].includes(effect.type);
}

export function askWriter(writer: ThreadWriter, effect: WriterEffect): void {
  switch (effect.type) {
    case "put":
      writer.put(effect.key, effect.markdown, effect);
      break;
    case "repost":
      writer.repost(effect.key);
      break;
    case "forget":
      writer.forget(effect.keys);
      break;
    case "hurry":
      writer.hurry(effect.keys);
      break;
    case "react":
      writer.react(effect.target, effect.emojiName);
      break;
    case "unreact":
      writer.unreact(effect.target, effect.emojiName);
      break;
  }
}

type ClaudeEffect = Effect & { readonly type: "send" | "answer" | "interruptClaude" | "closeClaude" };

export function isForClaude(effect: Effect): effect is ClaudeEffect {
  return ["send", "answer", "interruptClaude", "closeClaude"].includes(effect.type);
}

export function askClaude(process: SessionProcess, effect: ClaudeEffect): void {
  switch (effect.type) {
    case "send":
      process.send(effect.uuid, effect.content);
      break;
    case "answer":
      process.answer(effect.requestId, effect.answer);
      break;
    case "interruptClaude":
      process.interrupt();
      break;
    case "closeClaude":
      process.close(effect.now);
      break;
  }
}
