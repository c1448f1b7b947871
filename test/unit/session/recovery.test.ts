// Coming back after mm-claude was stopped or killed, as one session's steps.

import { expect, test } from "vitest";
import type { PostId } from "../../../src/mattermost/types.ts";
import { inFlightOf } from "../../../src/session/phases.ts";
import type { SavedTurn } from "../../../src/session/signals.ts";
import { savedTurnOf } from "../../../src/session/texts.ts";
import {
  createScript,
  exited,
  LISTED,
  OTHER,
  OWNER,
  permission,
  type Script,
  turnEnded,
  working,
} from "../../support/session-script.ts";

const restore = (script: Script, saved: Partial<SavedTurn> = {}, lostDirectory?: string) =>
  script.take({ type: "restored", saved: { holdsMessage: undefined, texts: [], ...saved }, lostDirectory });

/** What the new process is given, after the session has got a slot. */
function wake(script: Script): string[] {
  const before = script.sent().length;
  script.take({ type: "slotGranted", slot: 1 });
  return script.sent().slice(before);
}

const offers = (script: Script): number => script.said().split("cut off").length - 1;

const asItIs = (text: string): string => text;

test("a turn that was cut off says so and offers to go on, once, however often mm-claude is started", () => {
  const script = working();
  restore(script);
  expect(offers(script)).toBe(1);
  restore(script);
  restore(script);
  expect(offers(script)).toBe(1);
  expect(script.state.phase.name).toBe("asleep");
});

test("the arrows on that offer go on, once, by those who may", () => {
  const script = working();
  restore(script);
  script.take({ type: "posted", key: script.state.cutOff?.key ?? "", postId: "offer" as PostId });
  script.react(OTHER, "offer", "arrows_counterclockwise");
  expect(script.state.queue).toEqual([]);
  script.react(OWNER, "offer", "arrows_counterclockwise");
  script.react(OWNER, "offer", "arrows_counterclockwise");
  expect(wake(script)).toEqual(["Go on where you were cut off."]);
});

test("arrows that were faster than the offer's own id count", () => {
  const script = working();
  restore(script);
  script.react(OWNER, "offer", "arrows_counterclockwise");
  script.take({ type: "posted", key: script.state.cutOff?.key ?? "", postId: "offer" as PostId });
  expect(wake(script)).toEqual(["Go on where you were cut off."]);
});

const GO_ON = "Go on where you were cut off.";
const OFFER = "offer" as PostId;

/** A session whose turn was cut off, and the key of the post that offers to go on with it. */
function cutOff(): { script: Script; key: string } {
  const script = working();
  restore(script);
  return { script, key: script.state.cutOff?.key ?? "" };
}

const press = (script: Script, at: number | undefined, postId = OFFER) =>
  script.take({
    type: "reaction",
    by: LISTED,
    postId,
    emojiName: "arrows_counterclockwise",
    isRemoval: false,
    uuid: "by-emoji",
    ...(at === undefined ? {} : { at }),
  });

/** All that Claude gets from now on, each turn after the one before it. */
function turnsOf(script: Script): string[] {
  const before = script.sent().length;
  script.take({ type: "slotGranted", slot: 1 });
  for (let turns = 0; script.state.phase.name === "working" && turns < 5; turns++) {
    script.claude({ type: "replayed", uuid: inFlightOf(script.state)?.message.uuid ?? "" });
    script.claude(turnEnded());
  }
  return script.sent().slice(before);
}

test("arrows that were pressed before a message and heard after it go on after it, once", () => {
  const { script, key } = cutOff();
  script.take({ type: "posted", key, postId: OFFER });
  script.says(OWNER, "something else", { at: 100 });
  script.take({ type: "slotGranted", slot: 1 });
  press(script, 99);
  press(script, 99);
  expect(turnsOf(script)).toEqual([`[@bob]: ${GO_ON}`]);
  expect(script.posts.get(key)).toContain("@bob let it go on");
});

test.each([
  ["before", 50],
  ["after", 150],
] as const)(
  "arrows pressed %s a message, both faster than the offer's own id, count or not by which was first",
  (_, at) => {
    const { script, key } = cutOff();
    press(script, at);
    script.says(OWNER, "something else", { at: 100 });
    script.take({ type: "slotGranted", slot: 1 });
    script.take({ type: "posted", key, postId: OFFER });
    expect(turnsOf(script)).toEqual(at < 100 ? [`[@bob]: ${GO_ON}`] : []);
  },
);

test.each([101, undefined])(
  "arrows that come after a message (%s) do nothing: the offer says that it is over",
  (at) => {
    const { script, key } = cutOff();
    script.take({ type: "posted", key, postId: OFFER });
    expect(script.posts.get(key)).toContain("React 🔄 to go on");
    script.says(OWNER, "something else", { at: 100 });
    script.take({ type: "slotGranted", slot: 1 });
    expect(script.posts.get(key)).toBe(
      "✂️ **This turn was cut off** when mm-claude stopped. What was said since goes on.",
    );
    press(script, at);
    expect(turnsOf(script)).toEqual([]);
    expect(script.posts.get(key)).not.toContain("@bob");
  },
);

