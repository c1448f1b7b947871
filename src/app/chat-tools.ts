// Claude's tools in the chat, put together for the sessions of one project.

import type { Access } from "../chat-tools/access.ts";
import { sendFile } from "../chat-tools/send-file.ts";
import { createChatTools } from "../chat-tools/tools.ts";
import type { ChatTools } from "../chat-tools/types.ts";
import type { MattermostApi, User } from "../mattermost/types.ts";
import type { Users } from "../mattermost/users.ts";
import type { Clock } from "../util/clock.ts";

export interface ProjectChatToolsOptions {
  readonly api: MattermostApi;
  readonly users: Users;
  /** Shared by all projects, so that it is told once who joins and leaves. */
  readonly access: Access;
  readonly bot: User;
  readonly token: string;
  readonly home: string;
  readonly clock: Clock;
}

export function projectChatTools({
  api,
  users,
  access,
  bot,
  token,
  home,
  clock,
}: ProjectChatToolsOptions): ChatTools {
  return createChatTools({
    api,
    users,
    access,
    botId: bot.id,
    more: [sendFile({ api, secrets: [token], home, clock })],
  });
}
