// Which messages count as taken, with and without an echo.

import { describe, expect, it } from "vitest";
import { SentMessages } from "../../../src/claude/sent-messages.ts";

const text = (words: string) => [{ type: "text" as const, text: words }];

describe("sent messages", () => {
  it("are taken once, by their echo", () => {
    const sent = new SentMessages();
    sent.add("a", text("hello"));
    expect(sent.noteEcho("a")).toEqual(["a"]);
    expect(sent.noteEcho("a")).toEqual([]);
  });

  it("are not somebody else's echo", () => {
    const sent = new SentMessages();
    sent.add("a", text("hello"));
    expect(sent.noteEcho("b")).toEqual([]);
    expect(sent.noteEcho("a")).toEqual(["a"]);
  });

  it("are taken in order: an echo counts for those before it", () => {
    const sent = new SentMessages();
    for (const uuid of ["a", "b", "c"]) {
      sent.add(uuid, text("hello"));
    }
    expect(sent.noteEcho("b")).toEqual(["a", "b"]);
    expect(sent.noteEcho("c")).toEqual(["c"]);
  });

  it("are taken without an echo when they are slash commands and their turn is over", () => {
    const sent = new SentMessages();
    sent.add("a", text("/cost"));
    sent.add("b", text("hello"));
    expect(sent.noteTurnEnd()).toEqual(["a"]);
    expect(sent.noteTurnEnd()).toEqual([]);
  });

  it("still wait when the turn that ended had taken another message", () => {
    const sent = new SentMessages();
    sent.add("a", text("hello"));
    sent.noteEcho("a");
    sent.add("b", text("/cost"));
    expect(sent.noteTurnEnd()).toEqual([]);
    expect(sent.noteTurnEnd()).toEqual(["b"]);
  });

  it("are over without an echo when Claude says so: a hook refused all that were taken together (2.1.330)", () => {
    const sent = new SentMessages();
    for (const uuid of ["a", "b", "c"]) {
      sent.add(uuid, text("hello"));
    }
    expect([...sent.noteEcho("a"), ...sent.noteEcho("b")]).toEqual(["a", "b"]);
    expect(["a", "b", "c"].flatMap((uuid) => sent.noteState(uuid, "started"))).toEqual([]);
    expect(sent.noteTurnEnd()).toEqual([]);
    expect(["a", "b", "c"].flatMap((uuid) => sent.noteState(uuid, "completed"))).toEqual(["c"]);
  });

  it("still wait when a turn ends that Claude began by itself, slash commands as well (2.1.330)", () => {
    const sent = new SentMessages();
    sent.add("a", text("/compact"));
    expect(sent.noteState("a", "queued")).toEqual([]);
    expect([...sent.noteSilentTurn(), ...sent.noteTurnEnd()]).toEqual([]);
    expect(sent.noteState("a", "completed")).toEqual(["a"]);
  });

  it("were refused when their turn was silent, one a turn (1.0.128, 2.0.76)", () => {
    const sent = new SentMessages();
    for (const [uuid, words] of [
      ["a", "hello"],
      ["b", "/cost"],
      ["c", "hello"],
    ] as const) {
      sent.add(uuid, text(words));
    }
    expect(sent.noteSilentTurn()).toEqual(["a"]);
    expect(sent.noteTurnEnd()).toEqual([]);
    // A slash command that says nothing is no refusal.
    expect(sent.noteSilentTurn()).toEqual([]);
    expect(sent.noteTurnEnd()).toEqual(["b"]);
    expect(sent.noteSilentTurn()).toEqual(["c"]);
  });
});
