// Who is called besides by cards: at the end of a long turn, and when an ask stays open. Once, and nobody in vain.

import { describe, expect, test } from "vitest";
import type { PostId, UserId } from "../../../../src/mattermost/types.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../../src/session/snapshot.ts";
import type { Availability } from "../../../../src/session/steering/calling.ts";
import type { Effect } from "../../../../src/session/types.ts";
import {
  asks,
  createScript,
  exited,
  INVITED,
  LISTED,
  messageOf,
  OTHER,
  OWNER,
  permission,
  plan,
  question,
  rightsOf,
  type Script,
  turnEnded,
  working,
} from "../../../support/session-script.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

type Look = Effect & { readonly type: "findAvailable" };

const lookIn = (effects: readonly Effect[]): Look | undefined =>
  effects.findLast((effect): effect is Look => effect.type === "findAvailable");
const looks = (script: Script): number =>
  script.effects.filter(({ type }) => type === "findAvailable").length;

/** The posts that call somebody. */
const calls = (script: Script): string[] =>
  script.effects.flatMap((effect) =>
    effect.type === "put" && effect.key.startsWith("call") ? [effect.markdown] : [],
  );

/** Answers the newest look: everybody can be called, unless told otherwise. */
function available(script: Script, found: Partial<Availability> = {}): void {
  const look = lookIn(script.effects);
  if (!look) {
    throw new Error("nobody was looked for");
  }
  const all = look.callees.map(({ name }) => ({ name, username: name }));
  script.take({ type: "availability", availability: { reason: look.reason, available: all, ...found } });
}

const busy = (script: Script, busyUntil: Availability["busyUntil"] = "unknown"): void =>
  available(script, { available: [], busyUntil });

/** What the timer of calls was last set to, in milliseconds from when it was set. */
const timerOf = (script: Script): number | undefined => {
  const set = script.effects.findLast((effect) => effect.type === "setTimer" && effect.name === "call");
  return set?.type === "setTimer" ? set.ms : undefined;
};

function pass(script: Script, ms: number): void {
  script.now += ms;
  script.take({ type: "timer", name: "call" });
}

function long(end = turnEnded(), ms = 6 * MINUTE): Script {
  const script = working();
  script.now += ms;
  script.claude(end);
  return script;
}

describe("at the end of a turn that took long", () => {
  test("whoever asked is called by a new post", () => {
    const script = long();
    expect(lookIn(script.effects)?.callees).toEqual([OWNER]);
    available(script);
    expect(calls(script)).toEqual(["✅ @alice done in 6 min"]);
  });

  test("nobody is called when it did not, and the setting says what long is", () => {
    expect(looks(long(turnEnded(), 119_999))).toBe(0);
    expect(looks(long(turnEnded(), 120_000))).toBe(1);
    const script = working({ notifyAfterMs: 10 * MINUTE });
    script.now += 9 * MINUTE;
    script.claude(turnEnded());
    expect(looks(script)).toBe(0);
  });

  test("it is whoever wrote that turn's message, by the name they have now", () => {
    const script = createScript();
    script.says(LISTED, "go");
    script.now += 3 * MINUTE;
    script.claude(turnEnded());
    available(script, { available: [{ name: "bob", username: "robert" }] });
    expect(calls(script)).toEqual(["✅ @robert done in 3 min"]);
  });

  test("a failure, a crash and somebody else's interruption are told as what they are", () => {
    const failed = long(turnEnded(true, "boom"));
    available(failed);
    expect(calls(failed)).toEqual(["❌ @alice failed after 6 min"]);
    const crashed = long(exited("boom"));
    available(crashed);
    expect(calls(crashed)).toEqual(["💥 @alice stopped after 6 min"]);
    const interrupted = working();
    interrupted.now += 6 * MINUTE;
    interrupted.command(LISTED, { name: "interrupt" });
    interrupted.claude(turnEnded(false, "", true));
    available(interrupted);
    expect(calls(interrupted)).toEqual(["⏸️ @alice interrupted after 6 min"]);
  });

  test("nobody is called who has interrupted it themselves", () => {
    const script = working();
    script.now += 6 * MINUTE;
    script.command(OWNER, { name: "interrupt" });
    script.claude(turnEnded(false, "", true));
    expect(looks(script)).toBe(0);
  });

  test("nobody is called for a turn that Claude began by itself", () => {
    const script = working();
    script.claude(turnEnded());
    script.claude({ type: "turnStarted", model: "m" });
    script.now += 6 * MINUTE;
    script.claude(turnEnded());
    expect(looks(script)).toBe(0);
  });

  test("a Claude that crashes between turns calls nobody", () => {
    const script = working();
    script.claude(turnEnded());
    script.now += 6 * MINUTE;
    script.claude(exited("boom"));
    expect(looks(script)).toBe(0);
  });

  test("nobody is called twice, whatever answers come", () => {
    const script = long();
    available(script);
    available(script);
    pass(script, DAY);
    expect(calls(script)).toHaveLength(1);
    expect(looks(script)).toBe(1);
  });

  test("nobody is called who may not take part any more", () => {
    const script = createScript();
    script.state.participants.set(INVITED.id, INVITED.name);
    script.says(INVITED, "go");
    script.now += 6 * MINUTE;
    script.claude(turnEnded());
    script.state.participants.delete(INVITED.id);
    available(script);
    expect(calls(script)).toEqual([]);
    pass(script, DAY);
    expect(looks(script)).toBe(1);
  });

  test("nobody is called who can't be, or does not want to be", () => {
    const script = long();
    available(script, { available: [] });
    expect(calls(script)).toEqual([]);
    expect(script.state.steering.calls).toEqual([]);
  });
});

