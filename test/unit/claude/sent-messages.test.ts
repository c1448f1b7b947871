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
});
