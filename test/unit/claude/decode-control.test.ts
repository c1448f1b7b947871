// What Claude asks of us by the control protocol, well and badly.

import { describe, expect, it } from "vitest";
import { type Decoded, Decoder } from "../../../src/claude/decode.ts";
import { decodeReady } from "../../../src/claude/decode-control.ts";
import { mutate, randomFrom } from "../../fuzz/mutate.ts";

function decode(...frames: readonly object[]): Decoded[] {
  const decoder = new Decoder();
  return frames.flatMap((frame) => [...decoder.decode(JSON.stringify(frame))]);
}

const ask = (tool_name: string, input: object, more: object = {}) => ({
  type: "control_request",
  request_id: "r1",
  request: { subtype: "can_use_tool", tool_name, input, tool_use_id: "t1", ...more },
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
    const inputs = [{ plan: "# P" }, {}, { plan: null }, { plan: ["# P"] }];
    expect(decode(...inputs.map((input) => ask("ExitPlanMode", input)))).toMatchObject([
      { type: "planAsked", plan: "# P", input: { plan: "# P" } },
      { type: "planAsked", plan: "", input: {} },
      { type: "planAsked", plan: "", input: { plan: null } },
      { type: "planAsked", plan: "", input: { plan: ["# P"] } },
    ]);
  });

  it("is questions still when their choices are not as they should be", () => {
    const options = [null, "A", 7, { label: "B", description: null }, { description: "no label" }];
    const input = {
      questions: [
        { question: "Which?", header: null, multiSelect: "yes", options },
        { question: "Why?", options: null },
      ],
    };
    expect(decode(ask("AskUserQuestion", input))).toMatchObject([
      {
        questions: [
          {
            header: "",
            multiSelect: false,
            options: [
              { label: "A", description: "" },
              { label: "7", description: "" },
              { label: "B", description: "" },
            ],
          },
          { question: "Why?", options: [] },
        ],
        input,
      },
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

  it("is refused when it is not supported", () => {
    const request = { type: "control_request", request_id: "r2", request: { subtype: "hook_callback" } };
    expect(decode(request)).toEqual([{ type: "unsupported", requestId: "r2", subtype: "hook_callback" }]);
  });
});

describe("requests that can't be read", () => {
  it.each([
    ask("AskUserQuestion", { questions: "none" }),
    ask("AskUserQuestion", { questions: [] }),
    ask("AskUserQuestion", { questions: [null] }),
    { ...ask("Bash", {}), request: { subtype: "can_use_tool", tool_name: "Bash", input: null } },
    { ...ask("Bash", {}), request: { subtype: "can_use_tool", tool_name: "Bash", input: ["ls"] } },
    { ...ask("Bash", {}), request: { subtype: "can_use_tool", input: {} } },
  ])("do not leave Claude waiting, and are reported: %j", (frame) => {
    expect(decode(frame)).toEqual([
      { type: "malformed", detail: expect.any(String) },
      { type: "unsupported", requestId: "r1", subtype: "can_use_tool" },
    ]);
  });

  it.each([undefined, null, "can_use_tool", [], { subtype: null }, { subtype: { toString: 1 } }])(
    "are refused when they ask for nothing we can read: %j",
    (request) => {
      expect(decode({ type: "control_request", request_id: "r1", request })).toMatchObject([
        { type: "unsupported", requestId: "r1" },
      ]);
    },
  );

  it("is answered when it is a request, however damaged", () => {
    const random = randomFrom(20_251);
    const samples = [
      ask("Bash", { command: "ls" }, { permission_suggestions: [] }),
      ask("ExitPlanMode", { plan: "# P" }),
      ask("AskUserQuestion", { questions: [{ question: "Which?", options: [{ label: "A" }] }] }),
    ].map((frame) => JSON.stringify(frame));
    for (let index = 0; index < 3_000; index++) {
      const text = mutate(samples[index % samples.length] ?? "", random);
      const id = requestIdIn(text);
      const decoded = new Decoder().decode(text);
      if (id === undefined) {
        continue;
      }
      expect(
        decoded.filter((one) => "requestId" in one && one.requestId === id),
        text,
      ).toHaveLength(1);
    }
  });
});

function requestIdIn(text: string): string | undefined {
  try {
    const { type, request_id } = JSON.parse(text) as { type?: unknown; request_id?: unknown };
    return type === "control_request" && typeof request_id === "string" ? request_id : undefined;
  } catch {
    return undefined;
  }
}

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
      models: [],
    });
  });

  it("lists the models, with what can be said about their thinking (2.1.330), or nothing of it (2.0.76)", () => {
    const models = [
      {
        value: "opus",
        resolvedModel: "claude-opus-5-5",
        description: "For complex tasks",
        supportedEffortLevels: ["low", "high"],
        supportsAdaptiveThinking: true,
        supportsThinkingOff: false,
      },
      { value: "haiku", displayName: "Haiku", description: "Fastest" },
      { displayName: "nameless" },
    ];
    const ready = decodeReady({ commands: [], models });
    expect(ready.type === "ready" && ready.models).toEqual([
      {
        name: "opus",
        description: "For complex tasks",
        effortLevels: ["low", "high"],
        resolved: "claude-opus-5-5",
        alwaysThinks: true,
        decidesThinking: true,
      },
      { name: "haiku", description: "Fastest", effortLevels: [] },
    ]);
  });

  it("leaves out the ones that can't be read", () => {
    const commands = [null, { aliases: [] }, { name: "compact", aliases: null }];
    expect(decodeReady({ commands })).toEqual({
      type: "ready",
      commands: [{ name: "compact", aliases: [] }],
      models: [],
    });
  });

  it("is malformed without them", () => {
    expect(decodeReady(undefined).type).toBe("malformed");
  });
});
