// What a session does with each thing people do, for everybody the table knows.

import { describe, expect, test } from "vitest";
import type { UserId } from "../../../src/mattermost/types.ts";
import type { Person } from "../../../src/session/authorization.ts";
import {
  asks,
  INVITED,
  LISTED,
  OTHER,
  OWNER,
  permission,
  person,
  plan,
  question,
  type Script,
  user,
  working,
} from "../../support/session-script.ts";

const PEOPLE = {
  owner: OWNER,
  listed: LISTED,
  invited: INVITED,
  kicked: person("kim"),
  other: OTHER,
} as const;
type Who = keyof typeof PEOPLE;

/** yes, card (shown to the owner), no (told so), or "" (ignored). Who was kicked is nobody again. */
const TABLE: Readonly<Record<string, Readonly<Record<Who, "yes" | "card" | "no" | "">>>> = {
  "send a message": { owner: "yes", listed: "yes", invited: "yes", kicked: "card", other: "card" },
  "answer a question by emoji": { owner: "yes", listed: "yes", invited: "yes", kicked: "", other: "" },
  "answer a question in words": {
    owner: "yes",
    listed: "yes",
    invited: "yes",
    kicked: "card",
    other: "card",
  },
  "approve a tool": { owner: "yes", listed: "yes", invited: "", kicked: "", other: "" },
  "allow all tools": { owner: "yes", listed: "yes", invited: "", kicked: "", other: "" },
  "deny a tool": { owner: "yes", listed: "yes", invited: "", kicked: "", other: "" },
  "approve a plan": { owner: "yes", listed: "yes", invited: "", kicked: "", other: "" },
  "request changes to a plan": { owner: "yes", listed: "yes", invited: "", kicked: "", other: "" },
  "interrupt by emoji": { owner: "yes", listed: "yes", invited: "yes", kicked: "", other: "" },
  "interrupt by command": { owner: "yes", listed: "yes", invited: "yes", kicked: "", other: "" },
  "stop by ❌": { owner: "yes", listed: "yes", invited: "yes", kicked: "", other: "" },
  "stop by 🛑": { owner: "yes", listed: "yes", invited: "yes", kicked: "", other: "" },
  "stop by command": { owner: "yes", listed: "yes", invited: "yes", kicked: "", other: "" },
  invite: { owner: "yes", listed: "yes", invited: "no", kicked: "no", other: "no" },
  kick: { owner: "yes", listed: "yes", invited: "no", kicked: "no", other: "no" },
  "change permissions": { owner: "yes", listed: "yes", invited: "no", kicked: "no", other: "no" },
  "allow a guest's message": { owner: "yes", listed: "yes", invited: "", kicked: "", other: "" },
  "invite a guest by emoji": { owner: "yes", listed: "yes", invited: "", kicked: "", other: "" },
};

function session(): Script {
  const script = working();
  script.command(OWNER, { name: "invite", username: "ivy", user: user("ivy") });
  script.command(OWNER, { name: "invite", username: "kim", user: user("kim") });
  script.command(OWNER, { name: "kick", username: "kim", user: user("kim") });
  return script;
}

/** Does it, and says whether it was done. */
const DOES: Readonly<Record<string, (script: Script, by: Person) => boolean>> = {
  "send a message": (script, by) => {
    script.says(by, "hi");
    return script.state.queue.some((message) => message.by === by);
  },
  "answer a question by emoji": (script, by) => {
    script.claude(asks("q", question("Which?", ["a", "b"])));
    script.react(by, script.postCard(), "one");
    return script.answers().length === 1;
  },
  "answer a question in words": (script, by) => {
    script.claude(asks("q", question("Which?", ["a", "b"])));
    script.postCard();
    script.says(by, "neither");
    return script.answers().length === 1;
  },
  "approve a tool": (script, by) => decides(script, by, permission("r"), "+1"),
  "allow all tools": (script, by) => decides(script, by, permission("r"), "white_check_mark"),
  "deny a tool": (script, by) => decides(script, by, permission("r"), "-1"),
  "approve a plan": (script, by) => decides(script, by, plan("r"), "+1"),
  "request changes to a plan": (script, by) => decides(script, by, plan("r"), "-1"),
  "interrupt by emoji": (script, by) =>
    script.react(by, "any", "double_vertical_bar").some((effect) => effect.type === "interruptClaude"),
  "interrupt by command": (script, by) =>
    script.command(by, { name: "interrupt" }).some((effect) => effect.type === "interruptClaude"),
  "stop by ❌": (script, by) => script.react(by, "any", "x").some((effect) => effect.type === "ended"),
  "stop by 🛑": (script, by) =>
    script.react(by, "any", "octagonal_sign").some((effect) => effect.type === "ended"),
  "stop by command": (script, by) =>
    script.command(by, { name: "stop" }).some((effect) => effect.type === "ended"),
  invite: (script, by) => {
    script.command(by, { name: "invite", username: "dave", user: user("dave") });
    return script.state.participants.has("dave" as UserId);
  },
  kick: (script, by) => {
    script.command(by, { name: "kick", username: "ivy", user: user("ivy") });
    return !script.state.participants.has("ivy" as UserId);
  },
  "change permissions": (script, by) => {
    script.state.auto = { grantedBy: undefined };
    script.command(by, { name: "permissions", mode: "interactive" });
    return !script.state.auto;
  },
  "allow a guest's message": (script, by) => {
    script.says(person("gina"), "hello");
    script.react(by, script.postCard(), "+1");
    return script.state.queue.length === 1;
  },
  "invite a guest by emoji": (script, by) => {
    script.says(person("gina"), "hello");
    script.react(by, script.postCard(), "white_check_mark");
    return script.state.participants.has("gina" as UserId);
  },
};

function decides(script: Script, by: Person, ask: Parameters<Script["claude"]>[0], emoji: string): boolean {
  script.claude(ask);
  script.react(by, script.postCard(), emoji);
  return script.answers().length === 1;
}

describe.each(Object.entries(TABLE))("%s", (action, row) => {
  test.each(Object.entries(row) as [Who, string][])(`%s: %s`, (who, outcome) => {
    const script = session();
    const isDone = DOES[action]?.(script, PEOPLE[who]);
    expect(isDone).toBe(outcome === "yes");
    const guestCards = script.state.asks.filter(
      (ask) => ask.kind === "guest" && ask.message.by === PEOPLE[who],
    );
    expect(guestCards).toHaveLength(outcome === "card" ? 1 : 0);
    const refusals = script.said().match(/⚠️ Only .* can do that/g) ?? [];
    expect(refusals).toHaveLength(outcome === "no" ? 1 : 0);
    expect(refusals.join("").replace(/`[^`]*`/g, "")).not.toContain("@");
  });
});
