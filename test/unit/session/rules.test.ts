// Rules of a session: made by 🔁, listed, taken back, kept. What Claude does with them is in its own tests.

import { describe, expect, test } from "vitest";
import type { PermissionRule } from "../../../src/claude/permission-rules.ts";
import type { ClaudeReply, ClaudeRequest } from "../../../src/claude/requests.ts";
import type { ClaudeEvent } from "../../../src/claude/types.ts";
import type { PostId } from "../../../src/mattermost/types.ts";
import type { RightsOf } from "../../../src/session/authorization.ts";
import type { SessionContext } from "../../../src/session/context.ts";
import { rulesInForce } from "../../../src/session/steering/rules.ts";
import type { KeptRule } from "../../../src/session/steering/types.ts";
import type { Effect } from "../../../src/session/types.ts";
import {
  CONTEXT,
  createScript,
  INVITED,
  LISTED,
  OWNER,
  permission,
  type Script,
  working,
} from "../../support/session-script.ts";

const TEST: PermissionRule = { tool: "Bash", content: "npm test *" };
const LINT: PermissionRule = { tool: "Bash", content: "npm run *" };

const offering = (id: string, rules: readonly PermissionRule[] = [TEST]): ClaudeEvent =>
  ({ ...permission(id), rules }) as ClaudeEvent;

/** Its Claude asks, and somebody puts 🔁 on the card. */
function always(script: Script, id: string, rules = [TEST], by = OWNER): Effect[] {
  script.claude(offering(id, rules));
  return script.react(by, script.postCard(), "repeat");
}

const rulesCommand = (script: Script, argument: string, by = OWNER): Effect[] =>
  script.command(by, { name: "rules", argument, postId: "p" as PostId });

const requests = (effects: readonly Effect[]): ClaudeRequest[] =>
  effects.flatMap((effect) => (effect.type === "request" ? [effect.request] : []));

function reply(script: Script, request: ClaudeRequest, answer: ClaudeReply): Effect[] {
  const { generation } = script.state;
  return script.take({ type: "replied", generation, request, by: undefined, reply: answer });
}

/** The rules that are kept, as effects change them. */
function keeping(rules: readonly KeptRule[] = []) {
  let kept = rules;
  const more: Partial<SessionContext> = { keptRules: () => kept };
  return {
    more,
    kept: () => kept,
    perform(effects: readonly Effect[]): void {
      for (const effect of effects) if (effect.type === "keepRules") kept = effect.rules;
    },
  };
}

describe("🔁", () => {
  test("is a choice only where Claude offers a rule, and the card says which before anybody decides", () => {
    const script = working();
    const effects = script.claude(offering("a"));
    expect(script.said()).toContain("👎 deny\n🔁 always here: `npm test …`");
    expect(effects.flatMap((one) => (one.type === "react" ? [one.emojiName] : []))).toContain("repeat");
    const bare = working();
    bare.claude(permission("a"));
    bare.react(OWNER, bare.postCard(), "repeat");
    expect(bare.answers()).toEqual([]);
    expect(bare.state.steering.rules).toEqual([]);
  });

  test("allows the use and gives Claude the rules, all of them", () => {
    const script = working();
    always(script, "a", [TEST, LINT]);
    expect(script.answers()).toEqual([
      { to: "a", behavior: "allow", updatedInput: { command: "npm test" }, rules: [TEST, LINT] },
    ]);
    expect(script.said()).toContain("🔁 **Always allowed here** by @alice: `npm test …` · `npm run …`");
    expect(script.state.steering.rules.map(({ number, rule, by }) => [number, rule, by.name])).toEqual([
      [1, TEST, "alice"],
      [2, LINT, "alice"],
    ]);
  });

  test("is nothing from one who may not approve", () => {
    const script = working();
    script.state.participants.set(INVITED.id, INVITED.name);
    always(script, "a", [TEST], INVITED);
    expect(script.answers()).toEqual([]);
    expect(script.state.steering.rules).toEqual([]);
  });

  test("is no choice on a card that can't show all that would run", () => {
    const script = working({ postLimit: 4000 });
    const command = Array.from({ length: 9000 }, (_, at) => `echo line ${at}`).join("\n");
    script.claude({ ...offering("a"), input: { command } } as ClaudeEvent);
    const key = script.state.asks[0]?.key ?? "";
    script.take({ type: "fileRefused", key });
    script.react(OWNER, script.postCard(), "repeat");
    expect(script.answers()).toEqual([]);
    expect(script.posts.get(key)).not.toContain("🔁");
  });
});

