// Claude's tools in the chat, put together for the sessions of one project.

import { type SendFileOptions, sendFile } from "../chat-tools/send-file.ts";
import { createChatTools } from "../chat-tools/tools.ts";
import type { ChatToolImplementation, ChatTools } from "../chat-tools/types.ts";
import type { Clock } from "../util/clock.ts";

export interface ProjectChatToolsOptions {
  readonly api: SendFileOptions["api"];
  readonly sharedTools: readonly ChatToolImplementation[];
  readonly token: string;
  readonly home: string;
  readonly clock: Clock;
}

export function projectChatTools({
  api,
  sharedTools,
  token,
  home,
  clock,
}: ProjectChatToolsOptions): ChatTools {
  return createChatTools([sendFile({ api, secrets: [token], home, clock }), ...sharedTools]);
}
