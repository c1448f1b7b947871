// What people who watch the daemon hear of a session's life, in order and once each.

import { expect, test } from "vitest";
import { Activity } from "../../../src/app/activity.ts";
import type { AuditEntry } from "../../../src/audit/record.ts";
import type { DaemonEvent } from "../../../src/control/events.ts";
import type { ThreadId } from "../../../src/mattermost/types.ts";
import type { SessionView } from "../../../src/session/view.ts";
import { sentenceOf } from "../../../src/terminal/daemon-output.ts";

const THREAD = "t" as ThreadId;
const IDLE: SessionView = {
  threadId: THREAD,
  by: "alice",
  phase: "idle",
  slot: 1,
  asks: [],
  queued: 0,
  lastActivityAt: 0,
};
const WORKING: SessionView = { ...IDLE, phase: "working" };
const ASLEEP: SessionView = { ...IDLE, phase: "asleep", slot: undefined };

function setUp() {
  let now = 0;
  const heard: string[] = [];
  const activity = new Activity(
    () => now,
    (event: DaemonEvent) => void heard.push(`${event.name}: ${sentenceOf(event)}`),
  );
  const audited = (action: AuditEntry["action"], what?: AuditEntry["what"]) =>
    activity.audited({
      action,
      by: { id: "a", name: "alice" },
      threadId: THREAD,
      ...(what ? { what } : {}),
    } as AuditEntry);
  return {
    heard,
    audited,
    activity,
    see: (view: SessionView, hasCrashed = false) => activity.changed(view, hasCrashed),
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test("a session from its start to its sleep and back", () => {
  const { heard, audited, see, pass } = setUp();
  audited("started");
  see({ ...ASLEEP, queued: 1 });
  see(WORKING);
  pass(1000);
  see({ ...WORKING, asks: [{ key: "1", subject: "permission for Bash" }] });
  see({ ...WORKING, asks: [{ key: "1", subject: "permission for Bash" }] });
  audited("tool-allowed", { tool: "Bash" });
  see(WORKING);
  pass(11_000);
  see(IDLE);
  see(ASLEEP);
  see(WORKING);
  expect(heard).toEqual([
    "started: @alice started a session",
    "asked: #1 waits for permission for Bash",
    "decided: #1 @alice allowed Bash",
    "finished: #1 done in 12 s",
    "slept: #1 sleeps",
    "resumed: #1 resumed",
  ]);
});

test("a Claude that ended by itself is a crash and no sleep, and its turn is not done", () => {
  const { heard, see } = setUp();
  see(WORKING);
  see(ASLEEP, true);
  expect(heard).toEqual(["crashed: #1 Claude stopped unexpectedly"]);
});

test("a session that is stopped ends once", () => {
  const { heard, audited, see } = setUp();
  see(WORKING);
  audited("stopped");
  const ended = { ...IDLE, phase: "ended", slot: undefined } as const;
  see(ended);
  // Its last words are written.
  see(ended);
  expect(heard).toEqual(["stopped: #1 @alice stopped the session"]);
});

test("the server is lost and back once each, and its first connection is no news", () => {
  const { heard, activity } = setUp();
  activity.connected();
  activity.disconnected("it restarts");
  activity.disconnected("no answer");
  activity.connected();
  activity.connected();
  expect(heard).toEqual([
    "server-lost: no connection to Mattermost (it restarts); trying again",
    "server-back: connected to Mattermost again",
  ]);
});

test("where there are several projects each session is told with its own", () => {
  const { heard, audited, see } = setUp();
  audited("started");
  see({ ...WORKING, project: "shop" });
  see({ ...IDLE, project: "shop" });
  audited("merged", { branch: "fix", base: "main" });
  audited("worktree-removed", { branch: "fix" });
  audited("remembered", { number: 1, text: "the password is in the safe" });
  audited("forgotten", { number: 1, text: "the password is in the safe" });
  expect(heard).toEqual([
    "started: @alice started a session",
    "finished: shop #1 done in 0 s",
    "decided: shop #1 @alice merged the branch",
    "decided: shop #1 @alice removed a worktree",
    "decided: shop #1 @alice had a note kept for new sessions",
    "decided: shop #1 @alice took a note out",
  ]);
});
