import { expect, test } from "vitest";
import type { PostId } from "../../../src/mattermost/types.ts";
import type { Effect } from "../../../src/session/types.ts";
import {
  createScript,
  exited,
  LISTED,
  OTHER,
  OWNER,
  permission,
  type Script,
  slash,
  toolUse,
  turnEnded,
  user,
  working,
} from "../../support/session-script.ts";

const types = (effects: readonly Effect[]): string[] => effects.map((effect) => effect.type);
const starts = (script: Script): unknown[] =>
  script.effects.flatMap((effect) => (effect.type === "startClaude" ? [effect.resume] : []));
const eyes = (script: Script): string[] =>
  script.effects.flatMap((effect) =>
    effect.type === "react" || effect.type === "unreact"
      ? [`${effect.type} ${"postId" in effect.target ? effect.target.postId : effect.target.key}`]
      : [],
  );

test("messages queue while Claude works, wear 👀 until it takes them, and keep their order", () => {
  const script = working();
  script.says(OWNER, "two");
  script.says(OWNER, "three");
  expect(eyes(script)).toEqual(["react m2", "react m3"]);
  script.claude(turnEnded());
  expect(script.sent()).toEqual(["go", "two"]);
  expect(eyes(script).slice(2)).toEqual(["unreact m2"]);
  script.claude(turnEnded());
  expect(script.sent()).toEqual(["go", "two", "three"]);
  expect(script.state.waiting.size).toBe(0);
});

test("with more than one speaker each message names its own", () => {
  const script = working();
  script.claude(turnEnded());
  script.says(LISTED, "hello");
  script.claude(turnEnded());
  script.says(OWNER, "and me");
  expect(script.sent()).toEqual(["go", "[@bob]: hello", "[@alice]: and me"]);
});

test("a text that begins with a slash does not become a command of Claude's", () => {
  const script = createScript();
  script.says(OWNER, "/etc/hosts is wrong");
  expect(script.sent()).toEqual(["[@alice]: /etc/hosts is wrong"]);
});

test("after the idle time without a message or an event the process closes, and the next message resumes it", () => {
  const script = working();
  script.claude(turnEnded());
  script.now = 1_000_000;
  script.claude({ type: "ready", commands: [] });
  script.now = 1_800_000;
  expect(script.take({ type: "timer", name: "idle" })).toEqual([
    { type: "setTimer", name: "idle", ms: 1_000_000 },
  ]);
  script.now = 2_800_000;
  const effects = script.take({ type: "timer", name: "idle" });
  expect(types(effects)).toContain("closeClaude");
  expect(types(effects)).toContain("releaseSlot");
  expect(script.said()).toContain(
    "⏰ **Session timed out** after 30 minutes without activity. Reply in this thread to resume.",
  );
  expect(script.posts.get("header")).toContain("asleep");
  expect(types(script.says(LISTED, "again"))).toContain("acquireSlot");
  script.take({ type: "slotGranted", slot: 2 });
  expect(starts(script)).toEqual([false, true]);
  expect(script.sent()).toEqual(["go", "[@bob]: again"]);
  expect(script.posts.get("header")).toContain("#2 of 5 max");
});

test("a message Claude never took is not lost when Claude does not answer", () => {
  const script = createScript();
  script.says(OWNER, "one");
  script.says(OWNER, "two");
  script.claude({ type: "ready", commands: [] });
  script.take({ type: "timer", name: "watchdog" });
  script.says(OWNER, "three");
  script.take({ type: "slotGranted", slot: 1 });
  expect(script.sent()).toEqual(["one", "one"]);
  expect(script.state.queue.map((message) => message.text)).toEqual(["two", "three"]);
});

test("a process that starts slowly is not idle", () => {
  const script = createScript();
  script.says(OWNER, "one");
  script.now += 1_800_000;
  expect(types(script.take({ type: "timer", name: "idle" }))).toEqual(["setTimer"]);
  expect(script.state.phase.name).toBe("working");
});

test("messages of somebody who may not send leave a sleeping session asleep", () => {
  const script = working();
  script.take({ type: "slotWithdrawn" });
  expect(types(script.says(OTHER, "hello"))).not.toContain("acquireSlot");
  expect(script.state.asks).toMatchObject([{ kind: "guest" }]);
});

