// The corners the recordings do not reach.

import { describe, expect, it } from "vitest";
import { createDecoder, type Decoded } from "../../../src/claude/decode.ts";
import { decodeReady } from "../../../src/claude/decode-control.ts";

/** Several frames, one decoder. */
function decode(...frames: readonly object[]): Decoded[] {
  const decoder = createDecoder();
  return frames.flatMap((frame) => [...decoder(JSON.stringify(frame))]);
}

const result = (more: object) => ({ type: "result", subtype: "success", is_error: false, ...more });
const user = (content: unknown, more: object = {}) => ({
  type: "user",
  message: { role: "user", content },
  uuid: "u1",
  ...more,
});
const ask = (tool_name: string, input: object, more: object = {}) => ({
  type: "control_request",
  request_id: "r1",
  request: { subtype: "can_use_tool", tool_name, input, tool_use_id: "t1", ...more },
});

describe("lines that are no frames", () => {
  it.each(["not json", "[1,2]", "null", '"text"', "{"])("are skipped: %s", (line) => {
    expect(createDecoder()(line)).toMatchObject([{ type: "skipped" }]);
  });

  it("are skipped when nobody knows their type", () => {
    expect(decode({ type: "brand_new" }, { type: "system", subtype: "brand_new" })).toEqual([
      { type: "skipped", what: "frame of type brand_new" },
      { type: "skipped", what: "system/brand_new" },
    ]);
  });
});

describe("known frames that lack a field", () => {
  it.each([
    { type: "assistant", message: { content: [] } },
    { type: "assistant", message: { id: "m", content: [{ type: "tool_use", id: "t", input: {} }] } },
    { type: "assistant", message: { id: "m", content: [{ type: "text" }] } },
    { type: "user", message: {} },
    { type: "user", message: { content: [{ type: "tool_result" }] } },
    { type: "system", subtype: "init" },
    { type: "system", subtype: "api_retry" },
    { type: "system", subtype: "task_notification" },
    { type: "result" },
    { type: "stream_event" },
    { type: "stream_event", event: { type: "message_start" } },
    {
      type: "stream_event",
      event: { type: "content_block_delta", delta: { type: "text_delta", text: "x" } },
    },
    { type: "control_request", request: { subtype: "can_use_tool" } },
    { type: "control_cancel_request" },
    { type: "control_response", response: { subtype: "success" } },
  ])("are malformed: %j", (frame) => {
    const [first] = decode(frame);
    expect(first?.type).toBe("malformed");
  });

  it("say which field it was", () => {
    expect(decode({ type: "system", subtype: "init" })).toEqual([
      { type: "malformed", detail: expect.stringMatching(/^system\/init at model: /) },
    ]);
  });

  it("do not leave Claude waiting when they asked something", () => {
    expect(decode(ask("AskUserQuestion", { questions: "none" })).at(-1)).toEqual({
      type: "ungranted",
      requestId: "r1",
      subtype: "can_use_tool",
    });
  });
});

describe("a subagent's frames", () => {
  const parent_tool_use_id = "t0";

  it("say nothing: no words, no tools, no tokens", () => {
    expect(
      decode(
        {
          type: "assistant",
          parent_tool_use_id,
          message: { id: "m", content: [{ type: "text", text: "inside" }] },
        },
        { type: "stream_event", parent_tool_use_id, event: { type: "message_start", message: { id: "m" } } },
        user([{ type: "text", text: "the prompt" }], { parent_tool_use_id }),
      ),
    ).toEqual([]);
  });

  it("still carry results", () => {
    const block = { type: "tool_result", tool_use_id: "t1", content: "fine" };
    expect(decode(user([block], { parent_tool_use_id }))).toEqual([
      { type: "toolResult", id: "t1", isError: false, text: "fine", structured: undefined },
    ]);
  });
});

describe("a tool's result", () => {
  it("is text, whatever it is made of, with the structured form beside it", () => {
    const content = [
      { type: "text", text: "seen" },
      { type: "image", source: {} },
      { type: "text", text: "done" },
    ];
    const block = { type: "tool_result", tool_use_id: "t1", is_error: true, content };
    expect(decode(user([block], { tool_use_result: { a: 1 } }))).toEqual([
      { type: "toolResult", id: "t1", isError: true, text: "seen\n[image]\ndone", structured: { a: 1 } },
    ]);
  });

  it("may be empty", () => {
    expect(decode(user([{ type: "tool_result", tool_use_id: "t1" }]))).toMatchObject([
      { text: "", isError: false },
    ]);
  });
});

describe("an echo", () => {
  it("names the message, with the flag or without it (1.0.128)", () => {
    expect(decode(user("hi", { isReplay: true }), user([{ type: "text", text: "hi" }]))).toEqual([
      { type: "replayed", uuid: "u1" },
      { type: "replayed", uuid: "u1" },
    ]);
  });

  it("is the answer of a slash command in 1.0.128 and 2.0.76", () => {
    expect(decode(user("<local-command-stdout>Total cost: $0\n</local-command-stdout>"))).toEqual([
      { type: "text", messageId: "u1", text: "Total cost: $0" },
    ]);
  });
});

