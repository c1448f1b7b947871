// A project has used its money for the day: what would begin a turn waits until somebody lets it go on.

import { expect, test } from "vitest";
import type { PostId } from "../../../../src/mattermost/types.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../../src/session/snapshot.ts";
import type { ProjectDay } from "../../../../src/session/steering/spending.ts";
import {
  INVITED,
  LISTED,
  OWNER,
  type Script,
  turnEnded,
  user,
  working,
} from "../../../support/session-script.ts";

const NOON = 1_760_000_000_000;
const DAY_MS = 86_400_000;

interface Money {
  spent: number;
  limit: number | undefined;
}

const dayWith = (money: Money): ProjectDay => ({
  spent: { microUsd: money.spent, inputTokens: 0, outputTokens: 0 },
  limitMicroUsd: money.limit,
  stepMicroUsd: 10_000_000,
  endsAt: NOON + DAY_MS,
});

/** The first turn runs; the project has ten dollars a day. */
function begun(money: Money): Script {
  const costs = {
    dayOf: () => dayWith(money),
    channel: () => ({ today: dayWith(money).spent, inAll: dayWith(money).spent, since: "2025-10-09" }),
  };
  const script = working({ costs, project: "shop" });
  script.now = NOON;
  return script;
}

/** Lets the timer of 0 ms fire, and posts the card. */
function look(script: Script): void {
  script.take({ type: "timer", name: "limit" });
  const post = script.state.steering.limits.hold?.post;
  if (post && post.postId === undefined) {
    script.take({ type: "posted", key: post.key, postId: "card" as PostId, at: 1 });
  }
}

/** The limit was crossed by a turn, and the next message waits. */
function held(money: Money = { spent: 0, limit: 10_000_000 }): Script {
  const script = begun(money);
  money.spent = 12_345_678;
  script.claude(turnEnded());
  script.says(OWNER, "more");
  look(script);
  return script;
}

const reactions = (script: Script, postId: string): string[] =>
  script.effects.flatMap((effect) =>
    (effect.type === "react" || effect.type === "unreact") &&
    "postId" in effect.target &&
    effect.target.postId === postId
      ? [`${effect.type} ${effect.emojiName}`]
      : [],
  );

test("a turn that crosses the limit ends as any other, and the next message waits with a card that calls an approver", () => {
  const script = held();
  expect(script.sent()).toEqual(["go"]);
  expect(script.said()).toContain(
    "💰 **The day's limit is reached.** Project `shop` has used $12.35 of $10.00 today (UTC), so what you wrote waits. · @alice",
  );
  expect(script.said()).toContain("👍 go on, up to $10.00 more today · 👎 forget what waits");
  expect(reactions(script, "m2")).toEqual(["react eyes"]);
});

test("what was written while the turn ran that crosses the limit waits as well", () => {
  const money: Money = { spent: 9_000_000, limit: 10_000_000 };
  const script = begun(money);
  script.says(OWNER, "more");
  // The project's sum has it once the step is over.
  const used = { costUsd: 2, inputTokens: 1, outputTokens: 1, turnOutputTokens: 1 };
  script.claude({ type: "turnEnded", isError: false, reason: "", wasAborted: false, used });
  money.spent = 11_000_000;
  look(script);
  expect(script.sent()).toEqual(["go"]);
  expect(script.said()).toContain("💰 **The day's limit is reached.**");
});

test("an approver lets it go on, and what waited is taken once, in order", () => {
  const money = { spent: 0, limit: 10_000_000 };
  const script = held(money);
  script.says(LISTED, "and this");
  script.react(LISTED, "card", "+1");
  expect(script.effects.filter(({ type }) => type === "costs")).toEqual([
    { type: "costs", change: { type: "limitRaised" } },
  ]);
  money.limit = 20_000_000;
  look(script);
  expect(script.sent()).toEqual(["go", "more"]);
  script.claude({ type: "turnStarted", model: "m" });
  script.claude(turnEnded());
  expect(script.sent()).toEqual(["go", "more", "[@bob]: and this"]);
  expect(script.said()).toContain("✅ **Goes on**, allowed by @bob");
});

