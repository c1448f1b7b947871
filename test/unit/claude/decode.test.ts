// What is not in the recordings.

import { describe, expect, it } from "vitest";
import { type Decoded, Decoder } from "../../../src/claude/decode.ts";

/** Several frames, one decoder. */
function decode(...frames: readonly object[]): Decoded[] {
  const decoder = new Decoder();
  return frames.flatMap((frame) => [...decoder.decode(JSON.stringify(frame))]);
}

const result = (more: object) => ({ type: "result", subtype: "success", is_error: false, ...more });
const user = (content: unknown, more: object = {}) => ({
  type: "user",
  message: { role: "user", content },
  uuid: "u1",
  ...more,
});

describe("lines that are no frames", () => {
  it.each(["not json", "[1,2]", "null", '"text"', "{"])("are skipped: %s", (line) => {
    expect(new Decoder().decode(line)).toMatchObject([{ type: "skipped" }]);
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
    { type: "command_lifecycle" },
    { type: "system", subtype: "background_tasks_changed" },
    { type: "system", subtype: "background_tasks_changed", tasks: [{ description: "no id" }] },
    { type: "system", subtype: "informational", prevent_continuation: true },
    { type: "assistant", message: { id: "m", content: null } },
    { type: "user", message: { content: null } },
  ])("are malformed: %j", (frame) => {
    const [first] = decode(frame);
    expect(first?.type).toBe("malformed");
  });

  it("say which field it was", () => {
    expect(decode({ type: "system", subtype: "init" })).toEqual([
      { type: "malformed", detail: expect.stringMatching(/^system\/init at model: /) },
    ]);
  });

  it("end the turn all the same when they are its result", () => {
    expect(decode({ type: "result" })).toMatchObject([
      { type: "malformed" },
      { type: "turnEnded", isError: true },
    ]);
    expect(decode(result({ errors: null, is_error: null, terminal_reason: 7 }))).toMatchObject([
      { type: "turnEnded", isError: false },
    ]);
  });

  it("take nothing with them that can be read", () => {
    const blocks = [null, "words", { type: "text", text: "seen" }, { type: "text" }];
    expect(
      decode({ type: "assistant", message: { id: "m", content: blocks } }).map(({ type }) => type),
    ).toEqual(["malformed", "malformed", "text", "malformed"]);
    const content = [null, { type: "tool_result", tool_use_id: "t1", is_error: "yes", content: [null, 7] }];
    expect(decode(user(content))).toEqual([
      { type: "toolResult", id: "t1", isError: false, text: "null\n7", structured: undefined },
    ]);
  });

  it("show a tool's input whatever it is", () => {
    const use = (input: unknown) => ({
      type: "assistant",
      message: { id: "m", content: [{ type: "tool_use", id: "t1", name: "Bash", input }] },
    });
    expect(decode(use("ls"), use(["ls"]), use(null), use({ command: "ls" }))).toMatchObject([
      { input: { input: "ls" } },
      { input: { input: ["ls"] } },
      { input: {} },
      { input: { command: "ls" } },
    ]);
  });
});

describe("any JSON at all", () => {
  const values: readonly unknown[] = [
    null,
    7,
    "",
    [],
    [null],
    {},
    { toString: 1, valueOf: 2 },
    { type: { toString: 1 } },
  ];
  const types = [
    "stream_event",
    "assistant",
    "user",
    "system",
    "result",
    "control_request",
    "command_lifecycle",
  ];

  it("is read without an error of JavaScript's", () => {
    const decoder = new Decoder();
    for (const value of values) {
      decoder.decode(JSON.stringify({ type: value }));
      for (const type of types) {
        for (const field of [
          "subtype",
          "message",
          "event",
          "request",
          "request_id",
          "response",
          "tool_use_result",
        ]) {
          decoder.decode(JSON.stringify({ type, [field]: value }));
        }
        for (const content of [value, [value], [{ type: value }], [{ type: "text", text: value }]]) {
          decoder.decode(JSON.stringify({ type, message: { id: "m", content } }));
        }
        decoder.decode(
          JSON.stringify({ type, subtype: "informational", level: value, prevent_continuation: value }),
        );
      }
    }
  });
});

describe("a subagent's frames", () => {
  const parent_tool_use_id = "t0";

  it("are no events: no text, no tools, no tokens", () => {
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

  it("was an interruption when only a message in the turn says so (1.0.128, 2.0.76), and the next one is not", () => {
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

describe("a turn in which nothing was said", () => {
  const init = { type: "system", subtype: "init", model: "m" };
  const typesOf = (...frames: readonly object[]) => decode(...frames).map(({ type }) => type);

  it("is reported as such: a hook refused its prompt (1.0.128, 2.0.76)", () => {
    expect(typesOf(init, result({ result: "" }))).toEqual(["turnStarted", "silentTurn", "turnEnded"]);
  });

  it("is none when there was an echo, an error, an interruption or a result", () => {
    expect(typesOf(init, user("hi"), result({ result: "" }))).not.toContain("silentTurn");
    expect(typesOf(init, result({ result: "", is_error: true }))).not.toContain("silentTurn");
    expect(typesOf(init, user("[Request interrupted by user]"), result({ result: "" }))).not.toContain(
      "silentTurn",
    );
    expect(typesOf(init, result({ result: "The answer" }))).not.toContain("silentTurn");
    expect(typesOf(result({ result: "" }))).not.toContain("silentTurn");
  });
});

describe("what the program has to say", () => {
  const says = (more: object) =>
    decode({ type: "system", subtype: "informational", content: "Words", level: "warning", ...more });

  it("refuses a prompt with the hook's text, or else with all the text there is", () => {
    const prompt_submit_outcome = { kind: "blocked_by_hook", prompt_kept: false, reason: "not here" };
    expect(says({ prevent_continuation: true, prompt_submit_outcome })).toEqual([
      { type: "promptRefused", reason: "not here" },
    ]);
    for (const outcome of [undefined, null, {}, { reason: "" }, "blocked"]) {
      expect(says({ prevent_continuation: true, prompt_submit_outcome: outcome })).toEqual([
        { type: "promptRefused", reason: "Words" },
      ]);
    }
  });

  it("is skipped when nothing follows from it", () => {
    expect(says({})).toEqual([{ type: "skipped", what: "system/informational of level warning" }]);
  });
});

describe("a compaction", () => {
  const boundary = { type: "system", subtype: "compact_boundary" };
  const status = (more: object) => ({ type: "system", subtype: "status", ...more });

  it("ends once, reported by status and boundary (2.1) or by the boundary alone (1.0.128)", () => {
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

it("a subagent that ends in the background is reported by its tool use", () => {
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
