// A session as plain JSON and back: the content of its document. A document of an earlier mm-claude is converted step
// by step; one of a later mm-claude is refused, because to guess its meaning could do harm.

import type { ThreadId } from "../mattermost/types.ts";
import type { WriterSnapshot } from "../thread/writes.ts";
import type { KnownProcess } from "../util/processes.ts";
import { sessionDocument } from "./snapshot-schema.ts";
import { TextTable, withTexts } from "./snapshot-texts.ts";
import { migrated, VERSION } from "./snapshot-versions.ts";
import type { SessionState } from "./types.ts";

export interface SessionSnapshot {
  readonly threadId: ThreadId;
  /** The Claude process that ran; undefined when none did. */
  readonly process: KnownProcess | undefined;
  /** The project of projects.yaml that it is of. */
  readonly project?: string;
  /** Where Claude works in it. */
  readonly directory: string;
  /** Where attached files are. */
  readonly filesDirectory: string | undefined;
  readonly state: SessionState;
  readonly writer: WriterSnapshot;
}

/** JSON text. */
export function encodeSnapshot(snapshot: SessionSnapshot): string {
  const table = new TextTable();
  const json = JSON.stringify({ version: VERSION, ...withSavedNames(snapshot) }, (_key, value: unknown) => {
    if (typeof value === "string") {
      return table.put(value);
    }
    return value instanceof Map || value instanceof Set ? [...value] : value;
  });
  return `${json.slice(0, -1)},"texts":${JSON.stringify(table.texts)}}`;
}

/** With the names that a few fields have in the document; the schema gives them the code's names again. */
function withSavedNames({ state, writer, ...snapshot }: SessionSnapshot): object {
  const asks = state.asks.map((ask) => {
    if (ask.kind !== "permission") {
      return ask;
    }
    const { isIncomplete, ...one } = ask;
    return { ...one, isInPart: isIncomplete };
  });
  const entries = writer.entries.map(([key, { ifFrozen, frozen, ...one }]) => [
    key,
    { ...one, ifClosed: ifFrozen, closed: frozen },
  ]);
  return { ...snapshot, state: { ...state, asks }, writer: { ...writer, entries } };
}

/** Undefined when it is no document of this version or of one before it. */
export function decodeSnapshot(value: unknown): SessionSnapshot | undefined {
  try {
    return sessionDocument.safeParse(migrated(withTexts(value))).data;
  } catch {
    return undefined;
  }
}