describe("the end of a turn", () => {
  it("is no error when it went well", () => {
    expect(decode(result({ result: "the last words" }))).toEqual([
      { type: "turnEnded", isError: false, reason: "", wasAborted: false },
    ]);
  });

  it("was an interruption when the reason says so (2.1)", () => {
    for (const terminal_reason of ["aborted_streaming", "aborted_tools"]) {
      expect(decode(result({ subtype: "error_during_execution", is_error: true, terminal_reason }))).toEqual([
        { type: "turnEnded", isError: true, reason: "", wasAborted: true },
      ]);
    }
  });

  it("was an interruption when only the turn's own words say so (1.0.128, 2.0.76), and the next one is not", () => {
    const interruption = user([{ type: "text", text: "[Request interrupted by user for tool use]" }]);
    const ends = decode(interruption, result({ subtype: "error_during_execution" }), result({}));
    expect(ends).toMatchObject([{ wasAborted: true }, { wasAborted: false }]);
  });

  it("says why it failed, without the CLI's diagnostics", () => {
    const failed = { subtype: "error_during_execution", is_error: true };
    expect(decode(result({ ...failed, errors: ["[ede_diagnostic] x", "Credit is used up"] }))).toMatchObject([
      { reason: "Credit is used up" },
    ]);
    expect(decode(result({ is_error: true, result: "API Error: 529" }))).toMatchObject([
      { reason: "API Error: 529" },
    ]);
    expect(decode(result({ subtype: "error_max_turns" }))).toMatchObject([
      { isError: true, reason: "error max turns" },
    ]);
  });
});

describe("a compaction", () => {
  const boundary = { type: "system", subtype: "compact_boundary" };
  const status = (more: object) => ({ type: "system", subtype: "status", ...more });

  it("ends once, told by status and boundary (2.1) or by the boundary alone (1.0.128)", () => {
    const ended = { type: "compacted", error: undefined };
    expect(
      decode(status({ status: "compacting" }), status({ status: null, compact_result: "success" }), boundary),
    ).toEqual([{ type: "compacting" }, ended]);
    expect(decode(boundary, result({}), boundary).filter(({ type }) => type === "compacted")).toEqual([
      ended,
      ended,
    ]);
  });

  it("says why it failed", () => {
    expect(decode(status({ status: null, compact_result: "failed", compact_error: "Too short" }))).toEqual([
      { type: "compacted", error: "Too short" },
    ]);
  });
});

describe("what Claude asks", () => {
  it("is a permission for a tool", () => {
    expect(decode(ask("Bash", { command: "ls" }))).toEqual([
      {
        type: "permissionAsked",
        requestId: "r1",
        toolName: "Bash",
        input: { command: "ls" },
        toolUseId: "t1",
      },
    ]);
  });

  it("is a plan, whether its text came along or not", () => {
    expect(decode(ask("ExitPlanMode", { plan: "# P" }), ask("ExitPlanMode", {}))).toMatchObject([
      { type: "planAsked", plan: "# P", input: { plan: "# P" } },
      { type: "planAsked", plan: "", input: {} },
    ]);
  });

  it("is questions, with what is left out filled in and the input untouched", () => {
    const input = { questions: [{ question: "Which?", options: [{ label: "A" }] }], more: 1 };
    expect(decode(ask("AskUserQuestion", input))).toEqual([
      {
        type: "questionAsked",
        requestId: "r1",
        questions: [
          { question: "Which?", header: "", multiSelect: false, options: [{ label: "A", description: "" }] },
        ],
        input,
        toolUseId: "t1",
      },
    ]);
  });

  it("is refused when nobody here can grant it", () => {
    const request = { type: "control_request", request_id: "r2", request: { subtype: "hook_callback" } };
    expect(decode(request)).toEqual([{ type: "ungranted", requestId: "r2", subtype: "hook_callback" }]);
  });
});

describe("the answer to initialize", () => {
  it("lists the slash commands", () => {
    expect(
      decodeReady({ commands: [{ name: "usage", aliases: ["cost"], description: "" }, { name: "compact" }] }),
    ).toEqual({
      type: "ready",
      commands: [
        { name: "usage", aliases: ["cost"] },
        { name: "compact", aliases: [] },
      ],
    });
  });

  it("is malformed without them", () => {
    expect(decodeReady(undefined).type).toBe("malformed");
  });
});

it("a subagent that ends in the background is told by its tool use", () => {
  const frame = { type: "system", subtype: "task_notification", tool_use_id: "t1", status: "completed" };
  expect(decode(frame)).toMatchObject([{ type: "taskEnded", toolUseId: "t1", status: "completed" }]);
});

it("a retry says what went wrong and how long it waits", () => {
  const frame = {
    type: "system",
    subtype: "api_retry",
    attempt: 1,
    max_retries: 10,
    retry_delay_ms: 616.7,
    error_status: 529,
    error: "overloaded",
  };
  expect(decode(frame)).toEqual([
    { type: "apiRetry", attempt: 1, maxRetries: 10, retryDelayMs: 617, reason: "529 overloaded" },
  ]);
});
