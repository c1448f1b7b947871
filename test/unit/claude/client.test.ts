// The control protocol against a program that speaks it, well and badly.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ClaudeDependencies } from "../../../src/claude/client.ts";
import { type ClaudeHome, claudeHome } from "../../support/real-claude.ts";
import { sharedModel } from "../../support/shared-model.ts";
import { type WatchedClaude, watchClaude } from "../../support/watch-claude.ts";
import { watchScript } from "../../support/watch-script.ts";

const fakePath = fileURLToPath(new URL("../../support/fake-claude.mjs", import.meta.url));

const model = sharedModel();
let place: ClaudeHome;
let open: WatchedClaude[];
beforeEach(() => {
  place = claudeHome(model.url);
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map(({ client }) => client.close(500)));
});

/** @param faults what the program does wrong */
function start(faults = "", more: object = {}, dependencies: ClaudeDependencies = {}): WatchedClaude {
  const environment = { ...place.environment, FAKE_CLAUDE: faults };
  const watched = watchClaude(
    { claudePath: fakePath, directory: place.directory, ...more },
    { environment, ...dependencies },
    5_000,
  );
  open.push(watched);
  return watched;
}

/** A program of a few lines of JavaScript. */
function startScript(script: string, dependencies: ClaudeDependencies = {}): WatchedClaude {
  const watched = watchScript(script, place, {}, dependencies);
  open.push(watched);
  return watched;
}

describe("messages", () => {
  it("that are sent before the program is ready are held, in order, and none is lost", async () => {
    const claude = startScript(`
      const got = [];
      const on = (f) => {
        if (f.type === "user") got.push(f.uuid);
        else setTimeout(() => { if (got.length > 0) process.exit(9); ready(f); }, 50);
        if (got.length === 3) for (const uuid of got) say({ type: "user", uuid, isReplay: true, message: { content: "" } });
      };`);
    const sent = [claude.say("one"), claude.say("two"), claude.say("three")];
    await claude.next("ready");
    const taken = [
      await claude.next("replayed"),
      await claude.next("replayed"),
      await claude.next("replayed"),
    ];
    expect(taken.map(({ uuid }) => uuid)).toEqual(sent);
  });

  it("carry images", async () => {
    const claude = start();
    claude.client.send("11111111-2222-4333-8444-555555555555", [
      { type: "text", text: "RUN echo" },
      { type: "image", mediaType: "image/png", base64: "iVBORw0KGgo=" },
      { type: "image", mediaType: "image/jpeg", base64: "/9j/" },
    ]);
    expect((await claude.next("text")).text).toBe("RUN echo\nimage 1: image/png\nimage 2: image/jpeg");
  });

  it("are said to be taken only when they are ours", async () => {
    const claude = startScript(`
      const on = (f) => {
        if (f.type !== "user") return ready(f);
        for (const uuid of ["not-ours", f.uuid, f.uuid]) say({ type: "user", uuid, message: { content: "x" } });
        say({ type: "result", subtype: "success" });
      };`);
    const uuid = claude.say("hello");
    await claude.next("turnEnded");
    expect(claude.events.filter(({ type }) => type === "replayed")).toEqual([{ type: "replayed", uuid }]);
  });
});