describe("who is not to be disturbed", () => {
  test("is called once that is over", () => {
    const script = long();
    busy(script, script.now + 4 * MINUTE);
    expect(timerOf(script)).toBe(4 * MINUTE);
    pass(script, 4 * MINUTE);
    expect(looks(script)).toBe(2);
    available(script);
    expect(calls(script)).toEqual(["✅ @alice done in 6 min"]);
  });

  test("is looked for every ten minutes where no end is known, for a day", () => {
    const script = long();
    busy(script);
    let looked = 0;
    while ((script.state.steering.calls ?? []).length > 0 && looked < 1000) {
      expect(timerOf(script)).toBe(10 * MINUTE);
      pass(script, 10 * MINUTE);
      busy(script);
      looked++;
    }
    expect(looked).toBe(144);
    expect(calls(script)).toEqual([]);
  });

  test("is not called who has come by meanwhile", () => {
    const script = long();
    busy(script);
    script.says(OWNER, "I see");
    pass(script, 10 * MINUTE);
    expect(calls(script)).toEqual([]);
    expect(script.state.steering.calls).toEqual([]);
  });

  test("has one call at the end, however many turns there were", () => {
    const script = long();
    busy(script);
    script.take({ type: "message", message: messageOf("later", "and this", { by: LISTED }) });
    script.claude(turnEnded());
    const { calls: waiting = [] } = script.state.steering;
    expect(waiting.map(({ who }) => who.id)).toEqual(["alice" as UserId]);
  });

  test("is called after a restart, once", () => {
    const script = long();
    busy(script, script.now + 4 * MINUTE);
    const snapshot = {
      threadId: "t",
      process: undefined,
      directory: "/",
      filesDirectory: undefined,
      state: script.state,
      writer: { entries: [], writes: [] },
    };
    const kept = decodeSnapshot(JSON.parse(encodeSnapshot(snapshot as never)))?.state;
    expect(kept?.steering.calls).toEqual(script.state.steering.calls);
    script.take({ type: "restored", saved: { holdsMessage: undefined, texts: [] } });
    expect(timerOf(script)).toBe(4 * MINUTE);
    pass(script, 4 * MINUTE);
    available(script);
    expect(calls(script)).toHaveLength(1);
  });

  test("an answer that never comes is asked for again", () => {
    const script = long();
    pass(script, 10 * MINUTE);
    expect(looks(script)).toBe(2);
    available(script);
    expect(calls(script)).toHaveLength(1);
  });
});

