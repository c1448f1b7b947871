// Claude's tools in the chat, put together once for the sessions of all projects.

import { type SendFileOptions, sendFile } from "../chat-tools/send-file.ts";
import { createChatTools, type SharedToolsOptions, sharedTools } from "../chat-tools/tools.ts";
import type { ChatTools } from "../chat-tools/types.ts";

export interface ChatToolsOptions extends SharedToolsOptions {
  readonly api: SendFileOptions["api"] & SharedToolsOptions["api"];
  readonly token: string;
  readonly home: SendFileOptions["home"];
  readonly clock: SendFileOptions["clock"];
}

export function chatTools({ token, home, clock, ...reading }: ChatToolsOptions): ChatTools {
  const sending = sendFile({ api: reading.api, secrets: [token], home, clock });
  return createChatTools([sending, ...sharedTools(reading)]);
}