describe("asks", () => {
  it("are answered once; a second answer is not sent", async () => {
    const claude = startScript(`
      const answers = [];
      const on = (f) => {
        if (f.type === "user") return say({ type: "control_request", request_id: "q", request: { subtype: "can_use_tool", tool_name: "Bash", input: {} } });
        if (f.type === "control_request") return f.request.subtype === "interrupt" ? say({ type: "result", subtype: "success", is_error: true, result: JSON.stringify(answers) }) : ready(f);
        answers.push(f.response.response.behavior);
      };`);
    claude.say("hello");
    const ask = await claude.next("permissionAsked");
    claude.allow(ask);
    claude.deny(ask, "changed my mind");
    claude.client.interrupt();
    expect((await claude.next("turnEnded")).reason).toBe('["allow"]');
  });

  it("that Claude cancels get no answer, and one already answered is not cancelled", async () => {
    const claude = startScript(`
      let answers = 0;
      const ask = (request_id) => say({ type: "control_request", request_id, request: { subtype: "can_use_tool", tool_name: "Bash", input: {} } });
      const cancel = (request_id) => say({ type: "control_cancel_request", request_id });
      const on = (f) => {
        if (f.type === "user") return ask("first"), cancel("first"), ask("second");
        if (f.type === "control_request") return f.request.subtype === "interrupt" ? say({ type: "result", subtype: "success", is_error: true, result: "answers: " + answers }) : ready(f);
        answers++;
        cancel("second");
      };`);
    claude.say("hello");
    const first = await claude.next("permissionAsked");
    expect((await claude.next("askCancelled")).requestId).toBe(first.requestId);
    claude.allow(first);
    claude.allow(await claude.next("permissionAsked"));
    claude.client.interrupt();
    expect((await claude.next("turnEnded")).reason).toBe("answers: 1");
    expect(claude.events.filter(({ type }) => type === "askCancelled")).toHaveLength(1);
  });

  it("can be open two at a time", async () => {
    const claude = start();
    claude.say("RUN bash-two");
    const first = await claude.next("permissionAsked");
    const second = await claude.next("permissionAsked");
    claude.allow(second);
    claude.deny(first, "no");
    await claude.next("turnEnded");
    expect(claude.events.filter((event) => event.type === "text").at(-1)).toMatchObject({
      text: "1 of 2 commands ran.",
    });
  });

  it("of a kind nobody knows are refused, so that Claude goes on", async () => {
    const debug: string[] = [];
    const claude = start("", {}, { debug: (line) => debug.push(line) });
    claude.say("RUN unknown-frames");
    await claude.next("turnEnded");
    expect(debug).toEqual([
      "claude: skipped frame of type brand_new",
      "claude: skipped system/brand_new",
      "claude: refused its request brand_new",
    ]);
  });
});

describe("requests that can't be asked of people", () => {
  it("are refused, so that Claude goes on, and reported", async () => {
    const claude = startScript(`
      let answers = [];
      const ask = (request_id, request) => say({ type: "control_request", request_id, request });
      const on = (f) => {
        if (f.type === "user") {
          ask("long", { subtype: "can_use_tool", tool_name: "Write", input: { content: "x".repeat(33 * 1024 * 1024) } });
          ask("list", { subtype: "can_use_tool", tool_name: "Bash", input: [] });
          ask("nothing");
        }
        else if (f.type === "control_request") ready(f);
        else if (answers.push(f.response.request_id + " " + f.response.subtype) === 3)
          say({ type: "assistant", message: { id: "m", content: answers.join() } }), say({ type: "result", subtype: "success" });
      };`);
    claude.say("hello");
    expect((await claude.next("text")).text).toBe("long error,list error,nothing error");
    expect(claude.events.flatMap((event) => (event.type === "malformed" ? [event.detail] : []))).toEqual([
      "a line of more than 32 MB",
      expect.stringMatching(/^can_use_tool at input: /),
    ]);
  });
});

describe("a turn in which nothing comes", () => {
  const init = '{ type: "system", subtype: "init", model: "m" }';

  it("was refused by a hook, and its message is not taken again (1.0.128, 2.0.76)", async () => {
    const claude = startScript(`
      const on = (f) => {
        if (f.type === "control_request") return ready(f);
        say(${init});
        say({ type: "result", subtype: "success", result: "" });
      };`);
    const uuid = claude.say("forbidden");
    expect((await claude.next("promptRefused")).reason).toBe("");
    expect((await claude.next("replayed")).uuid).toBe(uuid);
    await claude.next("turnEnded");
    claude.say("/clear");
    await claude.next("turnEnded");
    expect(claude.events.filter(({ type }) => type === "promptRefused")).toHaveLength(1);
  });

  it("never began when the program reports why it ends: the message is not taken (2.0.76)", async () => {
    const claude = startScript(`
      const on = (f) => {
        if (f.type === "control_request") return ready(f);
        say({ type: "result", subtype: "error_during_execution", is_error: true, num_turns: 0, errors: ["only prompt commands"] });
        setTimeout(() => process.exit(1), 50);
      };`);
    claude.say("hello");
    expect(await claude.next("exited")).toMatchObject({ code: 1, stderr: "only prompt commands" });
    expect(claude.events.map(({ type }) => type)).toEqual(["ready", "exited"]);
  });
});

