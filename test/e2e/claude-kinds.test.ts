// What the real CLI does beside answering: a cleared conversation, a hook that refuses, a command in the background, a
// plan without a word. Three generations where they can, and what the older ones do instead.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ClaudeStart } from "../../src/claude/types.ts";
import { furtherTest, outerTest } from "../support/generations.ts";
import { type ClaudeHome, claudeHome, realClaudes } from "../support/real-claude.ts";
import { sharedModel } from "../support/shared-model.ts";
import { type WatchedClaude, watchClaude } from "../support/watch-claude.ts";

const model = sharedModel();

describe.each(realClaudes())("claude $version", ({ version, path, isOlder, isBetween }) => {
  const further = furtherTest({ isOlder });
  const outer = outerTest({ isBetween });
  const isNewest = !isOlder;
  let place: ClaudeHome;
  let open: WatchedClaude[];

  function start(more: Partial<ClaudeStart> = {}): WatchedClaude {
    const claude = watchClaude(
      { claudePath: path, directory: place.directory, ...more },
      { environment: place.environment },
    );
    open.push(claude);
    return claude;
  }

  /** What the model was told last, by the messages that people sent. */
  const lastHeard = (): string =>
    JSON.stringify(model.requests.findLast(({ scene }) => scene)?.body["messages"]);

  beforeEach(() => {
    place = claudeHome(model.url);
    open = [];
  });
  afterEach(async () => {
    await Promise.all(open.map((claude) => claude.client.close(0)));
  });

  if (isNewest) {
    it("goes on with the conversation that /clear began, after a crash as well", async () => {
      const claude = start();
      claude.say("RUN echo alpha");
      const before = await claude.next("turnStarted");
      await claude.next("turnEnded");
      const uuid = claude.say("/clear");
      await claude.next("conversationReset");
      const after = await claude.next("turnStarted");
      expect(after.conversationId).not.toBe(before.conversationId);
      expect((await claude.next("replayed")).uuid).toBe(uuid);
      await claude.next("turnEnded");
      claude.say("RUN echo beta");
      expect((await claude.next("turnStarted")).conversationId).toBe(after.conversationId);
      await claude.next("turnEnded");
      process.kill(claude.client.pid ?? 0, "SIGKILL");
      await claude.next("exited");

      const resumed = start({ conversationId: after.conversationId ?? "", resume: true });
      resumed.say("RUN echo gamma");
      // A plain resume keeps the id.
      expect((await resumed.next("turnStarted")).conversationId).toBe(after.conversationId);
      await resumed.next("turnEnded");
      expect(lastHeard()).toContain("echo beta");
      expect(lastHeard()).not.toContain("echo alpha");
    });
  } else {
    further("knows no /clear and goes on with the same conversation", async () => {
      const claude = start();
      expect((await claude.next("ready")).commands.map(({ name }) => name)).not.toContain("clear");
      claude.say("RUN echo alpha");
      const before = await claude.next("turnStarted");
      await claude.next("turnEnded");
      claude.say("/clear");
      await claude.next("turnEnded");
      claude.say("RUN echo beta");
      expect((await claude.next("turnStarted")).conversationId).toBe(before.conversationId);
      await claude.next("turnEnded");
      expect(lastHeard()).toContain("echo alpha");
      expect(claude.events.map(({ type }) => type)).not.toContain("conversationReset");
    });
  }

  outer("says when a hook refuses a message, and takes the next one", async () => {
    place.refuse("forbidden", "no such words here");
    const claude = start();
    const refused = claude.say("something forbidden");
    const { reason } = await claude.next("promptRefused");
    expect(reason).toBe(isNewest ? "no such words here" : "");
    claude.say("RUN hello");
    expect((await claude.next("text")).text).toBe("Hello! I am a scripted model.");
    expect(claude.events).toContainEqual({ type: "replayed", uuid: refused });
    expect(claude.events.filter(({ type }) => type === "promptRefused")).toHaveLength(1);
    expect(lastHeard()).not.toContain("something forbidden");
  });

  it("says what runs in the background, until it has ended", async () => {
    const claude = start();
    claude.say("RUN background-gate");
    claude.allow(await claude.next("permissionAsked"));
    const { tasks } = await claude.next("backgroundTasks");
    expect(tasks).toEqual([{ id: expect.stringMatching(/^\w+$/), description: "Wait in the background" }]);
    await claude.next("turnEnded");
    writeFileSync(join(place.directory, "go"), "");
    if (isNewest) {
      expect((await claude.next("taskEnded")).status).toBe("completed");
    }
    expect((await claude.next("backgroundTasks")).tasks).toEqual([]);
    if (isNewest) {
      expect((await claude.next("text")).text).toBe("The background command has ended.");
    }
    if (version.startsWith("2.0.")) {
      // This one can't go on after it, and has not taken the message: it is to be sent again.
      const uuid = claude.say("RUN hello");
      const { code, stderr } = await claude.next("exited");
      expect([code, stderr]).toEqual([1, "only prompt commands are supported in streaming mode"]);
      expect(claude.events).not.toContainEqual({ type: "replayed", uuid });
      expect(claude.events.filter(({ type }) => type === "turnEnded")).toHaveLength(1);
    }
  });

  further("asks for consent to a plan without a word", async () => {
    const claude = start();
    claude.say("RUN plan-empty");
    if (version.startsWith("2.0.")) claude.allow(await claude.next("permissionAsked"));
    const ask = await claude.next("planAsked");
    expect(ask.plan).toBe("");
    claude.deny(ask, "write one");
    expect((await claude.next("text")).text).toContain("write one");
    await claude.next("turnEnded");
  });
});
