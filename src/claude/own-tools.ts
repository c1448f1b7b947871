// The MCP server in our process: what it answers Claude Code, which calls are open, and whether a tool that Claude asks
// about is certainly one of ours. Knows nothing of what the tools do.
//
// Measured with 1.0.128, 2.0.76, 2.1.197 and 2.1.330: `sdkMcpServers` in `initialize` is all that is needed. Declared by
// --mcp-config as well, 2.0.76 connects twice, and a project's own server of that name is dropped without a word.
//
// Where the project or the user has a server of our name:
// - 1.0.128 and 2.0.76 keep both, offer the model two tools of one name where both have it (which the API refuses) and
//   call the other server's; a permission question does not say whose it is.
// - 2.1.197 offers and calls ours alone; a permission question does not say whose it is.
// - 2.1.330 offers both, and ours where both have a tool; a permission question says whose it is.
// `sdkMcpServerManifests` spares 2.1.330 the three round trips of the handshake, for which a first message would wait; the
// older ones don't know it, and ask.
// All list the other one in `mcp_status` as soon as they are ready, and all but 2.1.330 ask for our tools only when the
// first message has come.

import type { McpToolAsked, PermissionAsked } from "./decode-control.ts";
import {
  decodeMcpCall,
  decodeMcpCancelled,
  decodeMcpClient,
  decodeMcpMessage,
  decodeReplayed,
  decodeServers,
  type RpcId,
} from "./decode-mcp.ts";
import type { Frame } from "./frame.ts";
import { type CallId, type ClaudeEvent, OWN_SERVER, type OwnTool, type OwnToolResult } from "./types.ts";
import { isAtLeast } from "./version.ts";

const NEWEST_PROTOCOL = "2025-11-25";
const KNOWN_PROTOCOLS = new Set(["2024-11-05", "2025-03-26", "2025-06-18", NEWEST_PROTOCOL]);

const TOOL_PREFIX = `mcp__${OWN_SERVER}__`;

// JSON-RPC's.
const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;

export interface OwnToolsOutput {
  /** Answers a control request of Claude's with a JSON-RPC message. */
  readonly respond: (requestId: string, message: object) => void;
  readonly emit: (event: ClaudeEvent) => void;
}

interface OpenCall {
  readonly requestId: string;
  readonly rpcId: RpcId;
}

export class OwnTools {
  readonly #tools: readonly OwnTool[];
  readonly #output: OwnToolsOutput;
  readonly #open = new Map<CallId, OpenCall>();
  #count = 0;
  #claudeVersion = "";
  /** Whether no other server has our name; undefined while that is not known. */
  #isNameFree: boolean | undefined;
  #areListed = false;

  constructor(tools: readonly OwnTool[], output: OwnToolsOutput) {
    this.#tools = tools;
    this.#output = output;
  }

  /** For `initialize`; none when there are no tools. */
  get servers(): readonly string[] {
    return this.#tools.length === 0 ? [] : [OWN_SERVER];
  }

