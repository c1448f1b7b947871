// What three CLIs asked an MCP server in our process, and what they were answered then: ours answers so too.

import { describe, expect, it } from "vitest";
import { Decoder } from "../../src/claude/decode.ts";
import { OwnTools } from "../../src/claude/own-tools.ts";
import type { ClaudeEvent } from "../../src/claude/types.ts";
import { recordedFrames } from "../support/claude-recording.ts";

const tool = (name: string) => ({
  name,
  description: name,
  inputSchema: { type: "object", properties: { path: { type: "string" } } },
});
const TOOLS = [tool("send_file"), { ...tool("read_channel"), isReadOnly: true }];

/** All that a recorded CLI says, to our server; a call of "never" gets no answer. */
function replay(name: string) {
  const answers = new Map<string, unknown>();
  const events: ClaudeEvent[] = [];
  const ownTools = new OwnTools(TOOLS, {
    respond: (requestId, message) => answers.set(requestId, message),
    emit(event) {
      events.push(event);
      if (event.type === "ownToolCalled" && event.input["path"] !== "never") {
        const path = String(event.input["path"]);
        ownTools.answer(event.callId, { text: `${event.name} ${path}`, isError: path === "bad" });
      }
    },
  });
  // No server but ours was configured.
  ownTools.noteStatus({ mcpServers: [] });
  const decoder = new Decoder();
  for (const frame of recordedFrames(name, "stdout")) {
    for (const decoded of decoder.decode(JSON.stringify(frame))) {
      if (decoded.type === "mcpMessage") ownTools.receive(decoded.requestId, decoded.message);
      else if (decoded.type === "mcpToolAsked") events.push(ownTools.recognise(decoded));
    }
  }
  return { answers, events };
}

interface Answered {
  readonly response?: {
    readonly request_id: string;
    readonly response?: { readonly mcp_response?: unknown };
  };
}

/** What was answered when it was recorded, by request. */
function recordedAnswers(name: string): Map<string, unknown> {
  return new Map(
    recordedFrames(name, "stdin").flatMap((frame) => {
      const { response } = frame as Answered;
      const message = response?.response?.mcp_response;
      return response && message !== undefined ? [[response.request_id, message] as const] : [];
    }),
  );
}

describe.each(["1.0.128", "2.0.76", "2.1.330"])("%s", (version) => {
  const name = `${version}-own-tools`;

  it("is answered as it was when it was recorded", () => {
    expect(recordedAnswers(name).size).toBe(7);
    expect(replay(name).answers).toEqual(recordedAnswers(name));
  });

  it("asks about our tools, calls them, and takes two calls back when it is interrupted", () => {
    const { events } = replay(name);
    expect(events.map((event) => ("ownTool" in event ? `asks about ${event.ownTool}` : event.type))).toEqual([
      "asks about send_file",
      "ownToolCalled",
      "asks about send_file",
      "ownToolCalled",
      "asks about read_channel",
      "asks about read_channel",
      "ownToolCalled",
      "ownToolCalled",
      "ownCallCancelled",
      "ownCallCancelled",
    ]);
    const calls = events.filter((event) => event.type === "ownToolCalled");
    const cancelled = events.filter((event) => event.type === "ownCallCancelled");
    expect(new Set(calls.map(({ callId }) => callId)).size).toBe(4);
    expect(cancelled.map(({ callId }) => callId)).toEqual(calls.slice(2).map(({ callId }) => callId));
    for (const { toolUseId } of calls) expect(toolUseId).toMatch(/^toolu_/);
  });
});

describe.each(["2.0.76-in-process-mcp", "2.1.197-in-process-mcp", "2.1.330-in-process-tool"])(
  "%s",
  (name) => {
    it("gets an answer to everything it asks", () => {
      const { answers, events } = replay(name);
      expect([...answers.keys()].sort()).toEqual([...recordedAnswers(name).keys()].sort());
      expect(events.filter(({ type }) => type === "ownToolCalled")).toMatchObject([
        { name: "send_file", input: { path: "a.txt" }, toolUseId: expect.stringMatching(/^toolu_/) },
      ]);
    });
  },
);
