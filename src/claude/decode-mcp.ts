// MCP as Claude Code speaks it to a server in our process: JSON-RPC messages, each in a control request of its own.
// Knows the shapes; what is answered is decided elsewhere.

import { z } from "zod";
import { type Frame, isFrame } from "./frame.ts";
import type { ToolInput, ToolUseId } from "./types.ts";

export type RpcId = string | number;

export type McpMessage =
  | { readonly type: "request"; readonly id: RpcId; readonly method: string; readonly params: Frame }
  | { readonly type: "notification"; readonly method: string; readonly params: Frame }
  /** To a request of ours, which there is none of. */
  | { readonly type: "response" }
  | { readonly type: "invalid" };

const rpcId = z.union([z.string(), z.number()]);

const rpcMessage = z.object({
  jsonrpc: z.literal("2.0"),
  id: rpcId.optional(),
  method: z.string().optional(),
  params: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((params) => params ?? {}),
});

export function decodeMcpMessage(message: unknown): McpMessage {
  const parsed = rpcMessage.safeParse(message);
  if (!parsed.success) {
    return { type: "invalid" };
  }
  const { id, method, params } = parsed.data;
  if (method === undefined) {
    return { type: isFrame(message) && ("result" in message || "error" in message) ? "response" : "invalid" };
  }
  return id === undefined
    ? { type: "notification", method, params }
    : { type: "request", id, method, params };
}

/** Which protocol the other side wants, and which version of Claude Code it is. */
const clientParams = z.object({
  protocolVersion: z.string().catch(""),
  clientInfo: z.object({ version: z.string() }).catch({ version: "" }),
});

export function decodeMcpClient(params: Frame): z.infer<typeof clientParams> {
  return clientParams.parse(params);
}

export interface McpCall {
  readonly name: string;
  readonly input: ToolInput;
  readonly toolUseId: ToolUseId | undefined;
}

const callParams = z.object({
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()).default({}),
  // Seen with 1.0.128, 2.0.76, 2.1.197 and 2.1.330.
  _meta: z
    .object({ "claudecode/toolUseId": z.string().transform((id) => id as ToolUseId) })
    .optional()
    .catch(undefined),
});

export function decodeMcpCall(params: Frame): McpCall | undefined {
  const { data } = callParams.safeParse(params);
  return data && { name: data.name, input: data.arguments, toolUseId: data._meta?.["claudecode/toolUseId"] };
}

/** Of `notifications/cancelled`: the id of the request that nobody waits for any more. */
export function decodeMcpCancelled(params: Frame): RpcId | undefined {
  return rpcId.safeParse(params["requestId"]).data;
}

/** An MCP server as Claude Code lists it. `source` since some 2.1: `sdk` for one in our process, else where it is configured. */
export interface McpServer {
  readonly name: string;
  readonly source: string | undefined;
}

const server = z.object({ name: z.string(), source: z.string().optional().catch(undefined) });
const serverList = z.object({ mcpServers: z.array(server) });

/** The payload of the answer to `mcp_status`; undefined when it can't be read. */
export function decodeServers(payload: unknown): readonly McpServer[] | undefined {
  return serverList.safeParse(payload).data?.mcpServers.map(({ name, source }) => ({ name, source }));
}

const replayed = z.object({ sdk_mcp_manifests_parked: z.record(z.string(), z.string()) });

/** Of the answer to `initialize`: the servers whose handshake is answered from their manifest (since some 2.1). */
export function decodeReplayed(payload: unknown): readonly string[] {
  const { sdk_mcp_manifests_parked: parked = {} } = replayed.safeParse(payload).data ?? {};
  return Object.keys(parked).filter((name) => parked[name] === "parked");
}

/** Of `can_use_tool`. One that can't be read is nobody's we know. */
export const askingServer = z
  .object({ name: z.string(), source: z.string() })
  .optional()
  .catch({ name: "", source: "" });
