// The effects that only ask the thread's writer for something: nothing of them can't be asked for again.

import type { ThreadWriter } from "../thread/writer.ts";
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
