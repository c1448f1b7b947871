// What people let through unasked besides single tools: a rule is made by 🔁 on a card that offers it, listed, taken
// back and kept for new sessions by `!rules`. Claude applies them; which there are is known here.

import { isSameRule, type PermissionRule, ruleText } from "../../claude/permission-rules.ts";
import type { ClaudeReply, RequestOf } from "../../claude/requests.ts";
import { inlineCode } from "../../render/markdown.ts";
import { ruleInWords, rulesInWords } from "../../render/rules.ts";
import type { PermissionAsk } from "../ask-types.ts";
import { authorize, type Person } from "../authorization.ts";
import type { SessionContext } from "../context.ts";
import { fallAsleep } from "../lifecycle.ts";
import { claudeOf } from "../phases.ts";
import { refuse } from "../refusal.ts";
import { audit, may, say } from "../state.ts";
import type { SessionState, Step } from "../types.ts";
import type { SessionRule } from "./types.ts";

/** 🔁 on a card: from now on, in this session. */
export function makeRules(step: Step, { rules = [] }: PermissionAsk, by: Person): void {
  const { steering } = step.state;
  const isMade = (rule: PermissionRule) => steering.rules.some((one) => isSameRule(one.rule, rule));
  const made = rules.filter((rule) => !isMade(rule));
  audit(step, "rule-made", by, { rules: rules.map(ruleText) });
  addRules(
    step.state,
    made.map((rule) => ({ rule, by })),
  );
  unrevoke(step, rules);
}

/** A Claude that was told to ask despite a rule would go on asking when somebody makes that rule again. */
function unrevoke(step: Step, made: readonly PermissionRule[]): void {
  const { steering, generation } = step.state;
  const { revoked } = steering;
  const left = revoked?.rules.filter((rule) => !made.some((one) => isSameRule(one, rule))) ?? [];
  if (revoked?.generation === generation && !revoked.isHeld && left.length < revoked.rules.length) {
    steering.revoked = { ...revoked, rules: left };
    step.emit({ type: "request", request: { kind: "askDespite", rules: left }, by: undefined });
  }
}

function addRules({ steering }: SessionState, made: readonly Omit<SessionRule, "number">[]): void {
  for (const one of made) {
    const number = 1 + Math.max(0, ...steering.rules.map((other) => other.number));
    steering.rules = [...steering.rules, { ...one, number }];
  }
}

/** A session begins with the rules that are kept for its project. */
export function takeKeptRules({ state, context }: Step): void {
  const kept = context.keptRules?.() ?? [];
  addRules(
    state,
    kept.map(({ rule, by }) => ({ rule, by, isKept: true })),
  );
}

/** What a process is started with: the rules of those who may still decide such a thing. */
export function rulesInForce(state: SessionState, context: SessionContext): readonly PermissionRule[] {
  return state.steering.rules.filter((one) => isInForce(one, state, context)).map(({ rule }) => rule);
}

function isInForce({ rule, by, isKept }: SessionRule, state: SessionState, context: SessionContext): boolean {
  const isStillKept = !isKept || (context.keptRules?.() ?? []).some((one) => isSameRule(one.rule, rule));
  return isStillKept && authorize("approve", by.id, state, context.rightsOf);
}

export function onRulesCommand(step: Step, by: Person, argument: string): void {
  if (argument === "") {
    list(step, by);
    return;
  }
  const [, verb = "", number = ""] = /^(remove|keep)\s+#?(\d{1,6})$/i.exec(argument) ?? [];
  if (verb === "") {
    say(step, "ℹ️ Write it as `!rules`, `!rules remove 2` or `!rules keep 2`");
    return;
  }
  if (!may(step, "approve", by)) {
    refuse(step, "approve", by);
    return;
  }
  const one = step.state.steering.rules.find((rule) => rule.number === Number(number));
  if (!one) {
    say(step, `ℹ️ There is no rule ${number} in this session; \`!rules\` lists them.`);
  } else if (verb.toLowerCase() === "remove") {
    remove(step, one, by);
  } else {
    keep(step, one, by);
  }
}

function list(step: Step, by: Person): void {
  const { state, context } = step;
  judgeRules(step);
  const { rules } = state.steering;
  const lines = rules.map((one) => `${one.number}. ${ruleInWords(one.rule)}${originOf(one)}`);
  const auto = state.auto
    ? "⚡ **Everything runs unasked** in this session; `!permissions interactive` ends that. "
    : "";
  const [first] = rules;
  const keeps = context.keptRules
    ? `, \`!rules keep ${first?.number}\` keeps it for new sessions of this channel`
    : "";
  const how = first
    ? `🔁 **Rules**: this runs unasked here. \`!rules remove ${first.number}\` takes it back${keeps}.`
    : "🔁 **Rules**: none in this session. 🔁 on a card makes one, where Claude offers it.";
  say(step, `${auto}${how}`, lines.join("\n"));
  if (claudeOf(state)) {
    step.emit({ type: "request", request: { kind: "rules" }, by });
  }
}

function originOf({ by, isKept }: SessionRule): string {
  return ` · by ${inlineCode(`@${by.name}`)}${isKept ? " · kept for new sessions" : ""}`;
}

