// Mode, model, effort and thinking as people set them and as Claude tells them. The judge of the header is what Claude
// was last told, or has told itself.

import { expect, test } from "vitest";
import type { ClaudeReply, ClaudeRequest } from "../../../src/claude/requests.ts";
import type { PostId, ThreadId } from "../../../src/mattermost/types.ts";
import type { Person } from "../../../src/session/authorization.ts";
import type { SessionContext } from "../../../src/session/context.ts";
import { decodeSnapshot, encodeSnapshot } from "../../../src/session/snapshot.ts";
import { startChoices } from "../../../src/session/steering/start.ts";
import type { SteeringCommand } from "../../../src/session/steering/types.ts";
import {
  CONTEXT,
  createScript,
  INVITED,
  LISTED,
  OTHER,
  OWNER,
  rightsOf,
  type Script,
  toolResult,
  toolUse,
  turnEnded,
} from "../../support/session-script.ts";

const HAIKU = {
  name: "haiku",
  description: "",
  effortLevels: ["low", "high"],
  resolved: "claude-haiku-5-5",
  alwaysThinks: true,
  decidesThinking: true,
};
const MODELS = [{ ...HAIKU, name: "opus", resolved: "claude-opus-5-5" }, HAIKU];

function begun(more: Partial<SessionContext> = {}): Script {
  const script = createScript(more);
  script.state.participants.set(INVITED.id, INVITED.name);
  script.says(OWNER, "hello");
  script.claude({ type: "ready", commands: [{ name: "config", aliases: ["settings"] }], models: MODELS });
  script.claude({ type: "turnStarted", model: "claude-opus-5-5", mode: "default" });
  script.claude(turnEnded());
  return script;
}

let posts = 0;
const command = (script: Script, by: Person, name: SteeringCommand, argument: string) =>
  script.command(by, { name, argument, postId: `p${++posts}` as PostId });

const requestsOf = (effects: Script["effects"]): ClaudeRequest[] =>
  effects.flatMap((effect) =>
    effect.type === "request" && effect.request.kind !== "context" ? [effect.request] : [],
  );

/** Claude answers the oldest request that it has not answered. */
function reply(script: Script, answer: ClaudeReply): void {
  const [first] = script.state.steering.asked;
  if (!first) throw new Error("nothing was asked");
  script.take({ type: "replied", generation: script.state.generation, ...first, reply: answer });
}

const answered = (answer: object = {}): ClaudeReply => ({ type: "answered", answer }) as ClaudeReply;
/** Somebody writes to a session that sleeps, and it gets a slot. */
function wake(script: Script): ClaudeRequest[] {
  script.says(OWNER, "go on");
  return requestsOf(script.take({ type: "slotGranted", slot: 1 }));
}

const header = (script: Script): string => script.posts.get("header") ?? "";

test("the header shows what Claude has answered, not what it was asked for", () => {
  const script = begun();
  expect(requestsOf(command(script, OWNER, "mode", "AcceptEdits"))).toEqual([
    { kind: "setMode", mode: "acceptEdits" },
  ]);
  expect(header(script)).not.toContain("acceptEdits");
  reply(script, answered({ mode: "acceptEdits" }));
  expect(header(script)).toContain("Interactive · mode `acceptEdits`");
  command(script, OWNER, "model", "haiku");
  reply(script, answered({ model: "claude-haiku-5-5" }));
  expect(header(script)).toContain("| haiku |");
  // Claude has gone back to another model by itself.
  script.says(OWNER, "and now");
  script.claude({ type: "turnStarted", model: "claude-opus-5-5", mode: "acceptEdits" });
  expect(header(script)).toContain("| opus |");
});

test("what Claude tells of its mode wins: an approved plan ends the mode plan", () => {
  const script = begun();
  script.claude({ type: "modeChanged", mode: "plan" });
  expect(header(script)).toContain("mode `plan`");
  script.claude({ type: "modeChanged", mode: "default" });
  expect(header(script)).not.toContain("mode `");
});

test("a Claude that does not tell its mode is asked to leave the plan mode once it has left it", () => {
  const script = begun();
  script.says(OWNER, "plan it");
  script.claude({ type: "turnStarted", model: "claude-opus-5-5", mode: "plan" });
  script.claude(toolUse("a", "ExitPlanMode", { plan: "# Plan" }));
  expect(requestsOf(script.claude(toolResult("a", "approved")))).toEqual([
    { kind: "setMode", mode: "default" },
  ]);
});