describe("a rule that is taken back", () => {
  test("makes Claude ask at once, with all that were taken back from this process", () => {
    const script = working();
    always(script, "a", [TEST, LINT]);
    const first = requests(rulesCommand(script, "remove 1"));
    expect(first).toEqual([{ kind: "askDespite", rules: [TEST] }]);
    expect(requests(rulesCommand(script, "remove 2"))).toEqual([{ kind: "askDespite", rules: [TEST, LINT] }]);
    expect(rulesInForce(script.state, CONTEXT)).toEqual([]);
  });

  test("keeps its number from the others", () => {
    const script = working();
    always(script, "a", [TEST, LINT]);
    rulesCommand(script, "remove 1");
    rulesCommand(script, "remove 1");
    expect(script.said()).toContain("There is no rule 1 in this session");
    expect(script.state.steering.rules.map(({ number }) => number)).toEqual([2]);
  });

  test("lasts until the end of the turn where Claude can't be told, which says so, and then it is another Claude", () => {
    const script = working();
    always(script, "a");
    const [request] = requests(rulesCommand(script, "remove 1"));
    if (!request) throw new Error("nothing was asked of Claude");
    reply(script, request, { type: "unknown" });
    expect(script.said()).toContain("`npm test …` runs unasked until its turn ends. ⏸️ ends it now.");
    expect(script.state.phase.name).toBe("working");
    const effects = script.claude({ type: "turnEnded", isError: false, reason: "", wasAborted: false });
    expect(effects).toContainEqual({ type: "closeClaude", now: false });
    expect(script.state.phase.name).toBe("asleep");
  });

  test("ends an idle Claude that can't be told", () => {
    const script = working();
    always(script, "a");
    script.claude({ type: "turnEnded", isError: false, reason: "", wasAborted: false });
    const [request] = requests(rulesCommand(script, "remove 1"));
    if (!request) throw new Error("nothing was asked of Claude");
    reply(script, request, { type: "unknown" });
    expect(script.state.phase.name).toBe("asleep");
  });

  test("needs the right to approve, as keeping one does", () => {
    const script = working(keeping().more);
    script.state.participants.set(INVITED.id, INVITED.name);
    always(script, "a");
    for (const act of ["remove 1", "keep 1"]) {
      const effects = rulesCommand(script, act, INVITED);
      expect(effects.filter(({ type }) => type === "request" || type === "keepRules")).toEqual([]);
    }
    expect(script.said()).toContain("⚠️ Only `@alice` and allowed users can do that, `@ivy`");
    expect(script.state.steering.rules).toHaveLength(1);
  });

  test("is every one, when people are to decide again", () => {
    const script = working();
    always(script, "a", [TEST, LINT]);
    const effects = script.command(OWNER, { name: "permissions", mode: "interactive" });
    expect(requests(effects)).toEqual([{ kind: "askDespite", rules: [TEST, LINT] }]);
    expect(script.said()).toContain("🔐 Interactive permissions enabled for this session by @alice");
    expect(rulesInForce(script.state, CONTEXT)).toEqual([]);
  });
});

