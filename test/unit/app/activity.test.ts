// What people who watch the daemon hear of a session's life, in order and once each.

import { expect, test } from "vitest";
import { Activity } from "../../../src/app/activity.ts";
import type { AuditEntry } from "../../../src/audit/record.ts";
import type { DaemonEvent } from "../../../src/control/events.ts";
import type { ThreadId } from "../../../src/mattermost/types.ts";
import type { ClaudesEnd, SessionView } from "../../../src/session/view.ts";
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
    see: (view: SessionView, end?: ClaudesEnd) => activity.changed(view, end),
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
  see(ASLEEP, "crashed");
  expect(heard).toEqual(["crashed: #1 Claude stopped unexpectedly"]);
});

const onBuild1 = (view: SessionView, isAway = false): SessionView => ({
  ...view,
  machine: { name: "build1", isAway },
});

test("a machine that is away is told once for all tries, and the session resumes once it is back", () => {
  const { heard, audited, see } = setUp();
  audited("started");
  see(onBuild1({ ...ASLEEP, queued: 1 }));
  see(onBuild1(WORKING));
  see(onBuild1({ ...ASLEEP, queued: 1 }, true), "unreached");
  see(onBuild1({ ...ASLEEP, queued: 1 }, true));
  see(onBuild1({ ...ASLEEP, queued: 2 }, true));
  see(onBuild1(WORKING));
  // Next time it is found before Claude is started.
  see(onBuild1(IDLE));
  see(onBuild1(ASLEEP));
  see(onBuild1(ASLEEP, true));
  see(onBuild1(ASLEEP, true));
  expect(heard).toEqual([
    "started: @alice started a session",
    "machine-lost: #1 build1 can't be reached; trying again",
    "resumed: #1 resumed",
    "finished: #1 done in 0 s",
    "slept: #1 sleeps",
    "machine-lost: build1 can't be reached; trying again",
  ]);
});

test("a lost connection is told where it cut something off, and is a sleep where Claude only waited", () => {
  const { heard, see } = setUp();
  see(onBuild1(WORKING));
  see(onBuild1(ASLEEP), "cut");
  see(onBuild1(IDLE));
  see(onBuild1(ASLEEP), "cut");
  see(onBuild1(WORKING));
  see(onBuild1({ ...ASLEEP, queued: 1 }, true), "cut");
  see(onBuild1(WORKING));
  see(onBuild1(ASLEEP), "unreached");
  expect(heard).toEqual([
    "machine-lost: #1 the connection to build1 was lost",
    "resumed: #1 resumed",
    "slept: #1 sleeps",
    "resumed: #1 resumed",
    "machine-lost: #1 the connection to build1 was lost",
    "resumed: #1 resumed",
    "machine-lost: #1 build1 can't be reached",
  ]);
});

test("a machine that was away before mm-claude was started again is not told anew", () => {
  const { heard, see } = setUp();
  see(onBuild1(ASLEEP, true));
  see(onBuild1(ASLEEP, true));
  expect(heard).toEqual([]);
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
