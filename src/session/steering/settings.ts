// How a setting of a running Claude is changed: asked for, kept once Claude has taken it, told, and shown in the header.
// What was asked for is known after a crash, and asked again.

import type { AuditAction } from "../../audit/record.ts";
import type { AnswerOf, ClaudeReply, RequestOf } from "../../claude/requests.ts";
import { inlineCode } from "../../render/markdown.ts";
import type { Person } from "../authorization.ts";
import { claudeOf } from "../phases.ts";
import { audit, say, updateHeader } from "../state.ts";
import type { Step } from "../types.ts";
import { tellUnanswered } from "./refusals.ts";
import type { SettingKind, SettingRequest, SteeringState } from "./types.ts";

interface Setting<Kind extends SettingKind> {
  readonly title: string;
  readonly action: AuditAction;
  /** What the request asks for, as people read it. */
  readonly value: (request: RequestOf<Kind>) => string;
  /** As in "Claude did not …". */
  readonly what: (value: string) => string;
  /** The first version measured that can. */
  readonly since: string;
  readonly now: (steering: SteeringState) => string | undefined;
  readonly keep: (steering: SteeringState, request: RequestOf<Kind>, answer: Partial<AnswerOf<Kind>>) => void;
  /** It is as Claude's own settings say. */
  readonly drop: (steering: SteeringState) => void;
}

const thinkingText = (tokens: number | null | undefined): string =>
  tokens === 0 ? "off" : typeof tokens === "number" ? `${tokens} tokens` : "on";

const SETTINGS: { readonly [Kind in SettingKind]: Setting<Kind> } = {
  setMode: {
    title: "🔐 **Mode**",
    action: "mode-set",
    value: ({ mode }) => inlineCode(mode),
    what: (value) => `change its mode to ${value}`,
    since: "2.1.330",
    now: ({ mode }) => mode,
    keep(steering, { mode }, answer) {
      steering.mode = answer.mode ?? mode;
    },
    drop(steering) {
      steering.mode = undefined;
    },
  },
  setModel: {
    title: "🧠 **Model**",
    action: "model-set",
    value: ({ model = "default" }) => inlineCode(model),
    what: (value) => `change its model to ${value}`,
    since: "2.1.330",
    now: ({ model }) => model,
    keep(steering, { model }, answer) {
      steering.model = model;
      steering.modelInUse = answer.model;
      steering.contextPercent = undefined;
    },
    drop(steering) {
      steering.model = undefined;
    },
  },
  setEffort: {
    title: "🧠 **Effort**",
    action: "effort-set",
    value: ({ level }) => inlineCode(level ?? "default"),
    what: (value) => `change its effort to ${value}`,
    since: "2.1.330",
    now: ({ effort }) => effort,
    keep(steering, { level }) {
      steering.effort = level ?? undefined;
    },
    drop(steering) {
      steering.effort = undefined;
    },
  },
  setThinking: {
    title: "🧠 **Thinking**",
    action: "thinking-set",
    value: ({ tokens }) => thinkingText(tokens),
    what: () => "change how much it thinks",
    since: "2.0.76",
    now: ({ thinking }) => (thinking === undefined ? undefined : thinkingText(thinking)),
    keep(steering, { tokens }) {
      steering.thinking = tokens;
    },
    drop(steering) {
      steering.thinking = undefined;
    },
  },
};

const settingOf = <Kind extends SettingKind>(kind: Kind) => SETTINGS[kind] as Setting<Kind>;

/** For somebody who may. While no Claude runs, it holds from its next start on. */
export function change(step: Step, request: SettingRequest, by: Person): void {
  const { state } = step;
  if (claudeOf(state)) {
    state.steering.asked = [...state.steering.asked, { request, by }];
    step.emit({ type: "request", request, by });
  } else {
    state.steering.asked = state.steering.asked.filter((one) => one.request.kind !== request.kind);
    taken(step, request, {}, by, ", from the next message on");
  }
}

export function settingReplied<Kind extends SettingKind>(
  step: Step,
  reply: ClaudeReply<Kind>,
  request: RequestOf<Kind>,
  by: Person | undefined,
): void {
  const { steering } = step.state;
  if (reply.type === "exited") {
    // The next process is asked.
    return;
  }
  const isOurs = (one: SettingRequest): boolean => one === (request as SettingRequest);
  steering.asked = steering.asked.filter((one) => !isOurs(one.request));
  if (reply.type === "answered") {
    taken(step, request, reply.answer, by);
    return;
  }
  const setting = settingOf(request.kind as Kind);
  const wasKept = by === undefined && setting.now(steering) !== undefined;
  if (wasKept) {
    setting.drop(steering);
    updateHeader(step);
  }
  // What only the project wants is not told in each of its sessions.
  if (by !== undefined || wasKept) {
    tellUnanswered(step, reply, setting.what(setting.value(request)), setting.since);
  }
}

/** `by` undefined: it is what was chosen before, given to another process. */
function taken<Kind extends SettingKind>(
  step: Step,
  request: RequestOf<Kind>,
  answer: Partial<AnswerOf<Kind>>,
  by: Person | undefined,
  when = "",
): void {
  const { steering } = step.state;
  const setting = settingOf(request.kind as Kind);
  const was = setting.now(steering);
  setting.keep(steering, request, answer);
  if (by) {
    if (request.kind === "setMode") {
      modeSetBy(step, by);
    }
    const value = setting.value(request);
    audit(step, setting.action, by, { from: was ?? "", to: setting.now(steering) ?? "" });
    say(step, `${setting.title}: ${value}${when}, set by @${by.name}`);
  }
  updateHeader(step);
}

function modeSetBy({ state }: Step, by: Person): void {
  state.steering.modeBy = by;
  if (state.steering.mode === "plan") {
    // Who wants a plan wants to see it, whatever was approved before.
    state.isPlanApproved = false;
  }
}
