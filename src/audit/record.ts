// One line of the audit trail: who decided what, in which thread, chained to the line before it by that line's hash.
// Knows the form of a line; refuses to know where lines are kept and how they are shown.

import { createHash } from "node:crypto";

export const AUDIT_ACTIONS = [
  "started",
  "refused",
  "invited",
  "removed",
  "guest-allowed",
  "guest-denied",
  "tool-allowed",
  "tool-allowed-automatically",
  /** Every further tool of this session. */
  "session-allowed",
  "tool-denied",
  "plan-approved",
  "plan-approved-automatically",
  "plan-changes",
  "answered",
  "made-interactive",
  "interrupted",
  "stopped",
  "resumed-turn",
  /** Claude's conversation began anew. */
  "cleared",
  /** Something in mm-claude threw, and the session's process was ended. */
  "failed",
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export interface AuditPerson {
  readonly id: string;
  readonly name: string;
}

export interface AuditEntry {
  readonly action: AuditAction;
  /** Undefined: mm-claude itself. */
  readonly by?: AuditPerson | undefined;
  readonly threadId: string;
  /** What exactly, in full and as JSON: the tool and its input, the plan, question and answer, who was invited. */
  readonly what?: Readonly<Record<string, unknown>> | undefined;
}

/** A line as it is read again; another version may know other actions. */
export interface AuditRecord {
  /** 1 for the first line of a file. */
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly action: string;
  readonly by?: AuditPerson;
  readonly thread: string;
  readonly what?: Readonly<Record<string, unknown>>;
  /** How many records before this one could not be kept while the disk was full. */
  readonly lost?: number;
  /** SHA-256 of the line before, in hex, without its newline. */
  readonly prev: string;
}

/** A place in the chain: a line's number and its hash. */
export interface Mark {
  readonly seq: number;
  readonly hash: string;
}

/** What the first line follows. */
export const START: Mark = { seq: 0, hash: "0".repeat(64) };

interface Position {
  readonly after: Mark;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly lost: number;
}

/** The line without its newline. */
export function encodeRecord(
  { action, by, threadId, what }: AuditEntry,
  { after, at, lost }: Position,
): string {
  return JSON.stringify({
    seq: after.seq + 1,
    at: new Date(at).toISOString(),
    action,
    by: by && { id: by.id, name: by.name },
    thread: threadId,
    what,
    lost: lost === 0 ? undefined : lost,
    prev: after.hash,
  });
}

/** Undefined when the line is no record. */
export function decodeRecord(line: Buffer): AuditRecord | undefined {
  const value = parseObject(line.toString("utf8"));
  if (value === undefined) return undefined;
  const { seq, at, action, by, thread, what, lost, prev } = value;
  const isRecord =
    isSeq(seq) &&
    typeof at === "string" &&
    !Number.isNaN(Date.parse(at)) &&
    typeof action === "string" &&
    (by === undefined || isPerson(by)) &&
    typeof thread === "string" &&
    (what === undefined || isObject(what)) &&
    (lost === undefined || isSeq(lost)) &&
    isHash(prev);
  return isRecord ? (value as unknown as AuditRecord) : undefined;
}

/** Undefined when the text is no mark. */
export function decodeMark(text: string): Mark | undefined {
  const { seq, hash } = parseObject(text) ?? {};
  return isSeq(seq) && isHash(hash) ? { seq, hash } : undefined;
}

export function hashOf(line: Buffer): string {
  return createHash("sha256").update(line).digest("hex");
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPerson(value: unknown): boolean {
  return isObject(value) && typeof value["id"] === "string" && typeof value["name"] === "string";
}

function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isHash(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}
