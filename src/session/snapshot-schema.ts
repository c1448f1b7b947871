// The form of a session's document. A document in which anything is missing, or of another kind, is refused.
// JSON has no maps, no sets and no infinity: maps and sets are saved as lists, infinity as null. A few fields have other
// names in the document than in the code; the schema gives them the code's names.

import { z } from "zod";
import type { RequestId, ToolInput, ToolUseId } from "../claude/types.ts";
import type { FileId, ThreadId } from "../mattermost/types.ts";
import { Transcript } from "../render/transcript.ts";
import { card, idOf, message, orNone, person, postId, userId } from "./snapshot-parts.ts";
import { steering } from "./steering/snapshot.ts";

const text = z.string();
const number = z.number();
const flag = z.boolean();

const toolUseId = idOf<ToolUseId>();

const mapOf = <Key, Value>(key: z.ZodType<Key>, value: z.ZodType<Value>) =>
  z.array(z.tuple([key, value])).transform((pairs) => new Map(pairs));
const setOf = <Value>(value: z.ZodType<Value>) => z.array(value).transform((values) => new Set(values));

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
// Their keys are somebody else's: they may be any, `__proto__` as well.
const toolInput = z.custom<ToolInput>(isObject);
const answers = z.custom<Readonly<Record<string, string>>>(
  (value) => isObject(value) && Object.values(value).every((answer) => typeof answer === "string"),
);

// What somebody is asked.

const toolUse = z.object({ name: text, input: toolInput, fileBefore: orNone(text) });
const piece = z.object({ key: text, postId: orNone(postId), postedAt: number.optional() });
const question = z.object({
  question: text,
  header: text,
  multiSelect: flag,
  options: z.array(z.object({ label: text, description: text })),
});

const anyAsk = z.object({
  ...piece.shape,
  card,
  pieces: z.array(piece).exactOptional(),
  isHinted: flag.exactOptional(),
  reply: message.optional(),
  isFromSubagent: flag.exactOptional(),
  remindAt: number.optional(),
});
const requestId = idOf<RequestId>();

const ask = z.discriminatedUnion("kind", [
  anyAsk
    .extend({
      kind: z.literal("permission"),
      requestId,
      toolUseId: orNone(toolUseId),
      use: toolUse,
      isInPart: flag.optional(),
      rules: z.array(z.object({ tool: text, content: text.optional() })).optional(),
    })
    .transform(({ isInPart, ...one }) => ({ ...one, isIncomplete: isInPart })),
  anyAsk.extend({ kind: z.literal("plan"), requestId, plan: text, input: toolInput }),
  anyAsk.extend({
    kind: z.literal("question"),
    requestId,
    questions: z.array(question),
    input: toolInput,
    index: number,
    answers,
    selected: mapOf(userId, setOf(number)),
  }),
  anyAsk.extend({ kind: z.literal("guest"), message, edits: number.exactOptional() }),
]);

// What a turn has said.

const container = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("quote") }),
  z.object({
    kind: z.literal("item"),
    marker: text,
    number: orNone(number),
    indent: number,
    width: number,
    isEmpty: flag,
  }),
]);
const leaf = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("fence"), marker: text, info: text, indent: number }),
  z.object({ kind: z.literal("table"), header: text, rule: text, isEmpty: flag }),
  z.object({ kind: z.literal("paragraph"), line: text }),
  z.object({ kind: z.literal("code") }),
  z.object({ kind: z.literal("heading"), marks: text }),
]);
const continuation = z.object({
  place: z.object({ containers: z.array(container), leaf: orNone(leaf) }),
  isWithinLine: flag,
  ticks: text,
  cells: number,
});

const item = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("text"),
    text,
    isOpen: flag,
    shown: number,
    after: continuation.optional(),
    names: z.array(text),
  }),
  z.object({
    kind: z.literal("tool"),
    id: text,
    headline: text,
    preview: text,
    outcome: text,
    offers: flag.exactOptional(),
    holdUntil: number.nullable().transform((until) => until ?? Infinity),
    shown: flag,
  }),
  z.object({
    kind: z.literal("notice"),
    name: text,
    text,
    // Earlier versions held none back.
    holdUntil: number
      .nullable()
      .default(0)
      .transform((until) => until ?? Infinity),
    shown: flag,
  }),
]);

const transcript = z
  .object({
    keyPrefix: text,
    limit: number,
    names: z.array(text),
    pages: z.array(z.object({ key: text, items: z.array(item), isSealed: flag, lastPut: text })),
    nextPage: number,
  })
  .transform((saved) => Transcript.restore(saved));

const turn = z.object({
  messageUuid: orNone(text),
  by: orNone(person),
  beganAt: number.exactOptional(),
  transcript,
  streaming: orNone(
    z.object({ messageId: text, blocks: z.array(z.object({ index: number, text })), confirmed: number }),
  ),
  previousMessageId: text.optional(),
  confirmed: mapOf(text, number),
  tools: mapOf(toolUseId, z.object({ name: text, input: toolInput })),
  folded: z.object({ counts: mapOf(text, number), waiting: setOf(toolUseId) }).exactOptional(),
  thinking: z.object({ block: text, length: number, blanks: text }).exactOptional(),
  lastText: text,
  growth: number,
  flushedAt: orNone(number),
  interruptedBy: orNone(person),
  hasShown: flag,
  mayBeOwn: flag.exactOptional(),
});

