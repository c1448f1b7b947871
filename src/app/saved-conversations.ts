// What Claude itself has saved of its conversations, as sessions ask for it: the same for all projects of a machine.

import { conversationsThere } from "../claude/conversations-there.ts";
import { promptsSince, runsElsewhere } from "../claude/other-programs.ts";
import { readSavedConversation } from "../claude/saved-conversation.ts";
import { readSavedResults } from "../claude/saved-results.ts";
import type { RemoteShell } from "../remote/types.ts";
import type { SessionDependencies } from "../session/dependencies.ts";

export type SavedConversations = Pick<SessionDependencies, "others" | "readSaved" | "readResults" | "there">;

export function savedConversations(environment: NodeJS.ProcessEnv): SavedConversations {
  return {
    others: {
      promptsSince: (conversationId, bytes) => promptsSince(environment, conversationId, bytes),
      runsElsewhere: (conversationId, own) => runsElsewhere(environment, conversationId, own),
    },
    readSaved: (conversationId) => readSavedConversation(environment, conversationId),
    readResults: (conversationId, ids) => readSavedResults(environment, conversationId, ids),
  };
}

export function savedConversationsThere({ run }: RemoteShell): SavedConversations {
  const there = conversationsThere(run);
  return {
    there,
    readSaved: async (conversationId) => (await there.look({ conversationId })).saved,
    readResults: there.readResults,
  };
}