test("a message that finds no place leaves the offer open", () => {
  const { script, key } = cutOff();
  script.take({ type: "posted", key, postId: OFFER });
  script.says(OWNER, "something else", { at: 100 });
  script.take({ type: "slotRefused" });
  press(script, 101);
  expect(turnsOf(script)).toEqual([`[@bob]: ${GO_ON}`]);
  expect(script.posts.get(key)).toContain("@bob let it go on");
});

test("an offer that somebody deletes is not made again by what is said after it", () => {
  const { script, key } = cutOff();
  script.take({ type: "posted", key, postId: OFFER });
  script.take({ type: "postDeleted", postId: OFFER });
  const effects = script.says(OWNER, "something else", { at: 100 });
  effects.push(...script.take({ type: "slotGranted", slot: 1 }));
  expect(effects.filter((effect) => effect.type === "put" && effect.key === key)).toEqual([]);
});

test("a session that only waited is asleep, without a word", () => {
  const script = working();
  script.claude(turnEnded());
  const before = script.posts.size;
  restore(script);
  expect(script.state.phase.name).toBe("asleep");
  expect(script.posts.get("header")).toContain("asleep");
  expect([...script.posts.keys()].filter((key) => key.startsWith("note"))).toEqual([]);
  expect(script.posts.size).toBe(before + (script.posts.has("header") ? 1 : 0));
});

test("what a dead process asked is void, once, and an answer to it decides nothing", () => {
  const script = working();
  script.claude(permission("p1"));
  const card = script.postCard();
  restore(script);
  const voided = script.said().split("mm-claude was started again").length - 1;
  expect(voided).toBe(1);
  script.react(OWNER, card, "+1");
  restore(script);
  expect(script.answers()).toEqual([]);
  expect(script.said().split("mm-claude was started again").length - 1).toBe(1);
});

test("a guest's message still waits for its decision", () => {
  const script = working();
  script.claude(turnEnded());
  script.says(OTHER, "may I join?");
  const card = script.postCard();
  restore(script);
  script.react(OWNER, card, "+1");
  expect(wake(script)).toEqual(["[@oscar]: may I join?"]);
});

test("queued messages are sent, in order, after a word on the turn that was cut off before them", () => {
  const script = working();
  script.says(OWNER, "second");
  script.says(OWNER, "third");
  restore(script);
  expect(script.said()).toContain("✂️ **This turn was cut off**");
  expect(script.said()).not.toContain("React 🔄");
  expect(wake(script)).toEqual(["second"]);
  script.claude({ type: "replayed", uuid: "u2" });
  script.claude(turnEnded());
  expect(script.sent().at(-1)).toBe("third");
});

test("a message Claude has not replayed is sent again when the saved conversation lacks it", () => {
  const script = createScript();
  script.says(OWNER, "go");
  restore(script, { holdsMessage: false });
  expect(wake(script)).toEqual(["go"]);
  expect(offers(script)).toBe(0);
});

test("a message Claude has not replayed is never sent again when the saved conversation holds it", () => {
  const script = createScript();
  script.says(OWNER, "go");
  restore(script, { holdsMessage: true });
  expect(offers(script)).toBe(1);
  expect(script.state.queue).toEqual([]);
});

test("what Claude said and nobody saw is shown, and what was seen is not shown again", () => {
  const script = working();
  script.claude({ type: "messageStarted", messageId: "m1" });
  script.claude({ type: "textDelta", text: "The first half,", blockIndex: 0 });
  script.flush();
  restore(script, {
    texts: [
      { messageId: "m1", text: "The first half, the second." },
      { messageId: "m2", text: "And the end." },
    ],
  });
  const text = [...script.posts]
    .flatMap(([key, value]) => (key.startsWith("turn") ? [value] : []))
    .join("\n");
  expect(text.split("The first half").length).toBe(2);
  expect(text).toContain("the second.");
  expect(text).toContain("And the end.");
});

test("a conversation that was never saved is started afresh with the thread, said in one sentence, and only once", () => {
  const script = working();
  script.claude(turnEnded());
  restore(script);
  script.says(OWNER, "and now?");
  wake(script);
  script.claude(exited("No conversation found with session ID: x"));
  expect(script.said().split("had not saved this conversation").length - 1).toBe(1);
  script.effects.length = 0;
  script.take({ type: "slotGranted", slot: 1 });
  expect(script.effects).toContainEqual(expect.objectContaining({ type: "startClaude", resume: false }));
  const sent = script.effects.find((effect) => effect.type === "prepare");
  expect(sent).toMatchObject({ message: { text: "and now?", withThread: true } });
  script.effects.length = 0;
  script.claude(exited("No conversation found with session ID: x"));
  expect(script.effects.filter((effect) => effect.type === "startClaude")).toEqual([]);
  expect(script.effects.filter((effect) => effect.type === "acquireSlot")).toEqual([]);
});

