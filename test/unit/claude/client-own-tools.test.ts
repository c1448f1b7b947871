// Tools in our process, behind a program that speaks the control protocol.

import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ClaudeDependencies } from "../../../src/claude/client.ts";
import { StdioClient } from "../../../src/claude/client.ts";
import type { CallId, ClaudeEvent, ClaudeStart } from "../../../src/claude/types.ts";
import { WaitingProcess } from "../../../src/claude/warm-process.ts";
import { type ClaudeHome, claudeHome } from "../../support/real-claude.ts";
import type { WatchedClaude } from "../../support/watch-claude.ts";
import { spawnScript, watchScript } from "../../support/watch-script.ts";

const ownTools = [{ name: "send_file", description: "Sends", inputSchema: { type: "object" } }];

let place: ClaudeHome;
let open: WatchedClaude[];
beforeEach(() => {
  place = claudeHome("http://127.0.0.1:9");
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map(({ client }) => client.close(500)));
});

/** What the scripts share: `ask` makes a control request, `mcp` one to our server, `over` ends the turn with a text. */
const PROTOCOL = `
  const ask = (request_id, request) => say({ type: "control_request", request_id, request });
  const mcp = (request_id, message, server_name = "mattermost") =>
    ask(request_id, { subtype: "mcp_message", server_name, message: { jsonrpc: "2.0", ...message } });
  const over = (text) => { say({ type: "assistant", message: { id: "m", content: String(text) } }); say({ type: "result", subtype: "success" }); };
  const status = (f, mcpServers = []) =>
    say({ type: "control_response", response: { subtype: "success", request_id: f.request_id, response: { mcpServers } } });
`;

function start(
  script: string,
  more: Partial<ClaudeStart> = { ownTools },
  dependencies: ClaudeDependencies = {},
): WatchedClaude {
  const watched = watchScript(`${PROTOCOL}\n${script}`, place, more, dependencies);
  open.push(watched);
  return watched;
}

describe("initialize", () => {
  it("declares our server, and nothing where there are no tools", async () => {
    const script = `const on = (f) => f.type === "user" ? over(JSON.stringify(seen)) : (seen.push(f.request), f.request.subtype === "mcp_status" ? status(f) : ready(f)); const seen = [];`;
    const said = async (claude: WatchedClaude): Promise<unknown> => {
      claude.say("hello");
      return JSON.parse((await claude.next("text")).text);
    };
    expect(await said(start(script))).toMatchObject([
      { subtype: "initialize", sdkMcpServers: ["mattermost"] },
      { subtype: "mcp_status" },
    ]);
    for (const none of [{}, { ownTools: [] }]) {
      const [initialize, ...rest] = (await said(start(script, none))) as object[];
      expect(initialize).not.toHaveProperty("sdkMcpServers");
      expect(rest).toEqual([]);
    }
  });

  it("is tried once more without tools where it is refused", async () => {
    const claude = start(`
      const seen = [];
      const refuse = (f) => say({ type: "control_response", response: { subtype: "error", request_id: f.request_id, error: "no sdkMcpServers" } });
      const on = (f) => f.type === "user" ? over(seen.join()) : (seen.push(f.request.subtype), f.request.sdkMcpServers ? refuse(f) : ready(f));`);
    claude.say("hello");
    await claude.next("ready");
    expect((await claude.next("text")).text).toBe("initialize,initialize");
  });

  it("that is refused twice ends the program", async () => {
    const claude = start(
      `const on = (f) => say({ type: "control_response", response: { subtype: "error", request_id: f.request_id, error: "too old" } });`,
    );
    expect((await claude.next("exited")).stderr).toContain("Claude Code refused a request: too old");
  });

  it("of our server may come before the program is ready", async () => {
    const claude = start(`
      let initialize;
      const on = (f) => {
        if (f.type === "user") return over("hello");
        if (f.type === "control_response") return ready(initialize);
        if (f.request.subtype === "mcp_status") return status(f);
        initialize = f;
        mcp("first", { id: 0, method: "initialize", params: { protocolVersion: "2025-11-25" } });
      };`);
    await claude.next("ready");
  });
});

