// What every decoder of the wire needs: what a frame is, and how one that lacks something is reported.

import type { z } from "zod";
import type { ClaudeEvent } from "./types.ts";

export type Frame = Readonly<Record<string, unknown>>;
export type Malformed = Extract<ClaudeEvent, { readonly type: "malformed" }>;

export function isFrame(value: unknown): value is Frame {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Any JSON as text. `String` would call a `toString` that came over the wire. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
}

export function malformed(frame: string, error: z.ZodError): Malformed {
  const [issue] = error.issues;
  const at = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  return { type: "malformed", detail: `${frame}${at}: ${issue?.message ?? "unreadable"}` };
}
