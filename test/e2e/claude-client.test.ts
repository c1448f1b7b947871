// The real CLI of three generations behind our client, with the scripted model in place of the network.

import { randomUUID } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claudeVersion } from "../../src/claude/version.ts";
import { furtherTest, outerTest } from "../support/generations.ts";
import { type ClaudeHome, claudeHome, realClaudes } from "../support/real-claude.ts";
import { sharedModel } from "../support/shared-model.ts";
import { type WatchedClaude, watchClaude } from "../support/watch-claude.ts";

const model = sharedModel();

describe.each(realClaudes())("claude $version", ({ version, path, isOlder, isBetween }) => {
  const further = furtherTest({ isOlder });
  const outer = outerTest({ isBetween });
  let place: ClaudeHome;
  let claude: WatchedClaude;

  function start(more: { conversationId?: string; resume?: boolean } = {}): WatchedClaude {
    return watchClaude(
      { claudePath: path, directory: place.directory, ...more },
      { environment: place.environment },
    );
  }

  beforeEach(() => {
    place = claudeHome(model.url);
    writeFileSync(join(place.directory, "notes.txt"), "one\ntwo\nthree\n");
    claude = start();
  });
  afterEach(async () => {
    await claude.close();
  });

  further("names its version", async () => {
    expect(await claudeVersion(path, { environment: place.environment })).toBe(version);
  });

  outer("is ready, streams an answer and says that it took the message", async () => {
    const uuid = claude.say("RUN hello");
    const ready = await claude.next("ready");
    expect(ready.commands.map(({ name }) => name)).toContain("compact");
    expect((await claude.next("replayed")).uuid).toBe(uuid);
    expect((await claude.next("text")).text).toBe("Hello! I am a scripted model.");
    const { used, ...end } = await claude.next("turnEnded");
    expect(end).toEqual({ type: "turnEnded", isError: false, reason: "", wasAborted: false });
    expect(used?.outputTokens).toBeGreaterThan(0);
    const streamed = claude.events.flatMap((event) => (event.type === "textDelta" ? [event.text] : []));
    expect(streamed.join("")).toBe("Hello! I am a scripted model.");
    // How many they are is up to the pipe; they come before the whole text.
    const types = claude.events.map(({ type }) => type);
    expect(types.indexOf("textDelta")).toBeLessThan(types.indexOf("text"));
  });

  further("runs a command that is allowed", async () => {
    claude.say("RUN bash");
    const ask = await claude.next("permissionAsked");
    expect(ask.toolName).toBe("Bash");
    expect(ask.input["command"]).toBe("echo hi > out.txt && cat out.txt");
    expect(existsSync(join(place.directory, "out.txt"))).toBe(false);
    claude.allow(ask);
    expect(await claude.next("toolResult")).toMatchObject({ isError: false, text: "hi" });
    await claude.next("turnEnded");
    expect(existsSync(join(place.directory, "out.txt"))).toBe(true);
  });

  outer("does not run a command that is denied, and hears why", async () => {
    claude.say("RUN bash");
    claude.deny(await claude.next("permissionAsked"), "not today");
    expect(await claude.next("toolResult")).toMatchObject({ isError: true, text: "not today" });
    expect((await claude.next("text")).text).toBe("That did not work: not today");
    await claude.next("turnEnded");
    expect(existsSync(join(place.directory, "out.txt"))).toBe(false);
  });

  outer("stops in the middle of an answer and goes on with the next message", async () => {
    claude.say("RUN slow");
    await claude.next("textDelta");
    claude.client.interrupt();
    expect(await claude.next("turnEnded")).toMatchObject({ wasAborted: true, reason: "" });
    claude.say("RUN hello");
    await claude.next("turnStarted");
    expect((await claude.next("text")).text).toBe("Hello! I am a scripted model.");
  });

  further("takes an open ask back when it is interrupted", async () => {
    claude.say("RUN bash");
    const ask = await claude.next("permissionAsked");
    claude.client.interrupt();
    expect((await claude.next("askCancelled")).requestId).toBe(ask.requestId);
    expect(await claude.next("turnEnded")).toMatchObject({ wasAborted: true });
  });

  further("takes messages that wait after an interruption, none lost and none twice", async () => {
    claude.say("RUN slow");
    await claude.next("textDelta");
    const waiting = [claude.say("RUN echo first"), claude.say("RUN echo second")];
    claude.client.interrupt();
    await claude.next("turnEnded");
    const taken = [(await claude.next("replayed")).uuid, (await claude.next("replayed")).uuid];
    expect(taken).toEqual(waiting);
    while (!said(claude).includes("RUN echo second")) await claude.next("text");
    expect(said(claude).split("RUN echo first")).toHaveLength(2);
    expect(said(claude).split("RUN echo second")).toHaveLength(2);
  });

  it("shows a plan, changes it, and builds it once approved", async () => {
    claude.say("RUN plan");
    // 2.0.76 asks before it enters plan mode; 1.0.128 has no such step.
    if (version.startsWith("2.0.")) claude.allow(await claude.next("permissionAsked"));
    const first = await claude.next("planAsked");
    expect(first.plan).toContain("# Plan 1");
    // 1.0.128 leaves plan mode only where it was in it: there a denied plan is shown again all the same.
    claude.deny(first, "smaller steps");
    const second = await claude.next("planAsked");
    expect(second.plan).toContain("# Plan 2");
    expect(second.plan).toContain("smaller steps");
    claude.allow(second);
    const build = await claude.next("permissionAsked");
    expect(build.toolName).toBe("Bash");
    claude.allow(build);
    await claude.next("turnEnded");
    expect(existsSync(join(place.directory, "built.txt"))).toBe(true);
  });

  it("asks questions and reads the answers", async () => {
    claude.say("RUN question");
    if (version.startsWith("1.")) {
      // The tool came later.
      expect(await claude.next("toolResult")).toMatchObject({ isError: true });
      return;
    }
    const ask = await claude.next("questionAsked");
    expect(ask.questions.map(({ question, multiSelect }) => [question, multiSelect])).toEqual([
      ["Which color?", false],
      ["Which sizes?", true],
    ]);
    claude.allow(ask, { answers: { "Which color?": "Blue", "Which sizes?": "S, a very large one" } });
    const result = await claude.next("toolResult");
    expect(result.text).toContain('"Which color?"="Blue"');
    expect(result.text).toContain('"Which sizes?"="S, a very large one"');
    await claude.next("turnEnded");
  });

  further("keeps what a subagent says to itself", async () => {
    claude.say("RUN agent");
    await claude.next("turnEnded");
    const texts = claude.events.flatMap((event) => (event.type === "text" ? [event.text] : []));
    expect(texts).toEqual(["I send somebody.", "The subagent is back."]);
    const uses = claude.events.flatMap((event) => (event.type === "toolUse" ? [event.name] : []));
    expect(uses).toEqual([version.startsWith("2.1.") ? "Agent" : "Task"]);
  });

  further("answers a slash command", async () => {
    const uuid = claude.say("/cost");
    expect((await claude.next("text")).text).toMatch(/cost/i);
    await claude.next("turnEnded");
    expect(claude.events).toContainEqual({ type: "replayed", uuid });
  });

  outer("is closed in the middle of an answer and remembers the conversation", async () => {
    await claude.close();
    const conversationId = randomUUID();
    claude = start({ conversationId });
    claude.say("RUN slow");
    await claude.next("textDelta");
    const closing = Date.now();
    await claude.close();
    expect(claude.events.at(-1)?.type).toBe("exited");
    // Not by SIGTERM: that would come after 5 s.
    expect(Date.now() - closing).toBeLessThan(5_000);

    claude = start({ conversationId, resume: true });
    claude.say("RUN hello");
    await claude.next("turnEnded");
    const { body } = model.requests.filter(({ scene }) => scene === "hello").at(-1) ?? {};
    expect(JSON.stringify(body?.["messages"])).toContain("RUN slow");
  });

  further("says that it knows no such conversation", async () => {
    await claude.close();
    claude = start({ resume: true });
    const exited = await claude.next("exited");
    expect(exited.code).toBe(1);
    expect(exited.stderr).toContain("No conversation found");
  });
});

function said(claude: WatchedClaude): string {
  return claude.events.flatMap((event) => (event.type === "text" ? [event.text] : [])).join("\n");
}
