// A Claude in the test's own process: answers each message as it is told to, as fast as it is told to. For tests of
// many sessions at once, where processes would be the greater part of the work.

import type {
  CallId,
  ClaudeClient,
  ClaudeEvent,
  ClaudeStart,
  OwnToolResult,
  PermissionAnswer,
  RequestId,
  StartClaude,
  ToolUseId,
} from "../../src/claude/types.ts";

export interface Telling {
  /** What a person wrote. */
  readonly text: string;
  readonly start: ClaudeStart;
  /** Words of Claude's, as they come. */
  say(words: string): void;
  /** One tool that ran without being asked about. */
  tool(name: string, input: Readonly<Record<string, unknown>>): void;
  /** Uses a tool of ours, as Claude does: asked about first, and called if that is allowed. */
  use(name: string, input: Readonly<Record<string, unknown>>): Promise<OwnToolResult | "denied">;
  /** Asks for permission; resolves with the answer. */
  ask(command: string): Promise<"allow" | "deny">;
  /** Asks which of them; resolves with what is answered. */
  askWhich(question: string, labels: readonly string[]): Promise<string | undefined>;
  readonly isOver: boolean;
}

export interface InProcessClaude {
  readonly start: StartClaude;
  /** How many are open. */
  readonly live: () => number;
}

/** `tell` plays one turn; when it returns, the turn is over. */
export function inProcessClaude(tell: (turn: Telling) => Promise<void>): InProcessClaude {
  const live = new Set<object>();
  let ids = 0;
  const start: StartClaude = (claudeStart, listener) => {
    const id = {};
    live.add(id);
    const waiting: { uuid: string; text: string }[] = [];
    const calls = new Map<CallId, (result: OwnToolResult) => void>();
    const asked = new Map<RequestId, (answer: PermissionAnswer) => void>();
    const answerTo = (tell: (requestId: RequestId) => void): Promise<PermissionAnswer> =>
      new Promise((resolve) => {
        const requestId = `request${++ids}` as RequestId;
        asked.set(requestId, resolve);
        tell(requestId);
      });
    let isPlaying = false;
    let isClosed = false;
    const emit = (event: ClaudeEvent): void => {
      if (!isClosed) listener(event);
    };

    const play = async (uuid: string, text: string): Promise<void> => {
      const messageId = `message${++ids}`;
      let said = "";
      emit({ type: "turnStarted", model: "in-process" });
      emit({ type: "messageStarted", messageId });
      emit({ type: "replayed", uuid });
      await tell({
        text,
        start: claudeStart,
        get isOver() {
          return isClosed;
        },
        say(words) {
          said += words;
          emit({ type: "textDelta", text: words, blockIndex: 0 });
        },
        tool(name, input) {
          const toolId = `tool${++ids}` as ToolUseId;
          emit({ type: "toolUse", id: toolId, name, input });
          emit({ type: "toolResult", id: toolId, isError: false, text: "done", structured: undefined });
        },
        async use(name, input) {
          const toolUseId = `tool${++ids}` as ToolUseId;
          const toolName = `mcp__mattermost__${name}`;
          emit({ type: "toolUse", id: toolUseId, name: toolName, input });
          const { behavior } = await answerTo((requestId) =>
            emit({ type: "permissionAsked", requestId, toolName, input, toolUseId, ownTool: name }),
          );
          if (behavior === "deny") {
            emit({ type: "toolResult", id: toolUseId, isError: true, text: "denied", structured: undefined });
            return "denied";
          }
          const result = await new Promise<OwnToolResult>((resolve) => {
            const callId = `call${++ids}` as CallId;
            calls.set(callId, resolve);
            emit({ type: "ownToolCalled", callId, name, input, toolUseId });
          });
          emit({ type: "toolResult", id: toolUseId, ...result, structured: undefined });
          return result;
        },
        async ask(command) {
          const about = { toolName: "Bash", input: { command }, toolUseId: undefined };
          const { behavior } = await answerTo((requestId) =>
            emit({ type: "permissionAsked", requestId, ...about }),
          );
          return behavior;
        },
        async askWhich(question, labels) {
          const options = labels.map((label) => ({ label, description: "" }));
          const questions = [{ question, header: "Which", multiSelect: true, options }];
          const about = { questions, input: { questions }, toolUseId: undefined };
          const answer = await answerTo((requestId) => emit({ type: "questionAsked", requestId, ...about }));
          const { answers } = answer.behavior === "allow" ? answer.updatedInput : {};
          return (answers as Record<string, string> | undefined)?.[question];
        },
      });
      if (said !== "") emit({ type: "text", messageId, text: said });
      emit({ type: "turnEnded", isError: false, reason: "", wasAborted: false });
    };

    const playAll = async (): Promise<void> => {
      if (isPlaying) return;
      isPlaying = true;
      for (let next = waiting.shift(); next && !isClosed; next = waiting.shift()) {
        await play(next.uuid, next.text);
      }
      isPlaying = false;
    };

    queueMicrotask(() => emit({ type: "ready", commands: [] }));
    const client: ClaudeClient = {
      pid: undefined,
      send(uuid, content) {
        const text = content.map((block) => (block.type === "text" ? block.text : "")).join("\n");
        waiting.push({ uuid, text });
        void playAll();
      },
      answer(requestId, answer) {
        asked.get(requestId)?.(answer);
        asked.delete(requestId);
      },
      answerCall(callId, result) {
        calls.get(callId)?.(result);
        calls.delete(callId);
      },
      interrupt: () => {},
      request: (_request, reply) => reply({ type: "unknown" }),
      async close() {
        isClosed = true;
        live.delete(id);
        for (const deny of asked.values()) deny({ behavior: "deny", message: "closed" });
      },
    };
    return client;
  };
  return { start, live: () => live.size };
}