describe("messages of MCP", () => {
  it("to a server that isn't ours are refused, and to ours where there are no tools", async () => {
    const script = `
      const answers = [];
      const on = (f) => {
        if (f.type === "user") { mcp("ours", { id: 1, method: "ping" }); mcp("other", { id: 1, method: "ping" }, "other"); ask("none", { subtype: "mcp_message" }); }
        else if (f.type === "control_request") f.request.subtype === "mcp_status" ? status(f) : ready(f);
        else if (answers.push(f.response.request_id + " " + f.response.subtype) === 3) over(answers);
      };`;
    const claude = start(script);
    claude.say("hello");
    expect((await claude.next("text")).text).toBe("ours success,other error,none error");
    const without = start(script, {});
    without.say("hello");
    expect((await without.next("text")).text).toBe("ours error,other error,none error");
  });

  it("that are too long are refused, and the next call works", async () => {
    const claude = start(`
      const on = (f) => {
        if (f.type === "user") mcp("long", { id: 1, method: "tools/call", params: { name: "send_file", arguments: { path: "x".repeat(33 * 1024 * 1024) } } });
        else if (f.type === "control_request") f.request.subtype === "mcp_status" ? status(f) : ready(f);
        else if (f.response.request_id === "long") mcp("short", { id: 2, method: "tools/call", params: { name: "send_file", arguments: { path: f.response.subtype } } });
        else over(f.response.response.mcp_response.result.content[0].text);
      };`);
    claude.say("hello");
    await claude.next("malformed");
    const { callId, input } = await claude.next("ownToolCalled");
    expect(input).toEqual({ path: "error" });
    claude.client.answerCall(callId, { text: "sent", isError: false });
    expect((await claude.next("text")).text).toBe("sent");
  });
});

