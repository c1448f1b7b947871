// Which messages count as taken, with and without an echo.

import { describe, expect, it } from "vitest";
import { createSentMessages } from "../../../src/claude/sent-messages.ts";

const text = (words: string) => [{ type: "text" as const, text: words }];

describe("sent messages", () => {
  it("are taken once, by their echo", () => {
    const sent = createSentMessages();
    sent.add("a", text("hello"));
    expect(sent.taken("a")).toEqual(["a"]);
    expect(sent.taken("a")).toEqual([]);
  });

  it("are not somebody else's echo", () => {
    const sent = createSentMessages();
    sent.add("a", text("hello"));
    expect(sent.taken("b")).toEqual([]);
    expect(sent.taken("a")).toEqual(["a"]);
  });

  it("are taken in order: an echo speaks for those before it", () => {
    const sent = createSentMessages();
    for (const uuid of ["a", "b", "c"]) sent.add(uuid, text("hello"));
    expect(sent.taken("b")).toEqual(["a", "b"]);
    expect(sent.taken("c")).toEqual(["c"]);
  });

  it("are taken without an echo when they are slash commands and their turn is over", () => {
    const sent = createSentMessages();
    sent.add("a", text("/cost"));
    sent.add("b", text("hello"));
    expect(sent.turnEnded()).toEqual(["a"]);
    expect(sent.turnEnded()).toEqual([]);
  });

  it("still wait when the turn that ended had taken another message", () => {
    const sent = createSentMessages();
    sent.add("a", text("hello"));
    sent.taken("a");
    sent.add("b", text("/cost"));
    expect(sent.turnEnded()).toEqual([]);
    expect(sent.turnEnded()).toEqual(["b"]);
  });

  it("are over without an echo when Claude says so: a hook refused all that were taken together (2.1.330)", () => {
    const sent = createSentMessages();
    for (const uuid of ["a", "b", "c"]) sent.add(uuid, text("hello"));
    expect([...sent.taken("a"), ...sent.taken("b")]).toEqual(["a", "b"]);
    expect(["a", "b", "c"].flatMap((uuid) => sent.followed(uuid, "started"))).toEqual([]);
    expect(sent.turnEnded()).toEqual([]);
    expect(["a", "b", "c"].flatMap((uuid) => sent.followed(uuid, "completed"))).toEqual(["c"]);
  });

  it("still wait when a turn ends that Claude began by itself, slash commands as well (2.1.330)", () => {
    const sent = createSentMessages();
    sent.add("a", text("/compact"));
    expect(sent.followed("a", "queued")).toEqual([]);
    expect([...sent.refused(), ...sent.turnEnded()]).toEqual([]);
    expect(sent.followed("a", "completed")).toEqual(["a"]);
  });

  it("were refused when their turn was silent, one a turn (1.0.128, 2.0.76)", () => {
    const sent = createSentMessages();
    for (const [uuid, words] of [
      ["a", "hello"],
      ["b", "/cost"],
      ["c", "hello"],
    ] as const)
      sent.add(uuid, text(words));
    expect(sent.refused()).toEqual(["a"]);
    expect(sent.turnEnded()).toEqual([]);
    // A slash command that says nothing is no refusal.
    expect(sent.refused()).toEqual([]);
    expect(sent.turnEnded()).toEqual(["b"]);
    expect(sent.refused()).toEqual(["c"]);
  });
});