test.each(["model", "effort", "think"] as const)("who may not approve sees !%s, and can't set it", (name) => {
  const script = begun();
  const argument = { model: "haiku", effort: "high", think: "on" }[name];
  expect(requestsOf(command(script, INVITED, name, argument))).toEqual([]);
  expect(script.said()).toContain("⚠️ Only `@alice` and allowed users can do that, `@ivy`");
  command(script, INVITED, name, "");
  expect(script.said()).toContain(`!${name}`);
  const before = script.said();
  expect(requestsOf(command(script, OTHER, name, argument))).toEqual([]);
  command(script, OTHER, name, "");
  expect(script.said()).toBe(before);
  expect(requestsOf(command(script, LISTED, name, argument))).toHaveLength(1);
});

test("who may not approve can't raise the mode above one that Claude was only asked for yet", () => {
  const script = begun();
  script.claude({ type: "modeChanged", mode: "acceptEdits" });
  expect(requestsOf(command(script, OWNER, "mode", "plan"))).toHaveLength(1);
  expect(requestsOf(command(script, INVITED, "mode", "default"))).toEqual([]);
  reply(script, answered({ mode: "plan" }));
  expect(requestsOf(command(script, INVITED, "mode", "default"))).toEqual([]);
  expect(requestsOf(command(script, INVITED, "mode", "plan"))).toHaveLength(1);
});

test("a mode that only Claude's own settings can bring is left by those who may approve", () => {
  const script = begun();
  script.claude({ type: "modeChanged", mode: "bypassPermissions" });
  expect(requestsOf(command(script, INVITED, "mode", "plan"))).toEqual([]);
  expect(requestsOf(command(script, OWNER, "mode", "plan"))).toHaveLength(1);
});

test("what this Claude does not know is refused with the version that can", () => {
  const script = begun();
  command(script, OWNER, "effort", "high");
  reply(script, { type: "unknown" });
  expect(script.said()).toContain(
    "⚠️ This version of Claude Code can't change its effort to `high`; 2.1.330 can.",
  );
  expect(header(script)).not.toContain("effort");
});

test("what is no choice is told, and nothing is asked of Claude, which would say yes to it", () => {
  const script = begun();
  for (const [name, argument] of [
    ["mode", "bypassPermissions"],
    ["model", "hiaku"],
    ["model", "--dangerously"],
    ["effort", "enormous"],
    ["think", "a lot"],
    ["think", "99999999"],
    ["think", "off"],
    ["think", "8000"],
  ] as const) {
    expect(requestsOf(command(script, OWNER, name, argument))).toEqual([]);
  }
});

test("what was not answered when the process ended is asked of the next one, by who may still", () => {
  const script = begun();
  command(script, OWNER, "model", "haiku");
  command(script, OWNER, "mode", "acceptEdits");
  const kept = decodeSnapshot(
    JSON.parse(
      encodeSnapshot({
        threadId: "t" as ThreadId,
        process: undefined,
        directory: "/",
        filesDirectory: undefined,
        state: script.state,
        writer: { entries: [], writes: [] },
      }),
    ),
  );
  expect(kept?.state.steering).toEqual(script.state.steering);
  script.claude({ type: "exited", code: 1, signal: null, stderr: "" });
  expect(wake(script)).toEqual([
    { kind: "setModel", model: "haiku" },
    { kind: "setMode", mode: "acceptEdits" },
  ]);
});

test("while no Claude runs, a choice holds from the next start on", () => {
  const script = begun();
  script.claude({ type: "exited", code: 1, signal: null, stderr: "" });
  command(script, OWNER, "mode", "acceptEdits");
  command(script, OWNER, "model", "haiku");
  command(script, OWNER, "effort", "high");
  expect(script.said()).toContain("🧠 **Effort**: `high`, from the next message on, set by @alice");
  expect(startChoices(script.state, CONTEXT)).toEqual({ model: "haiku", permissionMode: "acceptEdits" });
  expect(wake(script)).toEqual([{ kind: "setEffort", level: "high" }]);
});

test("the mode auto is asked for, because older versions don't start in it", () => {
  const script = begun();
  script.claude({ type: "exited", code: 1, signal: null, stderr: "" });
  command(script, OWNER, "mode", "auto");
  expect(startChoices(script.state, CONTEXT).permissionMode).toBeUndefined();
  expect(wake(script)).toEqual([{ kind: "setMode", mode: "auto" }]);
});

