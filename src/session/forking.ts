// Makes the thread of a fork: the post at its top, and the session in it, which sleeps until somebody replies.

import { isAtLeast } from "../claude/version.ts";
import type { ThreadId } from "../mattermost/types.ts";
import type { SessionContext } from "./context.ts";
import type { SessionDependencies, Slots } from "./dependencies.ts";
import { forkPost } from "./steering/fork.ts";
import { lowerMode } from "./steering/mode.ts";
import type { ForkOutcome, ForkRequest } from "./steering/origin.ts";

export interface ForkOptions {
  readonly threadId: ThreadId;
  readonly dependencies: Pick<
    SessionDependencies,
    "api" | "channelId" | "claudeVersion" | "newConversationId" | "readSaved"
  >;
  readonly context: SessionContext;
  readonly slots: Pick<Slots<unknown>, "begin">;
}

/** Never rejects. */
export async function fork(request: ForkRequest, options: ForkOptions): Promise<ForkOutcome> {
  const { by, before, conversationId, title, isAuto } = request;
  const { api, channelId, claudeVersion, newConversationId, readSaved } = options.dependencies;
  const mode = lowerMode(request.mode, options.context.defaults?.mode);
  try {
    // First of all: what is said from now on is no part of it.
    const at = (await readSaved(conversationId))?.lastAnswer(before);
    if (at === undefined) {
      return { problem: "There is nothing to fork yet: Claude has saved no answer in this conversation." };
    }
    const version = await claudeVersion?.();
    if (version !== undefined && !isAtLeast(version, [2, 0, 0])) {
      return { problem: "This version of Claude Code can't fork a conversation; 2.0.76 can." };
    }
    const { directory, linkTo } = options.context;
    const link = linkTo?.(options.threadId);
    const post = await api.createPost({
      channelId,
      rootId: undefined,
      message: forkPost(by, { link, title, isCut: before !== undefined }),
      pendingPostId: newConversationId(),
    });
    const conversation = { from: conversationId, at };
    options.slots.begin(post.threadId, {
      owner: by,
      origin: { kind: "fork", conversation, link, title, directory, mode, isAuto },
    });
    return { link: linkTo?.(post.id) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { problem: `The thread for the fork could not be made: ${why}` };
  }
}