test("without a slot the waiting messages are given up and the person is told", () => {
  const script = working();
  script.take({ type: "slotWithdrawn" });
  script.says(OWNER, "again");
  script.says(OWNER, "and again");
  expect(script.effects.filter((effect) => effect.type === "acquireSlot")).toHaveLength(1);
  script.take({ type: "slotRefused" });
  expect(script.said()).toContain("⚠️ **Too busy** - 5 sessions active. Please try again later.");
  expect(script.state.queue).toEqual([]);
  expect(types(script.says(OWNER, "now?"))).toContain("acquireSlot");
});

test("a crash says Claude's last words, and the next message resumes", () => {
  const script = working();
  script.claude({ type: "textDelta", text: "half a", blockIndex: 0 });
  script.claude(exited("boom ```\nand @all", null, "SIGKILL"));
  expect(script.said()).toContain("half a");
  expect(script.said()).toMatch(
    /````\nboom ```\nand @all\n````\n💥 \*\*Claude stopped unexpectedly\*\* \(signal SIGKILL\)/,
  );
  script.says(OWNER, "go on");
  script.take({ type: "slotGranted", slot: 1 });
  expect(starts(script)).toEqual([false, true]);
  expect(script.sent()).toEqual(["go", "go on"]);
});

test("after a crash a message that never reached the transcript goes first", () => {
  const script = createScript();
  script.says(OWNER, "one");
  script.claude({ type: "turnStarted", model: "m" });
  script.says(OWNER, "two");
  script.claude(exited());
  script.says(OWNER, "three");
  script.take({ type: "slotGranted", slot: 1 });
  script.claude({ type: "turnStarted", model: "m" });
  script.claude({ type: "replayed", uuid: "u1" });
  script.claude(turnEnded());
  script.claude(turnEnded());
  expect(script.sent()).toEqual(["one", "one", "two", "three"]);
});

test("a conversation that was never saved is begun again once, and never in a loop", () => {
  const script = working();
  script.claude(turnEnded());
  script.take({ type: "slotWithdrawn" });
  script.says(OWNER, "again");
  script.take({ type: "slotGranted", slot: 1 });
  script.claude(exited("No conversation found with session ID: x"));
  expect(types(script.effects).filter((type) => type === "acquireSlot")).toHaveLength(2);
  script.take({ type: "slotGranted", slot: 1 });
  expect(starts(script)).toEqual([false, true, false]);
  const last = script.effects.findLast((effect) => effect.type === "prepare");
  expect(last).toMatchObject({ message: { text: "again", withThread: true } });
  script.claude(exited("No conversation found with session ID: x"));
  expect(starts(script)).toHaveLength(3);
  expect(script.said().match(/💥/g)).toHaveLength(1);
});

test("an id that is in use already is resumed, once", () => {
  const script = createScript();
  script.says(OWNER, "go");
  script.claude(exited("Error: Session ID x is already in use."));
  script.take({ type: "slotGranted", slot: 1 });
  script.claude(exited("Error: Session ID x is already in use."));
  expect(starts(script)).toEqual([false, true]);
  expect(script.said()).toContain("💥");
});

test("what an earlier process still says is not heard", () => {
  const script = working();
  const old = script.state.generation;
  script.claude(exited());
  script.says(OWNER, "again");
  script.take({ type: "slotGranted", slot: 1 });
  for (const event of [exited(), turnEnded(), permission("r")]) {
    expect(script.claude(event, { generation: old })).toEqual([]);
  }
  expect(script.state.phase.name).toBe("working");
});

const PHASES: Readonly<Record<string, () => Script>> = {
  idle: () => {
    const script = working();
    script.claude(turnEnded());
    return script;
  },
  working,
  "waiting for a permission": () => {
    const script = working();
    script.claude(permission("r"));
    return script;
  },
  asleep: () => {
    const script = working();
    script.take({ type: "slotWithdrawn" });
    return script;
  },
  "asleep, waiting for a slot": () => {
    const script = working();
    script.take({ type: "slotWithdrawn" });
    script.says(OWNER, "again");
    return script;
  },
  crashed: () => {
    const script = working();
    script.claude(exited());
    return script;
  },
};

test.each(Object.keys(PHASES))("stop ends a session that is %s, and nothing is heard after it", (phase) => {
  const script = PHASES[phase]?.() as Script;
  script.says(OWNER, "more");
  const effects = script.command(LISTED, { name: "stop" });
  expect(effects.at(-1)).toEqual({ type: "ended" });
  expect(types(effects)).toContain("closeClaude");
  expect(script.said()).toContain("🛑 **Session cancelled** by @bob");
  expect(script.posts.get("header")).toContain("ended");
  expect(script.state).toMatchObject({ phase: { name: "ended" }, asks: [], queue: [] });
  expect(script.state.waiting.size).toBe(0);
  expect(script.says(OWNER, "hello?")).toEqual([]);
  expect(script.claude(turnEnded())).toEqual([]);
  expect(script.take({ type: "slotGranted", slot: 1 })).toEqual([]);
});

test("a slot that comes when nothing waits any more is given back", () => {
  const script = createScript();
  script.take({ type: "slotWithdrawn" });
  script.says(OWNER, "go");
  script.take({ type: "postDeleted", postId: "m1" as PostId });
  expect(script.take({ type: "slotGranted", slot: 2 })).toEqual([{ type: "releaseSlot" }]);
  script.says(OWNER, "go on");
  expect(script.effects.at(-1)).toEqual({ type: "acquireSlot" });
});

test("the slot of a session is given back once", () => {
  for (const build of Object.values(PHASES)) {
    const script = build();
    script.take({ type: "shutdown" });
    const given = types(script.effects).filter((type) => type === "releaseSlot");
    expect(given).toHaveLength(1);
  }
});

test("an interrupt stops the turn and keeps the session; what waits is taken next", () => {
  const script = working();
  script.says(OWNER, "next");
  expect(types(script.react(OWNER, "anything", "double_vertical_bar"))).toEqual([
    "audit",
    "interruptClaude",
    "setTimer",
  ]);
  script.claude(turnEnded(true, "aborted", true));
  expect(script.said()).toContain("⏸️ **Interrupted** by @alice");
  expect(script.sent()).toEqual(["go", "next"]);
  script.claude(turnEnded());
  script.command(OWNER, { name: "interrupt" });
  expect(script.said()).toContain("There is nothing to interrupt");
});

test("a turn Claude begins by itself after an interrupted one is not called interrupted", () => {
  const script = working();
  script.command(OWNER, { name: "interrupt" });
  script.claude(turnEnded(true, "", true));
  script.claude({ type: "turnStarted", model: "m" });
  script.claude({ type: "textDelta", text: "the task is done", blockIndex: 0 });
  script.claude(turnEnded());
  expect(script.said().match(/Interrupted/g)).toHaveLength(1);
  expect([...script.posts.values()].at(-1)).toBe(
    "🔔 **Claude goes on by itself**: nobody has written to it\n\nthe task is done",
  );
});

test("a shutdown writes what was said, marks the header and what Claude asked, and keeps the rest for the next start", () => {
  const script = working();
  script.claude({ type: "textDelta", text: "almost do", blockIndex: 0 });
  script.claude(permission("r"));
  script.says(OTHER, "me too");
  script.says(OWNER, "later");
  const effects = script.take({ type: "shutdown" });
  expect(effects).toContainEqual({ type: "closeClaude", now: true });
  expect(script.said()).toContain("almost do");
  expect(script.posts.get("header")).toContain("⏹️ mm-claude is not running");
  expect(script.state.asks.map((ask) => ask.kind)).toEqual(["guest"]);
  expect(script.said().match(/No longer open/g)).toHaveLength(1);
  expect(script.state.queue.map((message) => message.text)).toContain("later");
  expect(script.take({ type: "shutdown" })).toEqual([]);
});

test("a session that sleeps already says nothing at a shutdown", () => {
  const script = working();
  script.claude(turnEnded());
  script.take({ type: "slotWithdrawn" });
  expect(script.take({ type: "shutdown" })).toEqual([]);
});

test("a thread that is lost ends its session without a word", () => {
  const script = working();
  expect(types(script.take({ type: "threadLost", reason: "gone" }))).toContain("ended");
  expect(script.state.phase.name).toBe("ended");
});

test("the header names the people who take part, and pings none of them", () => {
  const script = working();
  const effects = script.command(OWNER, { name: "invite", username: "bob", user: user("bob") });
  expect(effects.find((effect) => effect.type === "put")).toMatchObject({
    key: "header",
    markdown: expect.stringContaining("| 👥 **Participants** | @\u200bbob |"),
  });
  expect(script.said()).toContain("✅ @bob can now participate in this session (invited by @alice)");
  script.command(OWNER, { name: "kick", username: "bob", user: user("bob") });
  expect(script.said()).toContain("🚫 @bob removed from this session by @alice");
  expect(script.posts.get("header")).not.toContain("Participants");
  script.command(OWNER, { name: "kick", username: "bob", user: user("bob") });
  expect(script.said()).toContain("⚠️ @bob was not in this session");
});

test("people who don't exist, bots, the deactivated and those who are in already are not invited", () => {
  const script = working();
  script.command(OWNER, { name: "invite", username: "nobody", user: undefined });
  script.command(OWNER, { name: "invite", username: "robot", user: user("robot", { isBot: true }) });
  script.command(OWNER, { name: "invite", username: "gone", user: user("gone", { isActive: false }) });
  script.command(OWNER, { name: "invite", username: "alice", user: user("alice") });
  expect(script.state.participants.size).toBe(0);
  expect(script.said()).toContain("no user `@nobody`");
  expect(script.said()).toContain("`@robot` is a bot");
});

test("the owner can't be kicked", () => {
  const script = working();
  script.command(LISTED, { name: "kick", username: "alice", user: user("alice") });
  expect(script.said()).toContain("`@alice` started this session and can't be removed");
  expect(script.says(OWNER, "still here")).not.toEqual([]);
  expect(script.state.asks).toEqual([]);
});

test("permissions go down only, and say so when they are down already", () => {
  const script = working({ isAuto: true });
  script.command(OWNER, { name: "permissions", mode: "auto" });
  expect(script.said()).toContain("⚠️ Cannot upgrade to auto permissions - can only downgrade to interactive");
  script.command(OWNER, { name: "permissions", mode: "interactive" });
  script.command(OWNER, { name: "permissions", mode: "interactive" });
  expect(script.said()).toMatch(/ℹ️ .*already interactive/);
  script.command(OWNER, { name: "permissions", mode: "auto" });
  expect(script.state.auto).toBeUndefined();
});

test("a slash command Claude knows is passed on as it is, by its name or an alias", () => {
  const script = working();
  script.claude({ type: "ready", commands: [{ name: "compact", aliases: ["squeeze"] }] });
  script.claude(turnEnded());
  slash(script, OWNER, "compact", true);
  script.claude(turnEnded());
  slash(script, OWNER, "squeeze", false);
  expect(script.sent()).toEqual(["go", "/compact", "/squeeze"]);
});

test("an unknown `!name` gets one line with the nearest match; an unknown `/name` is a message", () => {
  const script = working();
  script.claude({ type: "ready", commands: [{ name: "compact", aliases: [] }] });
  script.claude(turnEnded());
  slash(script, OWNER, "compcat", true);
  expect(script.said()).toContain("There is no command `!compcat`. Did you mean `!compact`?");
  slash(script, OWNER, "xyzzy", true);
  expect(script.said()).toContain("There is no command `!xyzzy`. `!help` lists them.");
  expect(script.sent()).toEqual(["go"]);
  slash(script, OWNER, "tmp", false);
  expect(script.sent()).toEqual(["go", "[@alice]: /tmp"]);
});

test("a note of mm-claude's own between the words of a text stands between its posts", () => {
  const script = working();
  script.claude({ type: "textDelta", text: "before ```\nco", blockIndex: 0 });
  script.command(OWNER, { name: "help" });
  script.claude({ type: "textDelta", text: "de\n``` after", blockIndex: 0 });
  script.claude(toolUse("t", "Glob", { pattern: "*" }));
  script.claude(turnEnded());
  const posts = [...script.posts.values()];
  expect(posts[0]).toContain("before");
  expect(posts[1]).toContain("!invite @user");
  expect(posts[2]).toContain("🔍 **Glob**");
});