test("sleep ends a mode that was raised by somebody who may not approve any more", () => {
  let isApprover = true;
  const script = begun({
    rightsOf: (id) => {
      const rights = rightsOf(id);
      return rights && { ...rights, isApprover: id === LISTED.id ? isApprover : true };
    },
  });
  command(script, LISTED, "mode", "acceptEdits");
  reply(script, answered({ mode: "acceptEdits" }));
  script.claude({ type: "exited", code: 1, signal: null, stderr: "" });
  isApprover = false;
  wake(script);
  expect(script.state.steering.mode).toBeUndefined();
  expect(header(script)).not.toContain("acceptEdits");
});

test("!permissions interactive ends a mode in which Claude does things unasked", () => {
  const script = begun();
  script.claude({ type: "modeChanged", mode: "auto" });
  expect(requestsOf(script.command(OWNER, { name: "permissions", mode: "interactive" }))).toEqual([
    { kind: "setMode", mode: "default" },
  ]);
});

test("a plan is asked about again once somebody has set the mode plan", () => {
  const script = begun();
  script.state.isPlanApproved = true;
  command(script, INVITED, "mode", "plan");
  reply(script, answered({ mode: "plan" }));
  expect(script.state.isPlanApproved).toBe(false);
});

test("the project's effort and thinking are asked for without a word", () => {
  const script = createScript({ defaults: { model: "opus", mode: "plan", effort: "low", thinking: 0 } });
  expect(requestsOf(script.says(OWNER, "hello"))).toEqual([
    { kind: "setEffort", level: "low" },
    { kind: "setThinking", tokens: 0 },
  ]);
  expect(startChoices(script.state, { defaults: { model: "opus", mode: "plan" } })).toEqual({
    model: "opus",
    permissionMode: "plan",
  });
  const before = script.said();
  script.take({
    type: "replied",
    generation: script.state.generation,
    request: { kind: "setEffort", level: "low" },
    by: undefined,
    reply: { type: "unknown" },
  });
  expect(script.said()).toBe(before);
});

test("the header follows how full the context is in steps of five points, and exactly when somebody asks", () => {
  const script = begun();
  const header = (percentage: number, by?: Person): string | undefined => {
    const reply = answered({ percentage, totalTokens: 0, maxTokens: 0, categories: [] });
    const { generation } = script.state;
    const effects = script.take({ type: "replied", generation, request: { kind: "context" }, by, reply });
    const put = effects.find((effect) => effect.type === "put" && effect.key === "header");
    return put?.type === "put" ? /\d+ % of context/.exec(put.markdown)?.[0] : undefined;
  };
  expect([2, 3, 4].map((percentage) => header(percentage))).toEqual(["2 % of context", undefined, undefined]);
  expect([5, 9, 17].map((percentage) => header(percentage))).toEqual([
    "5 % of context",
    undefined,
    "17 % of context",
  ]);
  expect(header(18, OWNER)).toBe("18 % of context");
  expect(header(3)).toBe("3 % of context");
  // With whatever else changes.
  header(4);
  script.take({ type: "slotWithdrawn" });
  expect([...script.posts.values()].join("\n")).toContain("4 % of context");
});

test("Claude's own commands that change settings are for those who may approve, by every name and while they wait", () => {
  const script = begun();
  const slash = (by: Person, name: string) =>
    script.command(by, {
      name: "slash",
      slash: name,
      message: {
        uuid: `s${++posts}`,
        postId: `s${posts}` as PostId,
        by,
        text: `/${name}`,
        files: [],
        isSlashCommand: true,
        withThread: false,
      },
      orElse: undefined,
    });
  slash(INVITED, "config");
  slash(INVITED, "settings");
  expect(script.sent()).toEqual(["hello"]);
  expect(script.said()).toContain("⚠️ Only `@alice`");
  // It waits behind a turn, and who sent it has lost the right by then.
  script.says(OWNER, "work");
  slash(LISTED, "config");
  script.state.queue.splice(0, 1, ...script.state.queue.slice(0, 1).map((one) => ({ ...one, by: INVITED })));
  script.claude(turnEnded());
  expect(script.sent()).not.toContain("/config");
  expect(script.said()).toContain("they may not change Claude's settings");
  slash(OWNER, "config");
  expect(script.sent()).toContain("/config");
});

test("the help tells what this Claude was found not to know, and another process is asked anew", () => {
  const script = begun();
  command(script, OWNER, "effort", "high");
  reply(script, { type: "unknown" });
  script.command(OWNER, { name: "help" });
  expect(script.said()).toMatch(/This version of Claude Code can't [^\n]*effort[^\n]*; 2\.1\.330 can\./);
  script.take({ type: "slotWithdrawn" });
  script.says(OWNER, "more");
  script.take({ type: "slotGranted", slot: 1 });
  expect(script.state.steering.cannot).toEqual([]);
});
