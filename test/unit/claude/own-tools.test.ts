// The MCP server in our process, as MCP and JSON-RPC want it, and as Claude Code was seen to use it.

import { beforeEach, describe, expect, it } from "vitest";
import { decodeControlRequest, type McpToolAsked } from "../../../src/claude/decode-control.ts";
import { OwnTools } from "../../../src/claude/own-tools.ts";
import type { CallId, ClaudeEvent } from "../../../src/claude/types.ts";

const SEND_FILE = { name: "send_file", description: "Sends", inputSchema: { type: "object" } };
const SEARCH = { name: "search", description: "Finds", inputSchema: { type: "object" }, isReadOnly: true };

let answers: unknown[];
let events: ClaudeEvent[];
let server: OwnTools;
beforeEach(() => {
  answers = [];
  events = [];
  server = new OwnTools([SEND_FILE, SEARCH], {
    respond: (requestId, message) => answers.push({ requestId, ...message }),
    emit: (event) => events.push(event),
  });
});

let requests = 0;
const receive = (message: unknown): unknown => {
  const requestId = `request-${++requests}`;
  server.receive(requestId, message);
  return answers.at(-1);
};
const request = (method: string, params?: unknown, id: string | number = 7): unknown =>
  receive({ jsonrpc: "2.0", id, method, ...(params === undefined ? {} : { params }) });
const call = (name: string, more: object = {}, id: string | number = 7): void =>
  void request("tools/call", { name, ...more }, id);
const callIds = (): CallId[] =>
  events.flatMap((event) => (event.type === "ownToolCalled" ? [event.callId] : []));

describe("the beginning", () => {
  it.each(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])(
    "speaks protocol %s if asked",
    (version) => {
      expect(
        request("initialize", { protocolVersion: version, clientInfo: { version: "2.1.330" } }),
      ).toMatchObject({
        id: 7,
        result: { protocolVersion: version, capabilities: { tools: {} }, serverInfo: { name: "mattermost" } },
      });
    },
  );

  it.each([{ protocolVersion: "2031-01-01" }, { protocolVersion: 5 }, {}, undefined])(
    "offers the newest protocol it knows to %j",
    (params) => {
      expect(request("initialize", params)).toMatchObject({ result: { protocolVersion: "2025-11-25" } });
    },
  );

  it("lists the tools, always in the model's sight, and says which change nothing", () => {
    const _meta = { "anthropic/alwaysLoad": true };
    expect(request("tools/list")).toMatchObject({
      result: {
        tools: [
          { ...SEND_FILE, _meta },
          { ...bare(SEARCH), annotations: { readOnlyHint: true }, _meta },
        ],
      },
    });
    expect(JSON.stringify(answers)).not.toContain("isReadOnly");
  });

  it("answers a ping", () => {
    expect(request("ping", undefined, "p")).toMatchObject({ jsonrpc: "2.0", id: "p", result: {} });
  });
});

const bare = ({ isReadOnly: _, ...tool }: typeof SEARCH) => tool;

