// What there is of conversations on another machine: one script answers all that is asked at a time.

import { basename } from "node:path";
import type { RunScript } from "../remote/types.ts";
import { LINES, LOOK, RESULT, SINCE } from "./conversation-scripts.ts";
import type { NewPrompts } from "./other-programs.ts";
import { isPrompt, parseLine, type SavedConversation, savedConversationOf } from "./saved-conversation.ts";
import { MOST_BYTES, type ReadSavedResults, type SavedResult, takeResults } from "./saved-results.ts";

export interface Look {
  readonly conversationId: string;
  /** How far it is known; what is written after that is news. */
  readonly bytes?: number | undefined;
  /** Claude is about to be started with it: what an earlier one of ours has left is ended first. */
  readonly isStart?: boolean;
}

export interface Looked {
  /** Undefined when nothing is saved. What tools gave is left out of it. */
  readonly saved: SavedConversation | undefined;
  readonly news: NewPrompts | undefined;
  /** A process of somebody else that has it open. */
  readonly pid: number | undefined;
}

/** All of it rejects with a RemoteError when nobody can be asked. */
export interface ConversationsThere {
  readonly look: (look: Look) => Promise<Looked>;
  readonly readResults: ReadSavedResults;
}

/** Ending what is left may take some seconds, and the way there may be long. */
const LOOK_MS = 45_000;

export function conversationsThere(run: RunScript): ConversationsThere {
  return {
    async look({ conversationId, bytes, isStart }) {
      const args = [conversationId, bytes === undefined ? "" : String(bytes), isStart ? "start" : ""];
      const { output } = await run(LOOK, args, { timeoutMs: LOOK_MS, maxBytes: 40 * 1024 * 1024 });
      return lookedOf(output.toString("utf8"), conversationId);
    },
    async readResults(conversationId, toolUseIds) {
      const found = new Map<string, SavedResult>();
      if (toolUseIds.length === 0) {
        return found;
      }
      const { output } = await run(LINES, [conversationId, ...toolUseIds]);
      const wanted = new Set(toolUseIds);
      const results = output
        .toString("utf8")
        .split("\n")
        .flatMap((line) => takeResults(line, wanted));
      for (const { id, text, besides } of results) {
        const whole = besides === undefined ? undefined : await wholeOf(run, conversationId, besides);
        found.set(id, whole ?? { text, skippedBytes: 0 });
      }
      return found;
    },
  };
}

function lookedOf(text: string, conversationId: string): Looked {
  const end = text.indexOf("\n\n");
  const head = (end < 0 ? text : text.slice(0, end)).split("\n");
  const bytes = head.flatMap((line) => /^bytes (\d+)$/.exec(line)?.[1] ?? [])[0];
  const pid = head.flatMap((line) => openBy(line, conversationId) ?? [])[0];
  if (bytes === undefined) {
    return { saved: undefined, news: undefined, pid };
  }
  const body = text.slice(end + 2);
  const since = body.lastIndexOf(`\n${SINCE}\n`);
  const prompts = body.slice(since).split("\n").flatMap(parseLine).filter(isPrompt);
  return {
    saved: savedConversationOf(body),
    news: { bytes: Number(bytes), uuids: prompts.map(({ uuid }) => String(uuid)) },
    pid,
  };
}

/** The file of a process that was killed stays, and its number may be another's by now. */
function openBy(line: string, conversationId: string): number | undefined {
  const [, pid, mark = "", json = ""] = /^open (\d{1,10}) (-|\S+ \d+) (.*)$/.exec(line) ?? [];
  try {
    const told = JSON.parse(json) as { sessionId?: unknown; procStart?: unknown } | null;
    const [state, start] = mark.split(" ");
    const isSame = start === undefined || typeof told?.procStart !== "string" || told.procStart === start;
    return told?.sessionId === conversationId && isSame && state !== "Z" ? Number(pid) : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined when it is gone, or is anything but a file of Claude Code's own. */
async function wholeOf(
  run: RunScript,
  conversationId: string,
  path: string,
): Promise<SavedResult | undefined> {
  const { code, output } = await run(RESULT, [conversationId, basename(path), String(MOST_BYTES)]);
  const line = output.indexOf("\n");
  if (code !== 0 || line < 0) {
    return undefined;
  }
  const size = Number(output.toString("latin1", 0, line));
  return { text: output.toString("utf8", line + 1), skippedBytes: Math.max(0, size - MOST_BYTES) };
}
