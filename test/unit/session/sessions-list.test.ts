// The list of a channel's sessions: who sees which, and what is said of each.

import { expect, test } from "vitest";
import type { ThreadId } from "../../../src/mattermost/types.ts";
import { type ListedSession, sessionsNotice } from "../../../src/render/sessions.ts";
import type { RightsOf } from "../../../src/session/authorization.ts";
import { initialState } from "../../../src/session/state.ts";
import { listedFor } from "../../../src/session/steering/sessions.ts";
import { CONTEXT, createScript, INVITED, LISTED, OTHER, OWNER } from "../../support/session-script.ts";

const THREAD = "thread" as ThreadId;

test("a session is named to those who may take part in it, and to nobody else", () => {
  const state = initialState(OWNER, 1, CONTEXT, 0, "id");
  const isNamedTo = (by = OWNER, rightsOf: RightsOf = CONTEXT.rightsOf) =>
    listedFor(by.id, THREAD, state, { ...CONTEXT, rightsOf }) !== undefined;
  expect([OWNER, LISTED, INVITED, OTHER].map((by) => isNamedTo(by))).toEqual([true, true, false, false]);
  state.participants.set(INVITED.id, INVITED.name);
  expect(isNamedTo(INVITED)).toBe(true);
  // Of another project, in which only the owner is listed; nobody is known to be anybody.
  expect(isNamedTo(LISTED, (id) => ({ isListed: id === OWNER.id, isApprover: true }))).toBe(false);
  expect(isNamedTo(OWNER, () => undefined)).toBe(false);
});

test("it waits for its owner, or for those who may approve where the owner may not", () => {
  const waitsFor = (rightsOf: RightsOf, approvers: readonly string[]) => {
    const context = { ...CONTEXT, rightsOf, approvers: () => approvers };
    const script = createScript(context);
    script.says(OWNER, "go");
    script.claude({
      type: "permissionAsked",
      requestId: "r" as never,
      toolName: "Bash",
      input: { command: "ls" },
      toolUseId: undefined,
    });
    return listedFor(OWNER.id, THREAD, script.state, context)?.state;
  };
  expect(waitsFor(CONTEXT.rightsOf, [])).toEqual({ kind: "waits", names: ["alice"] });
  const isOwner: RightsOf = (id) => ({ isListed: true, isApprover: id === OWNER.id });
  expect(waitsFor(isOwner, ["alice", "bob"])).toEqual({ kind: "waits", names: ["alice"] });
  const isNotOwner: RightsOf = (id) => ({ isListed: true, isApprover: id !== OWNER.id });
  expect(waitsFor(isNotOwner, ["bob"])).toEqual({ kind: "waits", names: ["bob"] });
});

const listed = (more: Partial<ListedSession> = {}): ListedSession => ({
  title: "fix the tests",
  link: "https://chat/t",
  project: undefined,
  by: "alice",
  state: { kind: "idle" },
  model: "opus",
  at: 0,
  ...more,
});

test("the newest come first, with their project only where there are several, and 30 at most", () => {
  const day = 86_400_000;
  const list = (sessions: readonly ListedSession[]) => sessionsNotice(sessions, 3 * day).markdown;
  expect(
    list([listed(), listed({ at: 3 * day - 120_000 }), listed({ at: 2.9 * day })]).match(/\S+ \S+ ago/g),
  ).toEqual(["2 min ago", "2 h ago", "3 d ago"]);
  expect(list([listed({ project: "shop" })])).not.toContain("Project");
  expect(list([listed({ project: "shop" }), listed({ project: "api" })])).toContain("| `shop` |");
  const many = list(Array.from({ length: 33 }, () => listed()));
  expect(many.split("\n").filter((line) => line.includes("🧵"))).toHaveLength(30);
  expect(many).toContain("… and 3 older");
});

test("whatever a title says, it is one cell that calls nobody", () => {
  const row = sessionsNotice([listed({ title: "@all | `x` [y](z)" })], 0).markdown.split("\n")[2] ?? "";
  expect(row).toContain("`` @all \\| `x` [y](z) ``");
  expect(row.replaceAll("\\|", "").match(/\|/g)).toHaveLength(6);
});