  /** For `initialize`: what the server would answer to the handshake. */
  get manifests(): object {
    return { [OWN_SERVER]: { initializeResult: serverOf(NEWEST_PROTOCOL), toolsListResult: this.#listed() } };
  }

  /** What Claude Code answers to `initialize`: where it takes the manifest, it asks for no tools. */
  noteReady(payload: unknown): void {
    this.#areListed ||= decodeReplayed(payload).includes(OWN_SERVER);
  }

  /** What Claude Code says of its servers once it is ready. */
  noteStatus(payload: unknown): void {
    const servers = decodeServers(payload);
    this.#isNameFree = servers?.every(({ name, source }) => name !== OWN_SERVER || source === "sdk");
  }

  /** The question, with the tool's own name if it is certain that the tool is ours. */
  recognise({ ask, server }: McpToolAsked): PermissionAsked {
    const { toolName } = ask;
    const name = toolName.startsWith(TOOL_PREFIX) ? toolName.slice(TOOL_PREFIX.length) : undefined;
    const isKnown = this.#areListed && this.#tools.some((tool) => tool.name === name);
    const isOurs = server ? server.name === OWN_SERVER && server.source === "sdk" : this.#isNameFree === true;
    return name !== undefined && isKnown && isOurs ? { ...ask, ownTool: name } : ask;
  }

  /** Without an answer Claude Code would wait for ever, for a notification's too. */
  receive(requestId: string, message: unknown): void {
    const decoded = decodeMcpMessage(message);
    switch (decoded.type) {
      case "request":
        this.#request(requestId, decoded.id, decoded.method, decoded.params);
        break;
      case "notification":
        if (decoded.method === "notifications/cancelled") {
          const cancelled = decodeMcpCancelled(decoded.params);
          this.#cancel(({ rpcId }) => rpcId === cancelled);
        }
        this.#acknowledge(requestId);
        break;
      case "response":
        this.#acknowledge(requestId);
        break;
      case "invalid":
        this.#fail(requestId, null, INVALID_REQUEST, "Invalid request");
    }
  }

  answer(callId: CallId, { text, isError }: OwnToolResult): void {
    const call = this.#open.get(callId);
    if (call && this.#open.delete(callId)) {
      this.#succeed(call.requestId, call.rpcId, { content: [{ type: "text", text }], isError });
    }
  }

  /** Claude Code has taken a control request back. */
  cancelRequest(requestId: string): void {
    this.#cancel((call) => call.requestId === requestId);
  }

  /** The process has ended. */
  end(): void {
    this.#cancel(() => true);
  }

  #request(requestId: string, id: RpcId, method: string, params: Frame): void {
    switch (method) {
      case "initialize":
        this.#succeed(requestId, id, this.#initialize(params));
        break;
      case "ping":
        this.#succeed(requestId, id, {});
        break;
      case "tools/list":
        this.#succeed(requestId, id, this.#list());
        break;
      case "tools/call":
        this.#call(requestId, id, params);
        break;
      default:
        this.#fail(requestId, id, METHOD_NOT_FOUND, `Method not found: ${method}`);
    }
  }

  #initialize(params: Frame): object {
    const { protocolVersion, clientInfo } = decodeMcpClient(params);
    this.#claudeVersion = clientInfo.version;
    return serverOf(KNOWN_PROTOCOLS.has(protocolVersion) ? protocolVersion : NEWEST_PROTOCOL);
  }

  #list(): object {
    // Two tools of one name would make every request to the model fail.
    if (this.#isNameFree === false && !isAtLeast(this.#claudeVersion, [2, 1, 0])) {
      return { tools: [] };
    }
    this.#areListed = true;
    return this.#listed();
  }

  #listed(): object {
    const tools = this.#tools.map(({ name, description, inputSchema, isReadOnly }) => ({
      name,
      description,
      inputSchema,
      // Only of such tools does Claude Code make several calls at a time (1.0.128 to 2.1.330).
      ...(isReadOnly ? { annotations: { readOnlyHint: true } } : {}),
      // Without it 2.1.330 tells the model the names alone, and it has to search before it can call.
      _meta: { "anthropic/alwaysLoad": true },
    }));
    return { tools };
  }

  #call(requestId: string, rpcId: RpcId, params: Frame): void {
    const call = decodeMcpCall(params);
    if (!call) {
      this.#fail(requestId, rpcId, INVALID_PARAMS, "A call needs a name, and arguments that are an object.");
    } else if (!this.#tools.some(({ name }) => name === call.name)) {
      this.#fail(requestId, rpcId, INVALID_PARAMS, `Unknown tool: ${call.name}`);
    } else {
      this.#count++;
      const callId = `call-${this.#count}` as CallId;
      this.#open.set(callId, { requestId, rpcId });
      this.#output.emit({ type: "ownToolCalled", callId, ...call });
    }
  }

  /** Claude Code does not wait for them: on an interruption all versions send `notifications/cancelled` for each. */
  #cancel(isMeant: (call: OpenCall) => boolean): void {
    for (const [callId, call] of [...this.#open]) {
      if (isMeant(call)) {
        this.#open.delete(callId);
        this.#output.emit({ type: "ownCallCancelled", callId });
      }
    }
  }

  #acknowledge(requestId: string): void {
    this.#output.respond(requestId, { jsonrpc: "2.0", result: {} });
  }

  #succeed(requestId: string, id: RpcId, result: object): void {
    this.#output.respond(requestId, { jsonrpc: "2.0", id, result });
  }

  #fail(requestId: string, id: RpcId | null, code: number, message: string): void {
    this.#output.respond(requestId, { jsonrpc: "2.0", id, error: { code, message } });
  }
}

/** The result of the handshake's `initialize`. */
const serverOf = (protocolVersion: string): object => ({
  protocolVersion,
  capabilities: { tools: {} },
  serverInfo: { name: OWN_SERVER, version: "1" },
});