describe("a rule rests on the right of who made it", () => {
  const withoutBob: RightsOf = (id) => ({ isListed: id === OWNER.id, isApprover: true });

  test("and is not given to the next Claude once that is lost", () => {
    const script = working();
    always(script, "a", [TEST], LISTED);
    expect(rulesInForce(script.state, CONTEXT)).toEqual([TEST]);
    expect(rulesInForce(script.state, { ...CONTEXT, rightsOf: withoutBob })).toEqual([]);
    expect(rulesInForce(script.state, { ...CONTEXT, rightsOf: () => undefined })).toEqual([]);
  });

  test("and is taken from the Claude that runs when that is heard", () => {
    let rights = CONTEXT.rightsOf;
    const script = working({ rightsOf: (id) => rights(id) });
    always(script, "a", [TEST], LISTED);
    expect(script.take({ type: "judgeRules" })).toEqual([]);
    rights = withoutBob;
    expect(requests(script.take({ type: "judgeRules" }))).toEqual([{ kind: "askDespite", rules: [TEST] }]);
    expect(script.said()).toContain("🔁 **Rule removed**, because `@bob` may not decide that any more");
    rights = CONTEXT.rightsOf;
    expect(rulesInForce(script.state, CONTEXT)).toEqual([]);
  });
});

describe("a rule that is kept", () => {
  test("is what new sessions begin with, until it is removed in one of them", () => {
    const place = keeping();
    const script = working(place.more);
    always(script, "a");
    place.perform(rulesCommand(script, "keep 1", LISTED));
    expect(place.kept()).toEqual([{ rule: TEST, by: LISTED }]);

    const context = { ...CONTEXT, ...place.more };
    const next = createScript(place.more);
    next.take({ type: "opened" });
    expect(rulesInForce(next.state, context)).toEqual([TEST]);
    place.perform(rulesCommand(next, "remove 1"));
    expect(place.kept()).toEqual([]);
    // The session that has it from there hears of it.
    expect(rulesInForce(script.state, context)).toEqual([]);
    expect(requests(script.take({ type: "judgeRules" }))).toEqual([{ kind: "askDespite", rules: [TEST] }]);
  });

  test("is not given to a session that had begun before", () => {
    const place = keeping();
    const earlier = createScript(place.more);
    earlier.take({ type: "opened" });
    const script = working(place.more);
    always(script, "a");
    place.perform(rulesCommand(script, "keep 1"));
    expect(rulesInForce(earlier.state, { ...CONTEXT, ...place.more })).toEqual([]);
  });

  test("is not in force for new sessions once who kept it may not approve", () => {
    const place = keeping([{ rule: TEST, by: LISTED }]);
    const script = createScript({ ...place.more, rightsOf: () => undefined });
    script.take({ type: "opened" });
    expect(rulesInForce(script.state, { ...CONTEXT, ...place.more, rightsOf: () => undefined })).toEqual([]);
  });
});

describe("the list", () => {
  test("names what Claude's own settings let through, as it tells it", () => {
    const script = working();
    const [request] = requests(rulesCommand(script, ""));
    expect(request).toEqual({ kind: "rules" });
    if (!request) return;
    reply(script, request, {
      type: "answered",
      answer: {
        allowed: [
          { text: "Bash(git status *)", source: "projectSettings" },
          { text: "Bash(npm test *)", source: "session" },
        ],
      },
    });
    expect(script.said()).toContain("- `Bash(git status *)` · the project's settings");
    expect(script.said()).not.toContain("`Bash(npm test *)` ·");
  });

  test("says when everything runs unasked", () => {
    const script = working({ isAuto: true });
    rulesCommand(script, "");
    expect(script.said()).toContain("⚡ **Everything runs unasked** in this session");
  });
});

test("a rule that is made again after it was taken back is one that Claude no longer asks about", () => {
  const script = working();
  always(script, "a", [TEST, LINT]);
  rulesCommand(script, "remove 1");
  rulesCommand(script, "remove 2");
  expect(requests(always(script, "b", [TEST]))).toEqual([{ kind: "askDespite", rules: [LINT] }]);
  expect(requests(always(script, "c", [LINT]))).toEqual([{ kind: "askDespite", rules: [] }]);
});