// The session.

const claude = z.object({
  slot: number,
  isClearing: flag,
  hasTaskNotification: flag,
  flushAt: orNone(number),
  isFlushPatient: flag.exactOptional(),
});

const phase = z.discriminatedUnion("name", [
  z.object({
    name: z.literal("asleep"),
    slot: orNone(z.union([number, z.literal("asked")])),
    isMarkedStopped: flag,
  }),
  z.object({ name: z.literal("idle"), claude }),
  z.object({
    name: z.literal("working"),
    claude,
    inFlight: orNone(z.object({ message, isPreparing: flag })),
  }),
  z.object({ name: z.literal("ended") }),
]);

const madeWorktree = z.object({
  directory: text,
  path: text,
  top: text,
  branch: text,
  base: text.optional(),
  baseCommit: text,
  isNew: flag,
});

const worktree = z.discriminatedUnion("status", [
  z.object({ status: z.literal("asked"), branch: text, key: text, postId: orNone(postId) }),
  z.object({ status: z.literal("making"), branch: text, made: orNone(madeWorktree) }),
  z.object({
    status: z.literal("made"),
    made: madeWorktree,
    isChecked: flag,
    changes: orNone(z.object({ added: number, removed: number, ahead: number })),
  }),
]);

const state = z.object({
  owner: person,
  phase,
  generation: number,
  conversation: z.object({
    // It names a file as well.
    id: z.uuid(),
    progress: z.union([z.enum(["new", "begun"]), z.object({ lostDirectory: text })]),
    isCleared: flag,
    fork: z.object({ from: z.uuid(), at: z.uuid() }).optional(),
    hasRetriedStart: flag,
  }),
  auto: orNone(z.object({ grantedBy: orNone(person) })),
  isPlanApproved: flag,
  participants: mapOf(userId, text),
  speakers: mapOf(userId, text),
  toldAt: mapOf(text, number),
  taken: z.array(postId),
  queue: z.array(message),
  waiting: setOf(postId),
  asks: z.array(ask),
  toolsWithCards: mapOf(
    toolUseId,
    z.object({
      key: text,
      postId: postId.optional(),
      use: toolUse,
      card,
      verdict: text,
      showAt: orNone(number),
      hasProgress: flag.exactOptional(),
    }),
  ),
  earlyReactions: z.array(
    z.object({
      type: z.literal("reaction"),
      by: person,
      postId,
      emojiName: text,
      isRemoval: flag,
      uuid: text,
      at: number.exactOptional(),
    }),
  ),
  cutOff: orNone(z.object({ key: text, postId: orNone(postId), until: orNone(number) })),
  subagents: mapOf(toolUseId, z.object({ key: text, label: text })),
  background: z.array(z.object({ id: text, description: text, isAgent: flag.exactOptional() })),
  faults: number,
  worktree: orNone(worktree),
  steering,
  taskList: orNone(
    z.object({
      key: text,
      tasks: z.array(z.object({ id: text, text, status: z.enum(["pending", "in_progress", "completed"]) })),
    }),
  ),
  turn,
  commands: orNone(z.array(z.object({ name: text, aliases: z.array(text) }))),
  lastActivityAt: number,
  postsMade: number,
});

// The thread's writer.

const content = z.object({
  markdown: text,
  attachment: z.object({ color: text, text }).optional(),
});

const entry = z
  .object({
    id: orNone(postId),
    wanted: content,
    creating: orNone(content),
    written: orNone(content),
    file: orNone(z.object({ name: text, text })),
    fileId: orNone(idOf<FileId>()),
    fileIds: z.array(idOf<FileId>()).optional(),
    pendingPostId: text,
    isQueued: flag,
    isFinal: flag,
    isProgress: flag,
    ifClosed: z.enum(["continue", "repeat", "drop"]).optional(),
    about: text.optional(),
    isRefused: flag.optional(),
    closed: z.object({ id: postId, said: content }).optional(),
    quarantined: z.object({ content, marker: text, isHeld: flag }).optional(),
    postedAt: number.optional(),
  })
  .transform(({ ifClosed, closed, ...one }) => ({ ...one, ifFrozen: ifClosed, frozen: closed }));

const write = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("findLost") }),
  z.object({ kind: z.literal("put"), key: text }),
  z.object({
    kind: z.enum(["react", "unreact"]),
    target: z.union([z.object({ key: text }), z.object({ postId })]),
    emojiName: text,
  }),
]);

export const sessionDocument = z.object({
  threadId: text.min(1) as unknown as z.ZodType<ThreadId>,
  process: orNone(z.object({ pid: number, startMark: text })),
  project: text.exactOptional(),
  directory: text,
  filesDirectory: orNone(text),
  state,
  writer: z.object({ entries: z.array(z.tuple([text, entry])), writes: z.array(write) }),
});
