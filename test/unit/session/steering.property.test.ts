// Whatever people do, however often Claude ends and begins again, whether or not what was to be done is lost in between,
// and whoever gets and loses rights: what the header and `!rules` show is what Claude runs with, and nobody without the
// right has raised anything. Claude is played by a few lines that keep what it is started with and told.

import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { PermissionRule } from "../../../src/claude/permission-rules.ts";
import { INVITED, OTHER } from "../../support/session-script.ts";
import { count, play, seen } from "../../support/steered-session.ts";
import { acts } from "../../support/steering-acts.ts";

const RUNS = Number(process.env["STEERING_RUNS"] ?? 400);

const wordsOf = ({ content = "" }: PermissionRule): string => content.replace(" *", " …");

test("what the header and !rules show is what Claude runs with", () => {
  fc.assert(
    fc.property(acts, (list) => {
      const played = play(list, () => true);
      const { script } = played;
      if (script.state.phase.name === "ended") return;
      played.settle();
      const claude = played.claude();
      const header = script.posts.get("header") ?? "";
      expect(/mode `(\w+)`/.exec(header)?.[1] ?? "default").toBe(claude?.mode);
      expect(/effort (\w+)/.exec(header)?.[1] ?? "default").toBe(claude?.effort);
      expect(/\*\*Model\*\* \| (opus|haiku)/.exec(header)?.[1] ?? "default").toBe(claude?.model);
      const thinking = /thinking up to (\d+)/.exec(header)?.[1];
      expect(/thinking off/.test(header) ? 0 : thinking ? Number(thinking) : null).toBe(claude?.thinking);
      expect(header.includes("| Auto")).toBe(script.state.auto !== undefined);
      const shown = [...script.posts.values()].findLast((text) => text.includes("🔁 **Rules**: ")) ?? "";
      const listed = [...shown.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, words]) => words).sort();
      expect(listed).toEqual(played.unasked()?.map(wordsOf).sort());
      if (listed.length > 0) count("ruleListed");
      if (claude?.mode !== "default") count("otherMode");
    }),
    { numRuns: RUNS },
  );
});

test("nobody without the right raises anything", () => {
  fc.assert(
    fc.property(acts, (list) => {
      const { script, claude, done, kept } = play(list, (by) => by === INVITED || by === OTHER);
      expect(done).toMatchObject({ raisedMode: false, undone: 0, spending: 0 });
      const { rules, undo, model, effort, thinking } = script.state.steering;
      expect([...rules, undo, model, effort, thinking].filter((one) => one !== undefined)).toEqual([]);
      expect(script.state.auto).toBeUndefined();
      expect(kept()).toEqual([]);
      expect(claude()?.rules ?? []).toEqual([]);
      expect(claude()?.model ?? "default").toBe("default");
    }),
    { numRuns: RUNS },
  );
});

test("who has no part in the session stops no task, and reaches Claude with nothing", () => {
  fc.assert(
    fc.property(acts, (list) => {
      const { script, done } = play(list, (by) => by === OTHER);
      expect(done.stoppedTasks).toBe(0);
      expect(script.sent()).toEqual([]);
    }),
    { numRuns: RUNS / 4 },
  );
});

afterAll(() => {
  if (process.env["STEERING_RUNS"]) console.log(seen);
  for (const what of [
    "start",
    "crash",
    "sleep",
    "restart",
    "lost",
    "rightsChanged",
    "card",
    "ruleGiven",
    "ruleRevoked",
    "ruleListed",
    "keepRules",
    "undone",
    "limitRaised",
    "taskStopped",
    "otherMode",
  ]) {
    expect(seen[what] ?? 0, `how often there was "${what}"`).toBeGreaterThan(0);
  }
});
