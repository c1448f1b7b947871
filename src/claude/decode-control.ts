// The control protocol's frames: what Claude asks of us, what it cancels, how it answers us.
// Knows nothing of conversations.

import { z } from "zod";
import { askingServer, type McpServer } from "./decode-mcp.ts";
import { asText, isFrame, malformed } from "./frame.ts";
import { offeredRules } from "./permission-rules.ts";
import { MODELS } from "./requests.ts";
import type { ClaudeEvent, QuestionOption, RequestId, ToolUseId } from "./types.ts";

/** An answer to a request of ours; `error` is undefined when it succeeded. */
export interface ControlResponse {
  readonly type: "response";
  readonly requestId: string;
  readonly error: string | undefined;
  readonly payload: unknown;
}

export type PermissionAsked = Extract<ClaudeEvent, { readonly type: "permissionAsked" }>;

/** About a tool of some MCP server; 2.1.197 and older versions do not say which. */
export interface McpToolAsked {
  readonly type: "mcpToolAsked";
  readonly ask: PermissionAsked;
  readonly server: McpServer | undefined;
}

export type ControlDecoded =
  | ClaudeEvent
  | McpToolAsked
  | ControlResponse
  /** A message of MCP to a server in our process. */
  | {
      readonly type: "mcpMessage";
      readonly requestId: string;
      readonly server: string;
      readonly message: unknown;
    }
  /** A request that is to be refused. Without an answer the turn would wait for ever. */
  | { readonly type: "unsupported"; readonly requestId: string; readonly subtype: string };

const requestFrame = z.object({ request_id: z.string().transform((id) => id as RequestId) });

const canUseTool = z.object({
  tool_name: z.string(),
  // Sent back when it is allowed: people are asked only about what we can send back unchanged.
  input: z.record(z.string(), z.unknown()),
  // 1.0.128 sends none.
  tool_use_id: z
    .string()
    .transform((id) => id as ToolUseId)
    .optional()
    .catch(undefined),
  mcp_server: askingServer,
});

/** Whatever is missing or of another type gets a default, except for the questions themselves. */
const questions = z.object({
  questions: z
    .array(
      z.object({
        question: z.string(),
        header: z.string().catch(""),
        multiSelect: z.boolean().catch(false),
        options: z
          .array(z.unknown())
          .catch([])
          .transform((options) => options.flatMap(readOption)),
      }),
    )
    .min(1),
});

function readOption(option: unknown): QuestionOption[] {
  if (!isFrame(option)) {
    return option === null ? [] : [{ label: asText(option), description: "" }];
  }
  const { label, description } = option;
  if (typeof label !== "string") {
    return [];
  }
  return [{ label, description: typeof description === "string" ? description : "" }];
}

/** Whatever it looks like, people are asked or it is refused: without an answer the turn would wait for ever. */
export function decodeControlRequest(frame: unknown): ControlDecoded[] {
  const outer = requestFrame.safeParse(frame);
  if (!outer.success) {
    return [malformed("control_request", outer.error)];
  }
  const { request_id: requestId } = outer.data;
  const request = isFrame(frame) && isFrame(frame["request"]) ? frame["request"] : {};
  const subtype = asText(request["subtype"]);
  const unsupported = { type: "unsupported", requestId, subtype } as const;
  if (subtype === "mcp_message") {
    const { server_name: server, message } = request;
    return [{ type: "mcpMessage", requestId, server: asText(server), message }];
  }
  if (subtype !== "can_use_tool") {
    return [unsupported];
  }

  const asked = canUseTool.safeParse(request);
  if (!asked.success) {
    return [malformed("can_use_tool", asked.error), unsupported];
  }
  const { tool_name: toolName, input, tool_use_id: toolUseId, mcp_server: server } = asked.data;
  switch (toolName) {
    case "ExitPlanMode": {
      // Since 2.0 the plan is a file; where Claude wrote none, `input` is {}.
      const plan = typeof input["plan"] === "string" ? input["plan"] : "";
      return [{ type: "planAsked", requestId, plan, input, toolUseId }];
    }
    case "AskUserQuestion": {
      const parsed = questions.safeParse(input);
      if (!parsed.success) {
        return [malformed("AskUserQuestion", parsed.error), unsupported];
      }
      return [{ type: "questionAsked", requestId, questions: parsed.data.questions, input, toolUseId }];
    }
    default: {
      const rules = offeredRules(request);
      const ask: PermissionAsked = {
        type: "permissionAsked",
        requestId,
        toolName,
        input,
        toolUseId,
        ...(rules.length === 0 ? {} : { rules }),
      };
      return toolName.startsWith("mcp__") ? [{ type: "mcpToolAsked", ask, server }] : [ask];
    }
  }
}

/** The id of a request whose line was too long, from the beginning of the line, where all versions have it. */
export function decodeRequestHead(head: string): string | undefined {
  return /^\{"type":"control_request","request_id":"([\w-]+)"/.exec(head)?.[1];
}

const cancelFrame = z.object({ request_id: z.string().transform((id) => id as RequestId) });

export function decodeControlCancel(frame: unknown): ControlDecoded[] {
  const parsed = cancelFrame.safeParse(frame);
  if (!parsed.success) {
    return [malformed("control_cancel_request", parsed.error)];
  }
  return [{ type: "askCancelled", requestId: parsed.data.request_id }];
}

const responseFrame = z.object({
  response: z.discriminatedUnion("subtype", [
    // An answer without content has no `response` (interrupt, up to 2.1.197).
    z.object({ subtype: z.literal("success"), request_id: z.string(), response: z.unknown().optional() }),
    z.object({ subtype: z.literal("error"), request_id: z.string(), error: z.string().catch("refused") }),
  ]),
});

export function decodeControlResponse(frame: unknown): ControlDecoded[] {
  const parsed = responseFrame.safeParse(frame);
  if (!parsed.success) {
    return [malformed("control_response", parsed.error)];
  }
  const { response } = parsed.data;
  return [
    response.subtype === "success"
      ? { type: "response", requestId: response.request_id, error: undefined, payload: response.response }
      : { type: "response", requestId: response.request_id, error: response.error, payload: undefined },
  ];
}

const initialized = z.object({ commands: z.array(z.unknown()), models: MODELS.catch([]) });
const command = z.object({ name: z.string(), aliases: z.array(z.string()).catch([]) });

/** The payload of the answer to `initialize`. */
export function decodeReady(payload: unknown): ClaudeEvent {
  const parsed = initialized.safeParse(payload);
  if (!parsed.success) {
    return malformed("initialize answer", parsed.error);
  }
  // A command that can't be read is left out.
  const commands = parsed.data.commands.flatMap((one) => command.safeParse(one).data ?? []);
  return { type: "ready", commands, models: parsed.data.models };
}
