// The limits of Claude's plan: told once when nearly used up, waited for when reached. As 2.1.330 tells them, and in the
// words of older versions.

import { expect, test } from "vitest";
import type { PostId } from "../../../../src/mattermost/types.ts";
import {
  INVITED,
  LISTED,
  OTHER,
  OWNER,
  type Script,
  turnEnded,
  user,
  working,
} from "../../../support/session-script.ts";

const NOON = Date.UTC(2026, 10, 28, 12);
const HOUR = 3_600_000;

function begun(): Script {
  const script = working();
  script.now = NOON;
  return script;
}

function limit(
  script: Script,
  status: "allowed" | "warning" | "rejected",
  resetsAt = NOON + HOUR,
  utilization = 0.92,
) {
  script.claude({ type: "rateLimit", status, window: "five_hour", resetsAt, utilization });
}

function posted(script: Script): void {
  const post = script.state.steering.limits.hold?.post;
  if (post) script.take({ type: "posted", key: post.key, postId: "limit" as PostId, at: 1 });
}

/** As 2.1.330 ends such a turn. */
function refused(script: Script, reason = "You've hit your 5-hour limit · resets 1:00pm (UTC)"): void {
  script.claude(turnEnded(true, reason));
  posted(script);
}

function at(script: Script, time: number): void {
  script.now = time;
  script.take({ type: "timer", name: "limit" });
}

const GO_ON_TEXT = "The usage limit was reset. Go on with what you were asked last.";

test("a limit that is nearly used up is told once a window", () => {
  const script = begun();
  limit(script, "warning");
  limit(script, "warning", NOON + HOUR + 1000, 0.97);
  limit(script, "warning", NOON + 6 * HOUR, 0.9);
  script.flush();
  expect(
    script
      .said()
      .match(/⏳ .*/g)
      ?.filter((line, i, all) => all.indexOf(line) === i),
  ).toEqual([
    "⏳ 92 % of the five-hour limit is used; it resets at 13:00 (UTC)",
    "⏳ 90 % of the five-hour limit is used; it resets at 18:00 (UTC)",
  ]);
});

test("a refused turn says when the limit is reset, and goes on by itself then, before what was said since", () => {
  const script = begun();
  limit(script, "rejected");
  refused(script);
  expect(script.said()).toContain(
    "⏳ **The five-hour limit is reached**; it resets at 13:00 (UTC). This goes on by itself then.\n🔄 go on now · ❌ forget it",
  );
  script.says(LISTED, "meanwhile");
  at(script, NOON + HOUR - 1);
  expect(script.sent()).toEqual(["go"]);
  at(script, NOON + HOUR);
  expect(script.sent()).toEqual(["go", GO_ON_TEXT]);
  script.claude({ type: "turnStarted", model: "m" });
  script.claude(turnEnded());
  expect(script.sent().at(-1)).toBe("[@bob]: meanwhile");
});

test("a machine that slept past the reset goes on as soon as it looks", () => {
  const script = begun();
  limit(script, "rejected");
  refused(script);
  at(script, NOON + 30 * HOUR);
  expect(script.sent()).toEqual(["go", GO_ON_TEXT]);
});

test("over a restart the wait goes on, and so does the turn", () => {
  const script = begun();
  limit(script, "rejected");
  refused(script);
  script.take({ type: "restored", saved: { holdsMessage: undefined, texts: [] } });
  at(script, NOON + 1);
  expect(script.sent()).toEqual(["go"]);
  at(script, NOON + HOUR);
  script.take({ type: "slotGranted", slot: 1 });
  expect(script.sent()).toEqual(["go", GO_ON_TEXT]);
  expect(script.said().split("is reached**")).toHaveLength(2);
});

test("🔄 lets it go on at once, by anyone who may send a message", () => {
  const script = begun();
  limit(script, "rejected");
  refused(script);
  script.react(OTHER, "limit", "arrows_counterclockwise");
  expect(script.sent()).toEqual(["go"]);
  script.react(LISTED, "limit", "arrows_counterclockwise");
  expect(script.sent()).toEqual(["go", GO_ON_TEXT]);
  // Claude does not tell again what has not changed.
  refused(script);
  expect(script.state.steering.limits.hold?.kind).toBe("plan");
});

test("❌ on it forgets the turn, and does not end the session; what was said since still waits", () => {
  const script = begun();
  limit(script, "rejected");
  refused(script);
  script.says(OWNER, "later");
  script.react(OTHER, "limit", "x");
  script.react(OWNER, "limit", "x");
  expect(script.state.phase.name).toBe("idle");
  at(script, NOON + HOUR);
  expect(script.sent()).toEqual(["go", "later"]);
});

test("❌ ends the wait where nothing else waits", () => {
  const script = begun();
  limit(script, "rejected");
  refused(script);
  script.react(OWNER, "limit", "x");
  expect(script.state.steering.limits.hold).toBeUndefined();
});

test("who has lost the right to talk does not go on", () => {
  const script = working();
  script.now = NOON;
  script.command(OWNER, { name: "invite", username: "ivy", user: user("ivy") });
  script.claude(turnEnded());
  script.says(INVITED, "mine");
  script.claude({ type: "turnStarted", model: "m" });
  limit(script, "rejected");
  refused(script);
  script.command(OWNER, { name: "kick", username: "ivy", user: user("ivy") });
  at(script, NOON + HOUR);
  expect(script.sent()).not.toContainEqual(expect.stringContaining(GO_ON_TEXT));
});

test.each([
  [`Claude AI usage limit reached|${(NOON + 2 * HOUR) / 1000}`, NOON + 2 * HOUR],
  ["You've hit your session limit · resets 2:27pm (UTC)", NOON + 2 * HOUR + 28 * 60_000],
  ["Session limit reached ∙ resets 3pm", NOON + 3 * HOUR + 60_000],
  ["Weekly limit reached ∙ resets Dec 3, 2am (UTC)", Date.UTC(2026, 11, 3, 2, 1)],
])("older words are read too: %s", (reason, resetsAt) => {
  const script = begun();
  refused(script, reason);
  expect(script.state.steering.limits.hold).toMatchObject({ kind: "plan", resetsAt });
});

test("another failure is one, also while a limit is near", () => {
  const script = begun();
  limit(script, "warning");
  refused(script, "API Error: 529 Overloaded");
  expect(script.state.steering.limits.hold).toBeUndefined();
});

test("a limit whose reset nobody knows waits for 🔄", () => {
  const script = begun();
  script.claude({
    type: "rateLimit",
    status: "rejected",
    window: "seven_day",
    resetsAt: undefined,
    utilization: undefined,
  });
  refused(script, "You've hit your weekly limit");
  at(script, NOON + 1000 * HOUR);
  expect(script.sent()).toEqual(["go"]);
  script.react(OWNER, "limit", "arrows_counterclockwise");
  expect(script.sent()).toEqual(["go", GO_ON_TEXT]);
});
