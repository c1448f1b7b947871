// The figures, read by a parser of Prometheus' text format.

import parsePrometheusTextFormat from "parse-prometheus-text-format";
import { expect, test } from "vitest";
import { Metrics } from "../../../src/control/metrics.ts";
import type { SessionStatus, Status } from "../../../src/control/protocol.ts";

const session = (phase: SessionStatus["phase"], waitsFor: string[] = [], queued = 0): SessionStatus => ({
  thread: "t",
  link: "l",
  by: "alice",
  phase,
  waitsFor,
  queued,
  lastActivityAt: 0,
});

const STATUS: Status = {
  protocol: 1,
  version: '1.0.0 "odd"\\',
  pid: 1,
  startedAt: 1_700_000_000_000,
  state: "running",
  server: { url: "u", isConnected: true, since: 0, lost: 3 },
  directory: "d",
  maxSessions: 5,
  sessions: [session("working", ["permission for Bash"], 2), session("asleep"), session("asleep")],
  requests: { waiting: 4, underWay: 1 },
  memory: { rssBytes: 80_000_000, heapBytes: 20_000_000 },
};

function familiesOf(metrics: Metrics) {
  return Object.fromEntries(
    parsePrometheusTextFormat(metrics.text(STATUS)).map((family) => [family.name, family]),
  );
}

test("each figure has a name by the conventions, a type, and words that explain it", () => {
  const families = familiesOf(new Metrics());
  for (const [name, { type, help }] of Object.entries(families)) {
    expect(name).toMatch(/^mm_claude_[a-z_]+$/);
    expect(help).toMatch(/^[A-Z].*\.$/);
    expect(name.endsWith("_total")).toBe(type === "COUNTER");
  }
  expect(families["mm_claude_sessions"]?.metrics).toEqual([
    { value: "1", labels: { state: "working" } },
    { value: "0", labels: { state: "idle" } },
    { value: "2", labels: { state: "asleep" } },
  ]);
  expect(families["mm_claude_decisions_pending"]?.metrics).toEqual([{ value: "1" }]);
  expect(families["mm_claude_messages_queued"]?.metrics).toEqual([{ value: "2" }]);
  expect(families["mm_claude_requests_waiting"]?.metrics).toEqual([{ value: "4" }]);
  expect(families["mm_claude_connection_losses_total"]?.metrics).toEqual([{ value: "3" }]);
});

test("what happened and what went wrong is counted, and how long posts took", () => {
  const metrics = new Metrics();
  metrics.countEvent("asked");
  metrics.countEvent("asked");
  metrics.countProblem("warning");
  for (const ms of [20, 40, 900, 120_000]) metrics.observePostDelay(ms);
  const families = familiesOf(metrics);
  expect(families["mm_claude_session_events_total"]?.metrics).toEqual([
    { value: "2", labels: { event: "asked" } },
  ]);
  const [delay] = families["mm_claude_post_delay_seconds"]?.metrics ?? [];
  expect(families["mm_claude_post_delay_seconds"]?.type).toBe("HISTOGRAM");
  expect(delay?.buckets).toMatchObject({ "0.05": "2", "0.5": "2", "1": "3", "60": "3", "+Inf": "4" });
  expect(delay).toMatchObject({ count: "4", sum: "120.96" });
});
