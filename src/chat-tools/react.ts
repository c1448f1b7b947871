// `react`: a reaction of the bot's, and never one that means something to mm-claude.

import { canonicalEmoji, type EmojiName } from "../mattermost/emoji.ts";
import { MattermostError } from "../mattermost/error.ts";
import type { MattermostApi, UserId } from "../mattermost/types.ts";
import type { Access } from "./access.ts";
import { A_POST, emojiIn, postIdIn, textOf } from "./arguments.ts";
import { ifAny, notReadable, refused, wrongArgument } from "./outcomes.ts";
import type { ChatCall, ChatOutcome, ChatTool, ChatToolImplementation } from "./types.ts";

export interface ReactOptions {
  readonly api: Pick<MattermostApi, "post" | "addReaction">;
  readonly access: Access;
  readonly botId: UserId;
}

/** Those with which nobody decides anything. */
const HARMLESS: ReadonlySet<EmojiName> = new Set(["eyes", "hourglass_flowing_sand"]);

const REACT: ChatTool = {
  name: "react",
  description:
    "Puts a reaction (an emoji) of the bot's on a post of this channel: on the first post of this conversation's thread, or on the " +
    "one that `link` names. Emoji by which people decide here, such as 👍 👎 ✅ ❌ 🛑 and the digits, can't be used.",
  inputSchema: {
    type: "object",
    properties: {
      emoji: { type: "string", description: "Its name in Mattermost: tada, or :tada:." },
      link: { type: "string", description: `The post: ${A_POST}.` },
    },
    required: ["emoji"],
  },
};

export function react(options: ReactOptions): ChatToolImplementation {
  return {
    tool: REACT,
    call: (call, signal) => performReact(call, signal, options),
  };
}

async function performReact(
  call: ChatCall,
  signal: AbortSignal,
  { api, access, botId }: ReactOptions,
): Promise<ChatOutcome> {
  const emojiName = emojiIn(textOf(call.input["emoji"]) ?? "");
  if (emojiName === undefined) {
    return wrongArgument("`emoji` should be the name of an emoji in Mattermost, such as tada or :tada:.");
  }
  const meaning = canonicalEmoji(emojiName);
  if (meaning !== undefined && !HARMLESS.has(meaning)) {
    return refused(
      `People decide with :${emojiName}: here, so it is not put anywhere for Claude; use another.`,
    );
  }
  const link = textOf(call.input["link"]);
  const postId = link === undefined ? call.threadId : postIdIn(link);
  if (postId === undefined) {
    return wrongArgument(
      `\`link\` should be ${A_POST}; without it, the reaction goes on this thread's first post.`,
    );
  }
  const post = await ifAny(api.post(postId));
  if (post === undefined || !(await access.mayReadThread(post, call))) {
    return notReadable({ post: postId });
  }
  const target = { post: postId, emoji: emojiName };
  if (post.channelId !== call.channelId) {
    return refused("Reactions are for posts of this conversation's channel alone.", target);
  }
  signal.throwIfAborted();
  try {
    await api.addReaction({ userId: botId, postId, emojiName });
  } catch (error) {
    if (error instanceof MattermostError && UNUSABLE.has(error.code)) {
      return refused(
        `The server took no :${emojiName}: there. It may know no emoji of that name, or the post may be gone, or have as many different ones as it may.`,
        target,
      );
    }
    throw error;
  }
  return {
    text: `:${emojiName}: is on the post.`,
    isError: false,
    summary: `:${emojiName}:`,
    target,
  };
}

const UNUSABLE: ReadonlySet<MattermostError["code"]> = new Set(["not-found", "rejected", "forbidden"]);