describe("a call", () => {
  it("is asked about as ours, and answered once", async () => {
    const claude = start(`
      const answers = [];
      const on = (f) => {
        if (f.type === "user") mcp("list", { id: 1, method: "tools/list" });
        else if (f.type === "control_request") f.request.subtype === "mcp_status" ? status(f) : f.request.subtype === "interrupt" ? over(answers) : ready(f);
        else if (f.response.request_id === "list") ask("q", { subtype: "can_use_tool", tool_name: "mcp__mattermost__send_file", input: { path: "a" } });
        else if (f.response.request_id === "q") mcp("call", { id: 2, method: "tools/call", params: { name: "send_file", arguments: f.response.response.updatedInput } });
        else answers.push(f.response.response.mcp_response.result.content[0].text);
      };`);
    claude.say("hello");
    const ask = await claude.next("permissionAsked");
    expect(ask).toEqual({
      type: "permissionAsked",
      requestId: "q",
      toolName: "mcp__mattermost__send_file",
      input: { path: "a" },
      toolUseId: undefined,
      ownTool: "send_file",
    });
    claude.allow(ask);
    const { callId } = await claude.next("ownToolCalled");
    claude.client.answerCall(callId, { text: "sent", isError: false });
    claude.client.answerCall(callId, { text: "twice", isError: false });
    claude.client.interrupt();
    expect((await claude.next("text")).text).toBe("sent");
  });

  it("of another server's tool is asked about as any tool", async () => {
    const claude = start(`
      const on = (f) => {
        if (f.type === "user") mcp("list", { id: 1, method: "tools/list" });
        else if (f.type === "control_request") f.request.subtype === "mcp_status" ? status(f, [{ name: "mattermost", source: "project" }]) : ready(f);
        else ask("q", { subtype: "can_use_tool", tool_name: "mcp__mattermost__send_file", mcp_server: { name: "mattermost", source: "project" }, input: {} });
      };`);
    claude.say("hello");
    const ask = await claude.next("permissionAsked");
    expect(ask).not.toHaveProperty("ownTool");
    expect(ask).not.toHaveProperty("server");
  });

  it.each([
    ["MCP", `mcp("cancel", { method: "notifications/cancelled", params: { requestId: 2 } })`],
    ["its control request", `say({ type: "control_cancel_request", request_id: "call" })`],
  ])(
    "that is taken back by %s gets no answer, and nobody is asked to take a question back",
    async (_by, cancel) => {
      const claude = start(`
      const answers = [];
      const on = (f) => {
        if (f.type === "user") { mcp("call", { id: 2, method: "tools/call", params: { name: "send_file" } }); ${cancel}; }
        else if (f.type === "control_request") f.request.subtype === "mcp_status" ? status(f) : f.request.subtype === "interrupt" ? over("answers: " + answers) : ready(f);
        else if (f.response.request_id !== "cancel") answers.push(f.response.request_id);
      };`);
      claude.say("hello");
      const { callId } = await claude.next("ownToolCalled");
      expect((await claude.next("ownCallCancelled")).callId).toBe(callId);
      claude.client.answerCall(callId, { text: "late", isError: false });
      claude.client.interrupt();
      expect((await claude.next("text")).text).toBe("answers: ");
      expect(claude.events.map(({ type }) => type)).not.toContain("askCancelled");
    },
  );

  it("is cancelled when the program ends, before its end is told; a later answer does nothing", async () => {
    const claude = start(`
      const on = (f) => {
        if (f.type === "control_request") return f.request.subtype === "mcp_status" ? status(f) : ready(f);
        for (const id of [1, 2]) mcp("call-" + id, { id, method: "tools/call", params: { name: "send_file" } });
        setTimeout(() => process.exit(3), 50);
      };`);
    claude.say("hello");
    const { callId } = await claude.next("ownToolCalled");
    await claude.next("exited");
    expect(claude.events.slice(-3).map(({ type }) => type)).toEqual([
      "ownCallCancelled",
      "ownCallCancelled",
      "exited",
    ]);
    claude.client.answerCall(callId, { text: "late", isError: false });
  });
});

describe("a program that has waited", () => {
  it("has listed the tools by itself, and its calls come to whom it is given", async () => {
    const { environment, directory } = place;
    const script = `${PROTOCOL}
      let initialize;
      const on = (f) => {
        if (f.type === "user") return mcp("call", { id: 2, method: "tools/call", params: { name: "send_file" } });
        if (f.type === "control_request") {
          if (f.request.subtype === "mcp_status") return status(f);
          initialize = f;
          return mcp("list", { id: 1, method: "tools/list" });
        }
        if (f.response.request_id !== "list") return;
        const commands = f.response.response.mcp_response.result.tools;
        say({ type: "control_response", response: { subtype: "success", request_id: initialize.request_id, response: { commands } } });
      };`;
    const begin: ClaudeStart = {
      claudePath: process.execPath,
      directory,
      conversationId: randomUUID(),
      resume: false,
      extraDirectories: [],
      ownTools,
    };
    const waiting = WaitingProcess.launch(
      begin,
      (given, listener) =>
        StdioClient.start(given, listener, {
          environment: { ...environment, NODE_OPTIONS: "" },
          spawn: spawnScript(script),
        }),
      () => expect.unreachable(),
    );
    const events: ClaudeEvent[] = [];
    const called = new Promise<CallId>((resolve) => {
      const client = waiting.assign((event) => {
        events.push(event);
        if (event.type === "ready") client.send(randomUUID(), [{ type: "text", text: "hello" }]);
        if (event.type === "ownToolCalled") resolve(event.callId);
      });
    });
    await called;
    await waiting.close(500);
    expect(events.map(({ type }) => type)).toEqual(["ready", "ownToolCalled", "ownCallCancelled", "exited"]);
    expect(events[0]).toMatchObject({ commands: [{ name: "send_file" }] });
  });
});