describe("messages that can't be followed", () => {
  it.each(["resources/list", "prompts/get", "toString", ""])("%j is a method it does not have", (method) => {
    expect(request(method)).toMatchObject({ id: 7, error: { code: -32601 } });
  });

  it.each([
    undefined,
    null,
    "tools/list",
    [],
    {},
    { jsonrpc: "2.0" },
    { jsonrpc: "1.0", id: 1, method: "ping" },
    { id: 1, method: "ping" },
    { jsonrpc: "2.0", id: {}, method: "ping" },
    { jsonrpc: "2.0", id: null, method: "ping" },
    { jsonrpc: "2.0", id: 1, method: 5 },
    { jsonrpc: "2.0", id: 1, method: "ping", params: [1] },
    [{ jsonrpc: "2.0", id: 1, method: "ping" }],
  ])("%j is no request", (message) => {
    expect(receive(message)).toMatchObject({ jsonrpc: "2.0", id: null, error: { code: -32600 } });
  });

  it.each(["nothing_of_ours", "mcp__mattermost__search", "toString", "__proto__"])(
    "%s is no tool",
    (name) => {
      call(name);
      expect(answers).toMatchObject([{ id: 7, error: { code: -32602, message: `Unknown tool: ${name}` } }]);
      expect(events).toEqual([]);
    },
  );

  it.each([{}, { name: 5 }, { name: "search", arguments: [] }, { name: "search", arguments: "x" }])(
    "%j is no call",
    (params) => {
      expect(request("tools/call", params)).toMatchObject({ id: 7, error: { code: -32602 } });
      expect(events).toEqual([]);
    },
  );

  it.each([
    { jsonrpc: "2.0", method: "notifications/initialized" },
    { jsonrpc: "2.0", method: "notifications/roots/list_changed", params: {} },
    { jsonrpc: "2.0", method: "notifications/cancelled" },
    { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 99 } },
    { jsonrpc: "2.0", id: 3, result: {} },
    { jsonrpc: "2.0", id: 3, error: { code: 1, message: "no" } },
  ])("%j wants no answer, but Claude Code does", (message) => {
    expect(receive(message)).toEqual({ requestId: `request-${requests}`, jsonrpc: "2.0", result: {} });
  });
});

describe("calls", () => {
  it("are passed on as Claude wrote them", () => {
    call("search", {
      arguments: { query: "x", limit: "5" },
      _meta: { "claudecode/toolUseId": "toolu_1", progressToken: 2 },
    });
    call("search");
    expect(events).toEqual([
      {
        type: "ownToolCalled",
        callId: callIds()[0],
        name: "search",
        input: { query: "x", limit: "5" },
        toolUseId: "toolu_1",
      },
      { type: "ownToolCalled", callId: callIds()[1], name: "search", input: {}, toolUseId: undefined },
    ]);
    expect(answers).toEqual([]);
  });

  it("are answered once each, in whatever order", () => {
    call("search", {}, 1);
    call("send_file", {}, 2);
    const [first, second] = callIds() as [CallId, CallId];
    server.answer(second, { text: "no such file", isError: true });
    server.answer(first, { text: "found", isError: false });
    server.answer(first, { text: "again", isError: false });
    server.answer("call-99" as CallId, { text: "nobody's", isError: false });
    expect(answers).toEqual([
      {
        requestId: `request-${requests}`,
        jsonrpc: "2.0",
        id: 2,
        result: { content: [{ type: "text", text: "no such file" }], isError: true },
      },
      {
        requestId: `request-${requests - 1}`,
        jsonrpc: "2.0",
        id: 1,
        result: { content: [{ type: "text", text: "found" }], isError: false },
      },
    ]);
  });

  it("that MCP cancels are cancelled alone, and get no answer", () => {
    call("search", {}, 1);
    call("search", {}, 2);
    const [first, second] = callIds() as [CallId, CallId];
    receive({
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: 2, reason: "AbortError" },
    });
    expect(events.at(-1)).toEqual({ type: "ownCallCancelled", callId: second });
    const { length } = answers;
    server.answer(second, { text: "late", isError: false });
    expect(answers).toHaveLength(length);
    server.answer(first, { text: "in time", isError: false });
    expect(answers).toHaveLength(length + 1);
  });

  it("are told apart by the type of their id", () => {
    call("search", {}, "2");
    receive({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 2 } });
    expect(events.map(({ type }) => type)).toEqual(["ownToolCalled"]);
  });

  it("whose control request is taken back are cancelled", () => {
    call("search");
    server.cancelRequest("request-of-nobody");
    server.cancelRequest(`request-${requests}`);
    server.cancelRequest(`request-${requests}`);
    expect(events.slice(1)).toEqual([{ type: "ownCallCancelled", callId: callIds()[0] }]);
  });

  it("are all cancelled when the process ends, and get no answer", () => {
    call("search", {}, 1);
    call("search", {}, 2);
    server.end();
    expect(events.slice(2).map(({ type }) => type)).toEqual(["ownCallCancelled", "ownCallCancelled"]);
    for (const callId of callIds()) server.answer(callId, { text: "late", isError: false });
    expect(answers).toEqual([]);
  });
});