describe("an ask that nobody answers for ten minutes", () => {
  test.each([
    ["permission request", permission("p")],
    ["plan", plan("p")],
    ["question", asks("p", question("Which?", ["a", "b"]))],
  ] as const)("calls once more: a %s", (what, event) => {
    const script = working();
    script.claude(event);
    script.postCard();
    expect(timerOf(script)).toBe(10 * MINUTE);
    pass(script, 10 * MINUTE);
    available(script);
    expect(calls(script)).toEqual([`⏰ @alice: the ${what} above still waits for an answer`]);
    pass(script, DAY);
    expect(calls(script)).toHaveLength(1);
    expect(looks(script)).toBe(1);
  });

  test("calls nobody when it has been answered", () => {
    const script = working();
    script.claude(permission("p"));
    const card = script.postCard();
    script.now += 9 * MINUTE;
    script.react(OWNER, card, "+1");
    pass(script, MINUTE);
    expect(looks(script)).toBe(0);
  });

  test("calls nobody when it is answered while they are looked for", () => {
    const script = working();
    script.claude(permission("p"));
    const card = script.postCard();
    pass(script, 10 * MINUTE);
    script.react(OWNER, card, "+1");
    available(script);
    expect(calls(script)).toEqual([]);
  });

  test("calls whoever can decide now, in the owner's place", () => {
    let owner = true;
    const script = working({
      rightsOf: (id) => (id === OWNER.id ? { isListed: owner, isApprover: owner } : rightsOf(id)),
      approvers: () => ["bob"],
    });
    script.claude(permission("p"));
    script.postCard();
    owner = false;
    pass(script, 10 * MINUTE);
    available(script);
    expect(calls(script)).toEqual(["⏰ @bob: the permission request above still waits for an answer"]);
  });

  test("waits for the end of quiet hours", () => {
    const script = working();
    script.claude(permission("p"));
    script.postCard();
    pass(script, 10 * MINUTE);
    busy(script, script.now + 8 * 60 * MINUTE);
    pass(script, 10 * MINUTE);
    busy(script, script.now + 5000);
    expect(timerOf(script)).toBe(5000);
    pass(script, 5000);
    available(script);
    expect(calls(script)).toHaveLength(1);
  });

  test("calls nobody before its card stands", () => {
    const script = working();
    script.claude(permission("p"));
    pass(script, 10 * MINUTE);
    expect(looks(script)).toBe(0);
    script.postCard();
    pass(script, 10 * MINUTE);
    expect(looks(script)).toBe(1);
  });

  test("calls nobody for a guest, whom Claude does not wait for", () => {
    const script = working();
    script.says(OTHER, "may I?");
    script.postCard();
    pass(script, DAY);
    expect(looks(script)).toBe(0);
  });

  test("calls nobody when the session has ended or slept", () => {
    const script = working();
    script.claude(permission("p"));
    script.postCard();
    script.take({ type: "shutdown" });
    pass(script, 10 * MINUTE);
    expect(looks(script)).toBe(0);
  });
});

describe("`!notify`", () => {
  const notify = (script: Script, argument: string, by = OWNER): Effect[] =>
    script.command(by, { name: "notify", argument, postId: "p" as PostId });

  test("is everybody's own, and tells what holds", () => {
    const script = working({ isNotified: (id) => id !== LISTED.id });
    notify(script, "");
    expect(script.said()).toContain("🔔 `@alice`: the end of a long turn mentions you");
    notify(script, "", LISTED);
    expect(script.said()).toContain("🔕 `@bob`: only new cards mention you");
    expect(notify(script, "off")).toContainEqual({ type: "setNotified", by: OWNER, isOn: false });
    expect(notify(script, "On", LISTED)).toContainEqual({ type: "setNotified", by: LISTED, isOn: true });
  });

  test("is nothing for those who may not take part", () => {
    const script = working();
    expect(notify(script, "off", OTHER)).toEqual([]);
  });
});
