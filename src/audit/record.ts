// One line of the audit trail: who decided what, in which thread, chained to the line before it by that line's hash.
// Knows the form of a line, but not where lines are kept or how they are shown.

import { createHash } from "node:crypto";
import { z } from "zod";

export const AUDIT_ACTIONS = [
  "started",
  "refused",
  "invited",
  "removed",
  "guest-allowed",
  "guest-denied",
  "tool-allowed",
  "tool-allowed-automatically",
  "session-allowed", // every further tool of this session
  "tool-denied",
  "plan-approved",
  "plan-approved-automatically",
  "plan-changes",
  "answered",
  "made-interactive",
  "mode-set",
  "undone",
  "rule-made", // such tools run unasked in this session
  "rule-removed",
  "rule-kept", // for new sessions as well
  "model-set",
  "effort-set",
  "thinking-set",
  "task-stopped", // one thing that ran in the background
  "show-set",
  "output-shown", // what tools gave, to the thread
  "notify-set",
  "forked",
  "began-as-fork",
  "sent", // a script's message, in that person's name
  "handed-over",
  "taken-up",
  "interrupted",
  "stopped",
  "resumed-turn",
  "spending-allowed", // more than the project's limit for the day
  "spending-denied",
  "wait-forgotten", // for the plan's limit to be reset
  "tool-used", // one of Claude's tools in the chat, for the person named
  "tool-refused",
  "remembered", // a note for the project's new sessions
  "forgotten",
  "merged", // the branch of a session's worktree
  "worktree-removed",
  "cleared", // Claude's conversation began again
  "routine-made",
  "routine-removed",
  "routine-paused", // by mm-claude itself where its maker may start no session
  "routine-resumed",
  "routine-run", // a session began by itself, for the person named
  "failed", // something in mm-claude threw, and the session's process was ended
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export interface AuditEntry {
  readonly action: AuditAction;
  /** Undefined: mm-claude itself. */
  readonly by?: { readonly id: string; readonly name: string } | undefined;
  readonly threadId: string;
  /** What exactly, in full and as JSON: the tool and its input, the plan, question and answer, who was invited. */
  readonly what?: Readonly<Record<string, unknown>> | undefined;
}

/** A line's place in the chain: its number, and the SHA-256 of its bytes without the newline. */
const LINK = z.object({ seq: z.int().positive(), hash: z.string().regex(/^[0-9a-f]{64}$/) });

/** The newest line, and the number of the newest record that rotation has dropped. */
const HEAD = LINK.extend({ dropped: z.int().positive().optional() });

const RECORD = z.object({
  seq: LINK.shape.seq,
  at: z.string().refine((time) => !Number.isNaN(Date.parse(time))),
  action: z.string(), // another version may know others
  by: z.object({ id: z.string(), name: z.string() }).optional(),
  thread: z.string(),
  what: z.record(z.string(), z.unknown()).optional(),
  lost: z.int().positive().optional(), // so many before this one could not be kept while the disk was full
  prev: LINK.shape.hash,
});

export type ChainLink = z.infer<typeof LINK>;
export type Head = z.infer<typeof HEAD>;
export type AuditRecord = z.infer<typeof RECORD>;

/** What the first line follows. */
export const START: ChainLink = { seq: 0, hash: "0".repeat(64) };

/** The line without its newline. `at`: milliseconds since the epoch. */
export function encodeRecord(entry: AuditEntry, after: ChainLink, at: number, lost: number): string {
  const { action, by: person, threadId: thread, what } = entry;
  const by = person && { id: person.id, name: person.name };
  const first = { seq: after.seq + 1, at: new Date(at).toISOString(), action, by, thread };
  const last = { lost: lost === 0 ? undefined : lost, prev: after.hash };
  try {
    return JSON.stringify({ ...first, what, ...last });
  } catch (error) {
    // What JSON has no words for must not cost the record.
    return JSON.stringify({ ...first, what: { unreadable: String(error) }, ...last });
  }
}

const decoder =
  <T>(schema: z.ZodType<T>) =>
  (bytes: Buffer): T | undefined => {
    try {
      return schema.parse(JSON.parse(bytes.toString("utf8")));
    } catch {
      return undefined;
    }
  };

export const decodeRecord = decoder(RECORD);
export const decodeHead = decoder(HEAD);
export const hashOf = (line: Buffer): string => createHash("sha256").update(line).digest("hex");
