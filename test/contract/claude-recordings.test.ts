// What the real CLI said, in four versions, is understood: every recording, bit by bit.

import { describe, expect, it } from "vitest";
import { decodeReady } from "../../src/claude/decode-control.ts";
import { decodeRecording, recordingNames, sketch } from "../support/claude-recording.ts";
import { expected } from "./claude-recordings.expected.ts";

describe("recorded conversations", () => {
  it("are all written down", () => {
    expect(Object.keys(expected).sort()).toEqual(recordingNames());
  });

  it.each(Object.entries(expected))("%s says what it said", (name, said) => {
    expect(sketch(decodeRecording(name, 13))).toBe(said);
  });

  it.each(recordingNames())("%s reads the same in one piece", (name) => {
    expect(decodeRecording(name, 64 * 1024 * 1024)).toEqual(decodeRecording(name, 4096));
  });

  it("hold nothing malformed", () => {
    const malformed = recordingNames()
      .flatMap((name) => decodeRecording(name, 4096))
      .filter(({ type }) => type === "malformed");
    expect(malformed).toEqual([]);
  });

  it("hold no frame that is skipped without our knowing it", () => {
    const skipped = recordingNames()
      .flatMap((name) => decodeRecording(name, 4096))
      .flatMap((decoded) => (decoded.type === "skipped" ? [decoded.what] : []));
    expect([...new Set(skipped)].sort()).toEqual([
      "system/hook_response",
      "system/hook_started",
      "system/session_title_changed",
      "system/thinking_tokens",
    ]);
  });

  it("name another conversation after it was cleared, and the same one otherwise", () => {
    const idsOf = (name: string) =>
      decodeRecording(name, 4096).flatMap((one) =>
        one.type === "turnStarted"
          ? [one.conversationId]
          : one.type === "conversationReset"
            ? ["cleared"]
            : [],
      );
    const [before, after] = ["dba0f2b0-e272-44e3-ade3-e54c8ecd69e4", "1ddbdbde-ad85-4b75-8d2f-cb9b9f7af8f1"];
    expect(idsOf("2.1.330-clear")).toEqual([before, "cleared", after, after]);
    // They know no /clear over stdio: nothing is cleared.
    for (const older of ["1.0.128-clear", "2.0.76-clear"]) expect(new Set(idsOf(older)).size).toBe(1);
  });

  it("list what runs in the background by its id and purpose", () => {
    const tasks = decodeRecording("2.1.330-background-bash", 4096).flatMap((one) =>
      one.type === "backgroundTasks" ? [one.tasks] : [],
    );
    expect(tasks).toEqual([[{ id: "bcxiabivh", description: "Wait in the background" }], []]);
    const begun = ["1.0.128-background-bash", "2.0.76-background-bash"].flatMap((name) =>
      decodeRecording(name, 4096).flatMap((one) => (one.type === "backgrounded" ? [one.task] : [])),
    );
    expect(begun).toEqual([
      { id: "90f821", description: "Short one" },
      { id: "b426fc7", description: "Short" },
    ]);
  });

  it("begin with an answer that lists the slash commands", () => {
    const ready = recordingNames()
      .filter((name) => name !== "2.1.197-resume-unknown")
      .map((name) => {
        const first = decodeRecording(name, 4096).find(({ type }) => type === "response");
        return first?.type === "response" ? decodeReady(first.payload) : undefined;
      });
    for (const event of ready) {
      expect(event?.type).toBe("ready");
      if (event?.type === "ready") expect(event.commands.map(({ name }) => name)).toContain("compact");
    }
  });

  it("stream in deltas exactly what the text blocks confirm", () => {
    for (const name of [
      "2.1.197-bash-allow-partial",
      "2.1.197-question-partial",
      "2.1.330-plan",
      "2.1.330-queue-interrupt",
    ]) {
      const decoded = decodeRecording(name, 4096);
      const streamed = decoded.flatMap((one) => (one.type === "textDelta" ? [one.text] : [])).join("");
      const confirmed = decoded.flatMap((one) => (one.type === "text" ? [one.text] : [])).join("");
      expect(confirmed).not.toBe("");
      // An interrupted block is confirmed without the space it broke off at.
      expect(streamed.replaceAll(/\s/g, "")).toBe(confirmed.replaceAll(/\s/g, ""));
    }
  });
});