describe("whose tool it is", () => {
  const asked = (toolName: string, mcpServer?: unknown): McpToolAsked => {
    const [decoded] = decodeControlRequest({
      request_id: "q",
      request: {
        subtype: "can_use_tool",
        tool_name: toolName,
        input: {},
        ...(mcpServer === undefined ? {} : { mcp_server: mcpServer }),
      },
    });
    if (decoded?.type !== "mcpToolAsked") throw new Error("Only tools of MCP servers are asked about here");
    return decoded;
  };
  const ownToolOf = (...ask: Parameters<typeof asked>) => server.recognise(asked(...ask)).ownTool;
  const OURS = "mcp__mattermost__send_file";
  const begin = (version: string) => request("initialize", { clientInfo: { name: "claude-code", version } });
  const listed = () => (request("tools/list") as { result: { tools: unknown[] } }).result.tools.length;

  it("is said by 2.1.330", () => {
    begin("2.1.330");
    expect(listed()).toBe(2);
    server.noteStatus({ mcpServers: [{ name: "mattermost", source: "project", status: "pending" }] });
    expect(ownToolOf(OURS, { name: "mattermost", source: "sdk" })).toBe("send_file");
    for (const source of ["project", "user", "local", ""]) {
      expect(ownToolOf(OURS, { name: "mattermost", source })).toBeUndefined();
    }
    expect(ownToolOf(OURS, { name: "other", source: "sdk" })).toBeUndefined();
    expect(ownToolOf("mcp__mattermost__other", { name: "mattermost", source: "sdk" })).toBeUndefined();
  });

  it("is not believed where it is said in a way that nobody knows", () => {
    listed();
    server.noteStatus({ mcpServers: [] });
    for (const unreadable of [null, "mattermost", { name: "mattermost" }, { name: 1, source: 2 }]) {
      expect(ownToolOf(OURS, unreadable)).toBeUndefined();
    }
  });

  it("is ours where Claude Code does not say it and no other server has our name (1.0.128, 2.0.76, 2.1.197)", () => {
    begin("2.0.76");
    server.noteStatus({ mcpServers: [{ name: "Mattermost", status: "connected" }, { name: "matter.most" }] });
    expect(listed()).toBe(2);
    expect(ownToolOf(OURS)).toBe("send_file");
    for (const name of [
      "mcp__Mattermost__send_file",
      "mcp__matter_most__send_file",
      "mcp__mattermost__x__send_file",
      "mcp__mattermost__toString",
    ]) {
      expect(ownToolOf(name)).toBeUndefined();
    }
  });

  it.each(["1.0.128", "2.0.76", ""])(
    "of %s: with another server of our name, Claude is offered that one alone",
    (version) => {
      begin(version);
      server.noteStatus({
        mcpServers: [{ name: "mattermost", status: "connected", serverInfo: { name: "f" } }],
      });
      expect(listed()).toBe(0);
      expect(ownToolOf(OURS)).toBeUndefined();
    },
  );

  it("is in doubt with another server of our name in 2.1.197, which offers ours alone", () => {
    begin("2.1.197");
    server.noteStatus({ mcpServers: [{ name: "mattermost", status: "pending", scope: "project" }] });
    expect(listed()).toBe(2);
    expect(ownToolOf(OURS)).toBeUndefined();
  });

  it("is in doubt before Claude Code has listed its servers, where it can't be read, and before ours are listed", () => {
    server.noteStatus({ mcpServers: [] });
    expect(ownToolOf(OURS)).toBeUndefined();
    listed();
    expect(ownToolOf(OURS)).toBe("send_file");
    for (const unreadable of [undefined, {}, { mcpServers: [{}] }, { mcpServers: "none" }]) {
      server.noteStatus(unreadable);
      expect(ownToolOf(OURS)).toBeUndefined();
    }
  });
});

it("is not declared when there are no tools", () => {
  expect(server.servers).toEqual(["mattermost"]);
  expect(new OwnTools([], { respond: () => {}, emit: () => {} }).servers).toEqual([]);
});
