// The map of sessions with real sessions, over a fake server and a fake Claude.

import type { ClaudeClient, ClaudeEvent, ClaudeStart } from "../../src/claude/types.ts";
import type { ChannelId, ThreadId, UserId } from "../../src/mattermost/types.ts";
import { SessionManager } from "../../src/session/manager.ts";
import type { Message } from "../../src/session/signals.ts";
import { decodeSnapshot } from "../../src/session/snapshot.ts";
import type { ChangingDocuments } from "../../src/store/document-store.ts";
import { createFakeClock } from "./fake-clock.ts";
import { createFakeThreadApi } from "./fake-thread-api.ts";
import { quietLog } from "./logs.ts";
import { memoryDocuments } from "./memory-documents.ts";
import { CONTEXT, messageOf, OWNER } from "./session-script.ts";

export interface Process {
  readonly start: ClaudeStart;
  readonly tell: (event: ClaudeEvent) => void;
  readonly sent: string[];
  /** All that it was told, in order. */
  readonly heard: string[];
  isClosed: boolean;
}

export const id = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** `keep`: where sessions are kept; in memory, saved at once, unless given. */
export function managerWorld(maxSessions = 2, keep?: (documents: Map<string, string>) => ChangingDocuments) {
  const server = createFakeThreadApi();
  const clock = createFakeClock();
  const processes: Process[] = [];
  const documents = new Map<string, string>();
  let ids = 0;
  const warnings: string[] = [];
  /** Threads of sessions that were read from their documents. */
  const read: string[] = [];
  const warn = (line: string): void => void warnings.push(line);
  const dependencies = {
    api: server.api,
    users: { byId: async () => undefined },
    audit: { append: () => {} },
    deniedPathsIn: () => [],
    redact: (text: string) => text,
    warm: { take: () => undefined },
    clock,
    log: { ...quietLog, warn },
    startClaude: (start: ClaudeStart, tell: (event: ClaudeEvent) => void): ClaudeClient => {
      const process: Process = { start, tell, sent: [], heard: [], isClosed: false };
      processes.push(process);
      return {
        pid: processes.length,
        send(_uuid, blocks) {
          const text = blocks[0]?.type === "text" ? blocks[0].text : "";
          process.sent.push(text);
          process.heard.push(text);
        },
        answer: (_requestId, { behavior }) => process.heard.push(behavior),
        answerCall: (_callId, { text }) => process.heard.push(`result ${text}`),
        interrupt: () => process.heard.push("interrupt"),
        request: (_request, reply) => reply({ type: "unknown" }),
        close: async () => {
          process.isClosed = true;
          process.heard.push("close");
        },
      };
    },
    newConversationId: () => id(++ids),
    sendTyping: () => {},
    context: { ...CONTEXT, directory: "/", maxSessions },
    claudePath: "claude",
    botId: "bot" as UserId,
    channelId: "channel" as ChannelId,
    documents: (keep ?? memoryDocuments)(documents),
    readSnapshot: (threadId: ThreadId) => {
      read.push(threadId);
      return decodeSnapshot(JSON.parse(documents.get(`session-channel-${threadId}`) ?? "null"));
    },
    onCardPosted: () => {},
    readSaved: () => undefined,
    readResults: async () => new Map(),
  };
  const manager = new SessionManager(dependencies);
  let messages = 0;
  const message = (text: string): Message => messageOf(`m${++messages}`, text);
  const open = (thread: string): boolean => manager.open(thread as ThreadId, OWNER, message(thread));
  const live = (): string[] =>
    processes.filter((process) => !process.isClosed).map((process) => process.start.conversationId);
  return { read, manager, dependencies, server, clock, processes, documents, warnings, open, message, live };
}