test("who may not approve can neither raise it nor forget what waits", () => {
  const script = held();
  script.command(OWNER, { name: "invite", username: "ivy", user: user("ivy") });
  script.react(INVITED, "card", "+1");
  script.react(INVITED, "card", "-1");
  look(script);
  expect(script.sent()).toEqual(["go"]);
  expect(script.state.queue).toHaveLength(1);
  expect(script.effects.some(({ type }) => type === "costs")).toBe(false);
});

test("what waits is forgotten when an approver denies it, and says so", () => {
  const script = held();
  script.react(LISTED, "card", "-1");
  expect(script.state.queue).toEqual([]);
  expect(reactions(script, "m2")).toEqual(["react eyes", "unreact eyes", "react no_entry_sign"]);
  expect(script.said()).toContain("👎 **Denied** by @bob");
  // It is asked again about the next one.
  script.says(OWNER, "still");
  look(script);
  expect(script.state.steering.limits.hold?.kind).toBe("cost");
});

test("it goes on by itself when the day is over, and when the limit was raised elsewhere", () => {
  const money = { spent: 0, limit: 10_000_000 };
  const script = held(money);
  look(script);
  expect(script.sent()).toEqual(["go"]);
  money.spent = 0;
  look(script);
  expect(script.sent()).toEqual(["go", "more"]);
  expect(script.said()).toContain("✅ **Goes on**: the limit does not hold any more.");
});

test("the card is looked at every minute, however long the day still is", () => {
  const script = held();
  const timers = script.effects.filter((effect) => effect.type === "setTimer" && effect.name === "limit");
  expect(timers.at(-1)).toMatchObject({ ms: 60_000 });
});

test("after a restart the same card holds the same message, and lets it go on", () => {
  const money = { spent: 0, limit: 10_000_000 };
  const script = held(money);
  script.take({ type: "restored", saved: { holdsMessage: undefined, texts: [] } });
  look(script);
  expect(script.said().split("The day's limit is reached")).toHaveLength(2);
  script.react(LISTED, "card", "+1");
  money.limit = 20_000_000;
  look(script);
  script.take({ type: "slotGranted", slot: 1 });
  expect(script.sent()).toEqual(["go", "more"]);
});

test("a session that waits is kept in its document", () => {
  const { state } = held();
  const snapshot = {
    threadId: "t" as never,
    process: undefined,
    directory: "/",
    filesDirectory: undefined,
    state,
    writer: { entries: [], writes: [] },
  };
  const read = decodeSnapshot(JSON.parse(encodeSnapshot(snapshot)));
  expect(read?.state.steering).toEqual(state.steering);
});

test("a session that waits gives its place to another", () => {
  const script = held();
  script.take({ type: "slotWithdrawn" });
  expect(script.effects.some(({ type }) => type === "releaseSlot")).toBe(true);
  expect(script.state.queue).toHaveLength(1);
});

test("what goes on by itself waits on when every place is taken", () => {
  const money = { spent: 0, limit: 10_000_000 };
  const script = held(money);
  script.take({ type: "slotWithdrawn" });
  money.spent = 0;
  look(script);
  script.take({ type: "slotRefused" });
  expect(script.state.queue).toHaveLength(1);
  expect(script.said()).toContain("All 5 sessions are active: this goes on when one is free");
  look(script);
  script.take({ type: "slotGranted", slot: 1 });
  expect(script.sent()).toEqual(["go", "more"]);
});

test("a card that somebody deletes is posted again", () => {
  const script = held();
  const effects = script.take({ type: "postDeleted", postId: "card" as PostId });
  expect(effects.some(({ type }) => type === "repost")).toBe(true);
});

test("a session that is stopped leaves no card open", () => {
  const script = held();
  script.command(OWNER, { name: "stop" });
  expect(script.said()).toContain("⚪ **No longer open**: the session was cancelled");
});
