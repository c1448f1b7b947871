// Finds in what Claude Code has saved of a conversation what some of its tools gave. Read line by line and never whole:
// it may be long, and others are served meanwhile. The fields used here are the same in 1.0.128, 2.0.76 and 2.1.330.

import { createReadStream } from "node:fs";
import { LineFramer } from "./line-framer.ts";
import { savedFile } from "./saved-conversation.ts";

/** A text that stands for each picture, and for whatever else is no text. */
export type ReadSavedResults = (
  conversationId: string,
  toolUseIds: readonly string[],
) => Promise<ReadonlyMap<string, string>>;

/** By the ids of the tool uses; what is not saved is missing. `environment` is the one Claude runs in. */
export async function readSavedResults(
  environment: NodeJS.ProcessEnv,
  conversationId: string,
  toolUseIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const file = savedFile(environment, conversationId);
  if (file === undefined) {
    return found;
  }
  const wanted = new Set(toolUseIds);
  const framer = new LineFramer({
    line(line) {
      // To parse a long line costs more than to look through it.
      if ([...wanted].some((id) => line.includes(id))) {
        for (const [id, text] of resultsIn(line)) {
          if (wanted.delete(id)) {
            found.set(id, text);
          }
        }
      }
    },
    tooLong: () => {},
    endless: () => {},
  });
  try {
    for await (const chunk of createReadStream(file)) {
      framer.push(chunk as Buffer);
      if (wanted.size === 0) {
        return found;
      }
    }
    framer.end();
  } catch {
    // Removed or made unreadable meanwhile: what was found is all there is.
  }
  return found;
}

interface Block {
  readonly type?: unknown;
  readonly tool_use_id?: unknown;
  readonly text?: unknown;
  readonly content?: unknown;
}

function resultsIn(line: string): [id: string, text: string][] {
  return blocksOf(contentOf(line)).flatMap(({ type, tool_use_id: id, content }) =>
    type === "tool_result" && typeof id === "string" ? [[id, textOf(content)]] : [],
  );
}

function contentOf(line: string): unknown {
  try {
    return (JSON.parse(line) as { message?: { content?: unknown } } | null)?.message?.content;
  } catch {
    // The last line may be cut off: the process died while it wrote.
    return undefined;
  }
}

const blocksOf = (content: unknown): Block[] =>
  Array.isArray(content) ? content.filter((block) => typeof block === "object" && block !== null) : [];

function textOf(content: unknown): string {
  return typeof content === "string"
    ? content
    : blocksOf(content)
        .map(({ type, text }) =>
          typeof text === "string" ? text : `[${type === "image" ? "picture" : "no text"}]`,
        )
        .join("\n");
}