describe("closing", () => {
  it("in the middle of an answer interrupts it, so that what was said is kept", async () => {
    const claude = start();
    claude.say("RUN slow");
    await claude.next("textDelta");
    await claude.close();
    expect(claude.events.slice(-2)).toMatchObject([
      { type: "turnEnded", wasAborted: true },
      { type: "exited" },
    ]);
  });

  it("kills a program that does not end", async () => {
    const claude = start("deaf");
    await claude.next("ready");
    await claude.client.close(50);
    expect(claude.events.at(-1)).toMatchObject({ type: "exited", code: null, signal: "SIGKILL" });
  });

  it("is not delayed by a grandchild with the same stdout", async () => {
    const claude = start("detached-grandchild");
    await claude.next("ready");
    await claude.close();
    expect(claude.events.at(-1)).toMatchObject({ type: "exited", code: 0 });
    process.kill(Number(readFileSync(join(place.home, "grandchild.pid"), "utf8")), "SIGKILL");
  });

  it("ends the events: later calls do nothing", async () => {
    const claude = start();
    await claude.next("ready");
    await claude.close();
    const { length } = claude.events;
    claude.say("anybody?");
    claude.client.interrupt();
    await claude.close();
    expect(claude.events).toHaveLength(length);
  });
});

describe("a program that goes wrong", () => {
  it("at its start is an exit with its error output", async () => {
    const claude = start("crash-at-start");
    claude.say("RUN hello");
    expect(await claude.next("exited")).toEqual({
      type: "exited",
      code: 1,
      signal: null,
      stderr: "Error: the fake was told to crash at its start",
    });
  });

  it("in a turn is an exit with its error output, after everything it sent before", async () => {
    const claude = start();
    claude.say("RUN die");
    expect(await claude.next("exited")).toMatchObject({
      code: 134,
      stderr: expect.stringContaining("panicked"),
    });
    expect(claude.events.map(({ type }) => type)).toContain("textDelta");
  });

  it("is not there", async () => {
    const claude = watchClaude({ claudePath: "/nowhere/claude", directory: place.directory }, {});
    expect((await claude.next("exited")).stderr).toContain("CLAUDE_PATH");
    expect(claude.events).toHaveLength(1);
  });

  it("and never answers is ended in time, and says so", async () => {
    const claude = start("mute,deaf", {}, { initializeTimeoutMs: 200 });
    const exited = await claude.next("exited");
    expect(exited.stderr).toMatch(/did not answer within 0.2 s of its start/);
  });

  it.each([
    ["is asked to send them as they are now, and not as they were", "be brief", false],
    ["is asked for nothing of the kind where there are none", undefined, undefined],
  ])("that is given instructions %s", async (_what, instructions, systemPromptSnapshot) => {
    const claude = watchScript(
      `const on = (f) => {
        ready(f);
        say({ type: "assistant", message: { id: "m", content: JSON.stringify(f.request) } });
      };`,
      place,
      { instructions },
    );
    open.push(claude);
    const asked = JSON.parse((await claude.next("text")).text) as Record<string, unknown>;
    expect(asked).toMatchObject({ subtype: "initialize" });
    expect(asked["systemPromptSnapshot"]).toBe(systemPromptSnapshot);
  });

  it("and refuses to initialize is ended, and says so", async () => {
    const claude = startScript(
      `const on = (f) => say({ type: "control_response", response: { subtype: "error", request_id: f.request_id, error: "too old" } });`,
    );
    expect((await claude.next("exited")).stderr).toContain("Claude Code refused a request: too old");
  });

  it("with lines that are no JSON goes on", async () => {
    const claude = start();
    claude.say("RUN garbage");
    expect(await claude.next("turnEnded")).toMatchObject({ isError: false });
  });

  it("with a frame that lacks a field is reported, and goes on", async () => {
    const claude = start();
    claude.say("RUN lacking-field");
    expect((await claude.next("malformed")).detail).toContain("assistant at message.id");
    await claude.next("turnEnded");
  });
});

describe("a saved conversation", () => {
  it("is continued under its id, and not started a second time", async () => {
    const conversationId = "0c0a0a0a-1111-4222-8333-000095403106";
    const first = start("", { conversationId });
    first.say("RUN hello");
    await first.next("turnEnded");
    await first.close();

    const again = start("", { conversationId });
    expect((await again.next("exited")).stderr).toContain("already in use");

    const resumed = start("", { conversationId, resume: true });
    resumed.say("RUN echo and now");
    expect((await resumed.next("text")).text).toBe("RUN echo and now");
    const { body } = model.requests.at(-1) ?? {};
    expect(JSON.stringify(body?.["messages"])).toContain("RUN hello");
  });

  it("that nobody knows ends the program", async () => {
    const claude = start("", { resume: true });
    const exited = await claude.next("exited");
    expect(exited).toMatchObject({ code: 1, stderr: expect.stringContaining("No conversation found") });
  });
});
