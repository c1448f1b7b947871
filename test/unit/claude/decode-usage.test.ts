// What Claude Code says of costs and limits, as each version has said it.

import { expect, test } from "vitest";
import { Decoder } from "../../../src/claude/decode.ts";
import { readAnswer } from "../../../src/claude/requests.ts";
import { decodeRecording } from "../../support/claude-recording.ts";

const decoded = (frame: object) => new Decoder().decode(JSON.stringify(frame));

test("a recorded warning says which limit, how much of it is used, and when it resets", () => {
  const events = decodeRecording("2.1.330-rate-limit-warning", 4096);
  expect(events).toContainEqual({
    type: "rateLimit",
    status: "warning",
    window: "five_hour",
    resetsAt: 1_795_788_000_000,
    utilization: 0.92,
  });
  expect(events.find(({ type }) => type === "turnEnded")).toMatchObject({
    used: { costUsd: 0.00022, inputTokens: 10, outputTokens: 20, turnOutputTokens: 20 },
  });
});

test("a rejection is none while extra usage pays", () => {
  const info = { status: "rejected", resetsAt: 1_795_832_828, rateLimitType: "five_hour" };
  const event = (isUsingOverage: boolean) =>
    decoded({ type: "rate_limit_event", rate_limit_info: { ...info, isUsingOverage } });
  expect(event(false)).toMatchObject([{ status: "rejected", resetsAt: 1_795_832_828_000 }]);
  expect(event(true)).toMatchObject([{ status: "allowed" }]);
});

test("what is missing, or of another kind, is not known", () => {
  expect(decoded({ type: "rate_limit_event", rate_limit_info: { status: "new", resetsAt: "soon" } })).toEqual(
    [{ type: "rateLimit", status: "allowed", window: "", resetsAt: undefined, utilization: undefined }],
  );
  expect(decoded({ type: "rate_limit_event" })).toMatchObject([{ type: "malformed" }]);
  expect(decoded({ type: "result", subtype: "success", total_cost_usd: "much" })[0]).not.toHaveProperty(
    "used",
  );
});

test("a slash command of 1.0.128 tells its cost without tokens", () => {
  const result = { type: "result", subtype: "success", total_cost_usd: 0.00066, modelUsage: {} };
  expect(decoded(result)).toMatchObject([
    { used: { costUsd: 0.00066, outputTokens: 0, turnOutputTokens: 0 } },
  ]);
});

test("the plan's windows are read from get_usage; none with an API key (2.1.330)", () => {
  const window = { utilization: 92, resets_at: "2026-11-28T13:00:00.000Z" };
  const limits = {
    five_hour: window,
    seven_day: null,
    seven_day_opus: { utilization: null, resets_at: null },
  };
  expect(readAnswer("usage", { rate_limits_available: true, rate_limits: limits })).toEqual({
    windows: [{ window: "five_hour", percentage: 92, resetsAt: Date.UTC(2026, 10, 28, 13) }],
  });
  expect(readAnswer("usage", { rate_limits_available: false, rate_limits: null })).toEqual({
    windows: undefined,
  });
});