/** The sources that are people's own settings, as `list_permission_rules` names them (2.1.330). */
const SOURCES: ReadonlyMap<string, string> = new Map([
  ["userSettings", "the user's"],
  ["projectSettings", "the project's"],
  ["localSettings", "this directory's"],
  ["policySettings", "the organisation's"],
]);
const MAX_SHOWN = 30;

/** What Claude's own settings let through beside ours; nothing is said where there is none, or Claude can't tell. */
export function rulesReplied(step: Step, reply: ClaudeReply<"rules">): void {
  const known = reply.type === "answered" ? reply.answer.allowed : [];
  const others = known.filter(({ source }) => SOURCES.has(source));
  if (others.length > 0) {
    const lines = others
      .slice(0, MAX_SHOWN)
      .map(({ text, source }) => `- ${inlineCode(text, 200)} · ${SOURCES.get(source)} settings`);
    const more = others.length > MAX_SHOWN ? [`- and ${others.length - MAX_SHOWN} more`] : [];
    const text = "🔁 **Rules of Claude's own settings**: this runs unasked as well. They are changed there.";
    say(step, text, [...lines, ...more].join("\n"));
  }
}

function remove(step: Step, one: SessionRule, by: Person): void {
  const { context } = step;
  audit(step, "rule-removed", by, { rule: ruleText(one.rule) });
  if (one.isKept) {
    const left = (context.keptRules?.() ?? []).filter(({ rule }) => !isSameRule(rule, one.rule));
    step.emit({ type: "keepRules", rules: left });
  }
  revoke(step, [one]);
  const kept = one.isKept ? ", for new sessions as well" : "";
  say(step, `🔁 **Rule removed** by @${by.name}${kept}: ${ruleInWords(one.rule)}`);
}

/** Somebody took back in another session what is kept, or somebody has lost the right that a rule rests on. */
export function judgeRules(step: Step): void {
  const { state, context } = step;
  const gone = state.steering.rules.filter((one) => !isInForce(one, state, context));
  for (const one of gone) {
    const why = may(step, "approve", one.by)
      ? "it is no longer kept for this channel"
      : `${inlineCode(`@${one.by.name}`)} may not decide that any more`;
    audit(step, "rule-removed", undefined, { rule: ruleText(one.rule) });
    say(step, `🔁 **Rule removed**, because ${why}: ${ruleInWords(one.rule)}`);
  }
  revoke(step, gone);
}

/** All of this session's: people decide from the very next tool on. */
export function revokeAll(step: Step): void {
  revoke(step, step.state.steering.rules);
}

/** The session is without them from now on, and Claude as soon as it can. */
function revoke(step: Step, gone: readonly SessionRule[]): void {
  const { state } = step;
  const { steering, generation } = state;
  steering.rules = steering.rules.filter((one) => !gone.includes(one));
  if (!claudeOf(state) || gone.length === 0) {
    return;
  }
  const before = steering.revoked?.generation === generation ? steering.revoked : undefined;
  const rules = [...(before?.rules ?? []), ...gone.map(({ rule }) => rule)];
  steering.revoked = { generation, rules, isHeld: before?.isHeld ?? false };
  step.emit({ type: "request", request: { kind: "askDespite", rules }, by: undefined });
}

/** Claude asks again; or it is one that can't be told so, and is replaced by one that doesn't know the rules. */
export function askDespiteReplied(
  step: Step,
  reply: ClaudeReply<"askDespite">,
  { rules }: RequestOf<"askDespite">,
): void {
  const { state } = step;
  const { revoked } = state.steering;
  if (reply.type === "answered" || rules.length === 0 || !revoked || !claudeOf(state)) {
    return;
  }
  state.steering.revoked = { ...revoked, isHeld: true };
  if (state.phase.name === "working") {
    const what = rulesInWords(rules);
    const can = reply.type === "unknown" ? "; 2.1.330 can" : "";
    const why = `This version of Claude Code can't take back a rule while it works${can}.`;
    say(step, `⚠️ ${why} ${what} runs unasked until its turn ends. ⏸️ ends it now.`);
  }
  restartIfHeld(step);
}

/** A Claude that has rules which were taken back does not begin another turn. */
export function restartIfHeld(step: Step): void {
  const { state } = step;
  const { revoked } = state.steering;
  if (revoked?.isHeld && revoked.generation === state.generation && state.phase.name === "idle") {
    fallAsleep(step, "a rule was taken back", false);
  }
}

function keep(step: Step, one: SessionRule, by: Person): void {
  const { state, context } = step;
  const kept = context.keptRules?.();
  if (!kept) {
    say(step, "⚠️ Rules can't be kept here");
  } else if (one.isKept) {
    say(step, `ℹ️ New sessions have it already: ${ruleInWords(one.rule)}`);
  } else {
    const { rule } = one;
    const others = kept.filter((other) => !isSameRule(other.rule, rule));
    step.emit({ type: "keepRules", rules: [...others, { rule, by }] });
    state.steering.rules = state.steering.rules.map((other) =>
      other === one ? { ...one, by, isKept: true } : other,
    );
    audit(step, "rule-kept", by, { rule: ruleText(rule) });
    say(
      step,
      `🔁 **Rule kept** by @${by.name}: new sessions of this channel begin with ${ruleInWords(rule)}`,
    );
  }
}
