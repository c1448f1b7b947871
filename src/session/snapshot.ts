// A session as plain JSON and back: what a document in the store holds. What an earlier version of mm-claude wrote is
// taken over step by step; what a later one wrote is refused, not guessed at.

import { z } from "zod";
import type { ThreadId } from "../mattermost/types.ts";
import { Transcript, type TranscriptSnapshot } from "../render/transcript.ts";
import type { WriterSnapshot } from "../thread/writes.ts";
import type { KnownProcess } from "../util/processes.ts";
import { migrated, VERSION } from "./snapshot-versions.ts";
import type { SessionState } from "./types.ts";

export interface SessionSnapshot {
  readonly threadId: ThreadId;
  /** The Claude process that ran; undefined when none did. */
  readonly process: KnownProcess | undefined;
  /** Where Claude works in it. */
  readonly directory: string;
  /** Where attached files are. */
  readonly filesDirectory: string | undefined;
  readonly state: SessionState;
  readonly writer: WriterSnapshot;
}

const person = z.looseObject({ id: z.string(), name: z.string() });
const message = z.looseObject({
  uuid: z.string(),
  text: z.string(),
  by: person,
  vouchedBy: person.nullish(),
});

/** Those of Claude's are void with the process, whatever is left of them; a guest's is looked at before. */
const ask = z.discriminatedUnion("kind", [
  z.looseObject({ kind: z.enum(["permission", "plan", "question"]), key: z.string() }),
  z.looseObject({ kind: z.literal("guest"), key: z.string(), message }),
]);

const document = z.looseObject({
  version: z.literal(VERSION),
  threadId: z.string().min(1),
  directory: z.string(),
  state: z.looseObject({
    owner: person,
    phase: z.enum(["idle", "working", "asleep", "ended"]),
    conversationId: z.uuid(),
    // Looked up before any session is taken up.
    queue: z.array(message),
    inFlight: message.nullish(),
    autoGrantedBy: person.nullish(),
    asks: z.array(ask),
    background: z.array(z.looseObject({ id: z.string(), description: z.string() })),
    turn: z.looseObject({}),
  }),
  writer: z.looseObject({
    entries: z.array(z.tuple([z.string(), z.looseObject({})])),
    writes: z.array(z.looseObject({ kind: z.string() })),
  }),
});

/** JSON text. */
export function encodeSnapshot(snapshot: SessionSnapshot): string {
  return JSON.stringify({ version: VERSION, ...snapshot }, tagged);
}

/** Undefined when it is no document of this version or of one before it. */
export function decodeSnapshot(value: unknown): SessionSnapshot | undefined {
  try {
    const current = migrated(value);
    return document.safeParse(current).success
      ? (JSON.parse(JSON.stringify(current), untagged) as SessionSnapshot)
      : undefined;
  } catch {
    return undefined;
  }
}

// What JSON has no word for. A tool's input may hold any key, also one of these: then the whole object is written as
// pairs.
const MAP = "\u0000map";
const SET = "\u0000set";
const TRANSCRIPT = "\u0000transcript";
const PAIRS = "\u0000pairs";
const INFINITE = "\u0000infinite";

function tagged(this: unknown, key: string, value: unknown): unknown {
  if (value instanceof Map) {
    return { [MAP]: [...value] };
  }
  if (value instanceof Set) {
    return { [SET]: [...value] };
  }
  if (value === Infinity) {
    return { [INFINITE]: true };
  }
  // Its `toJSON` has been called already: `value` is plain.
  if ((this as Record<string, unknown>)[key] instanceof Transcript) {
    return { [TRANSCRIPT]: value };
  }
  return hasTag(value) ? { [PAIRS]: Object.entries(value) } : value;
}

function hasTag(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).some((key) => key.startsWith("\u0000"))
  );
}

function untagged(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const tags = value as Readonly<Record<string, unknown>>;
  if (MAP in tags) {
    return new Map(tags[MAP] as [unknown, unknown][]);
  }
  if (SET in tags) {
    return new Set(tags[SET] as unknown[]);
  }
  if (PAIRS in tags) {
    return Object.fromEntries(tags[PAIRS] as [string, unknown][]);
  }
  if (INFINITE in tags) {
    return Infinity;
  }
  return TRANSCRIPT in tags ? Transcript.restore(tags[TRANSCRIPT] as TranscriptSnapshot) : value;
}