test("a directory that is gone is said in one sentence when the session wakes, and it starts afresh", () => {
  const script = working();
  script.claude(turnEnded());
  restore(script, {}, "/home/alice/gone");
  expect(script.said()).not.toContain("is gone");
  script.says(OWNER, "and now?");
  script.effects.length = 0;
  script.take({ type: "slotGranted", slot: 1 });
  expect(script.said()).toContain("`~/gone` is gone: Claude starts afresh in `~/project`");
  expect(script.effects).toContainEqual(expect.objectContaining({ type: "startClaude", resume: false }));
  expect(script.effects.find((effect) => effect.type === "prepare")).toMatchObject({
    message: { withThread: true },
  });
});

test("a message that was under way at an orderly stop is not sent again when the saved conversation holds it", () => {
  const script = createScript();
  script.says(OWNER, "go");
  script.take({ type: "shutdown" });
  restore(script, { holdsMessage: true });
  expect(script.state.queue).toEqual([]);
  expect(offers(script)).toBe(1);
});

test("a message that was under way at an orderly stop is sent again when the saved conversation lacks it", () => {
  const script = createScript();
  script.says(OWNER, "go");
  script.take({ type: "shutdown" });
  restore(script, { holdsMessage: false });
  expect(offers(script)).toBe(0);
  expect(wake(script)).toEqual(["go"]);
});

test("a message a silent Claude has saved after all is not sent again when the session wakes", () => {
  const script = createScript();
  script.says(OWNER, "go");
  script.take({ type: "timer", name: "watchdog" });
  script.says(OWNER, "are you there?");
  const before = script.sent().length;
  script.take({ type: "slotGranted", slot: 1, saved: { holdsMessage: true, texts: [] } });
  expect(script.sent().slice(before)).toEqual(["are you there?"]);
});

test("what a Claude that was ended in its turn had still said is shown once it is gone, and no more when the session wakes", () => {
  const script = working();
  script.claude({ type: "messageStarted", messageId: "m1" });
  script.claude({ type: "textDelta", text: "The first half,", blockIndex: 0 });
  const { generation } = script.state;
  script.take({ type: "timer", name: "watchdog" });
  const saved = {
    holdsMessage: undefined,
    texts: [{ messageId: "m1", text: "The first half, the second." }],
  };
  script.take({ type: "claude", generation, event: exited("", 0), saved });
  expect(script.said()).toContain("the second.");
  expect(script.said()).not.toContain("stopped unexpectedly");
  script.says(OWNER, "are you there?");
  script.take({ type: "slotGranted", slot: 1, saved });
  script.claude({ type: "turnStarted", model: "m" });
  script.claude({ type: "messageStarted", messageId: "m2" });
  script.claude({ type: "text", messageId: "m2", text: "I am." });
  script.flush();
  const words = [...script.posts].flatMap(([key, value]) => (key.startsWith("turn") ? [value.trim()] : []));
  expect(words).toEqual(["The first half,", "the second.", "I am."]);
});

test("what was found again of a turn is not found again as another's, whose message Claude never got", () => {
  const script = working();
  script.claude({ type: "messageStarted", messageId: "m1" });
  script.claude({ type: "text", messageId: "m1", text: "The beginning." });
  const conversation = [
    { messageId: "m1", text: "The beginning." },
    { messageId: "m2", text: "And the end." },
  ];
  const saved = {
    holds: (uuid: string) => uuid === "u1",
    textsAfter: (uuid: string) => (uuid === "u1" ? conversation : []),
    textsFrom: (id: string) =>
      conversation.slice(conversation.findIndex(({ messageId }) => messageId === id)),
  };
  const restart = () =>
    script.take({
      type: "restored",
      saved: savedTurnOf(script.state, () => saved, asItIs),
    });
  restart();
  script.says(OWNER, "next");
  wake(script);
  restart();
  expect(script.said().split("And the end.")).toHaveLength(2);
  expect(script.state.queue.map(({ text }) => text)).toEqual(["next"]);
});

test("what a Claude that was ended had still said is no part of a turn that has begun since, nor comes before the next start of a mm-claude that stops", () => {
  const saved = { holdsMessage: undefined, texts: [{ messageId: "m1", text: "Too late." }] };
  const woken = working();
  const { generation } = woken.state;
  woken.take({ type: "timer", name: "watchdog" });
  woken.says(OWNER, "are you there?");
  woken.take({ type: "slotGranted", slot: 1 });
  woken.take({ type: "claude", generation, event: exited("", 0), saved });
  expect(woken.said()).not.toContain("Too late.");
  const stopping = working();
  stopping.take({ type: "shutdown" });
  stopping.take({ type: "claude", generation, event: exited("", 0), saved });
  expect(stopping.said()).not.toContain("Too late.");
  restore(stopping, saved);
  expect(stopping.said()).toContain("Too late.");
});

test.each([
  ["may still decide", true],
  ["may decide no longer", false],
])("after a restart tools run unasked because of a person only if they %s", (_who, isApprover) => {
  const rightsOf = () => ({ isListed: true, isApprover });
  const script = createScript({ rightsOf });
  script.state.auto = { grantedBy: LISTED };
  restore(script);
  expect(script.state.auto !== undefined).toBe(isApprover);
});
