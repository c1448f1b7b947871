// The control protocol's frames: what Claude asks of us, what it takes back, how it answers us.
// Knows nothing of conversations.

import { z } from "zod";
import type { ClaudeEvent, RequestId, ToolUseId } from "./types.ts";

export type ControlDecoded =
  | ClaudeEvent
  /** An answer to a request of ours; `error` is undefined when it was granted. */
  | {
      readonly type: "response";
      readonly requestId: string;
      readonly error: string | undefined;
      readonly payload: unknown;
    }
  /** A request nobody here can grant. Left unanswered it would hold the turn for ever. */
  | { readonly type: "ungranted"; readonly requestId: string; readonly subtype: string };

export type Malformed = Extract<ClaudeEvent, { readonly type: "malformed" }>;

export function malformed(frame: string, error: z.ZodError): Malformed {
  const [issue] = error.issues;
  const at = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  return { type: "malformed", detail: `${frame}${at}: ${issue?.message ?? "unreadable"}` };
}

const requestFrame = z.object({
  request_id: z.string().transform((id) => id as RequestId),
  request: z.object({ subtype: z.string() }).loose(),
});

const canUseTool = z.object({
  tool_name: z.string(),
  input: z.record(z.string(), z.unknown()),
  // 1.0.128 sends none.
  tool_use_id: z
    .string()
    .transform((id) => id as ToolUseId)
    .optional(),
});

const plan = z.object({ plan: z.string() });

const questions = z.object({
  questions: z.array(
    z.object({
      question: z.string(),
      header: z.string().default(""),
      multiSelect: z.boolean().default(false),
      options: z.array(z.object({ label: z.string(), description: z.string().default("") })).default([]),
    }),
  ),
});

export function decodeControlRequest(frame: unknown): ControlDecoded[] {
  const outer = requestFrame.safeParse(frame);
  if (!outer.success) return [malformed("control_request", outer.error)];
  const { request_id: requestId, request } = outer.data;
  const ungranted = { type: "ungranted", requestId, subtype: request.subtype } as const;
  if (request.subtype !== "can_use_tool") return [ungranted];

  const asked = canUseTool.safeParse(request);
  if (!asked.success) return [malformed("can_use_tool", asked.error), ungranted];
  const { tool_name: toolName, input, tool_use_id: toolUseId } = asked.data;
  switch (toolName) {
    case "ExitPlanMode": {
      const written = plan.safeParse(input);
      return [
        { type: "planAsked", requestId, plan: written.success ? written.data.plan : "", input, toolUseId },
      ];
    }
    case "AskUserQuestion": {
      const parsed = questions.safeParse(input);
      if (!parsed.success) return [malformed("AskUserQuestion", parsed.error), ungranted];
      return [{ type: "questionAsked", requestId, questions: parsed.data.questions, input, toolUseId }];
    }
    default:
      return [{ type: "permissionAsked", requestId, toolName, input, toolUseId }];
  }
}

const cancelFrame = z.object({ request_id: z.string().transform((id) => id as RequestId) });

export function decodeControlCancel(frame: unknown): ControlDecoded[] {
  const parsed = cancelFrame.safeParse(frame);
  if (!parsed.success) return [malformed("control_cancel_request", parsed.error)];
  return [{ type: "askCancelled", requestId: parsed.data.request_id }];
}

const responseFrame = z.object({
  response: z.discriminatedUnion("subtype", [
    // An answer with nothing to say has no `response` (interrupt, up to 2.1.197).
    z.object({ subtype: z.literal("success"), request_id: z.string(), response: z.unknown().optional() }),
    z.object({ subtype: z.literal("error"), request_id: z.string(), error: z.string().default("refused") }),
  ]),
});

export function decodeControlResponse(frame: unknown): ControlDecoded[] {
  const parsed = responseFrame.safeParse(frame);
  if (!parsed.success) return [malformed("control_response", parsed.error)];
  const { response } = parsed.data;
  return [
    response.subtype === "success"
      ? { type: "response", requestId: response.request_id, error: undefined, payload: response.response }
      : { type: "response", requestId: response.request_id, error: response.error, payload: undefined },
  ];
}

const initialized = z.object({
  commands: z.array(z.object({ name: z.string(), aliases: z.array(z.string()).default([]) })),
});

/** The payload of the answer to `initialize`. */
export function decodeReady(payload: unknown): ClaudeEvent {
  const parsed = initialized.safeParse(payload);
  return parsed.success
    ? { type: "ready", commands: parsed.data.commands }
    : malformed("initialize answer", parsed.error);
}
