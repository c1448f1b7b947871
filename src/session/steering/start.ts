// What people have chosen, given again to each process of Claude's: with its start where every CLI takes it so, and as
// requests before the first message where not.

import type { ClaudeStart } from "../../claude/types.ts";
import { authorize } from "../authorization.ts";
import type { SessionContext } from "../context.ts";
import type { SessionState, Step } from "../types.ts";
import { isMore, MODES } from "./modes.ts";
import type { Asked } from "./types.ts";

/** 1.0.128 and 2.0.76 don't start in `auto`, but can be put into it. */
const STARTS_IN: readonly string[] = MODES.filter((mode) => mode !== "auto");

/** With what a process starts; what its project says, where nobody has chosen. */
export function startChoices(
  { steering }: Pick<SessionState, "steering">,
  { defaults }: Pick<SessionContext, "defaults">,
): Pick<ClaudeStart, "model" | "permissionMode"> {
  const mode = STARTS_IN.find((one) => one === steering.mode);
  return { model: steering.model ?? defaults?.model, permissionMode: mode ?? defaults?.mode };
}

/** For a process that starts now: what its start can't say, and what the one before has not answered. */
export function requestChoices(step: Step): void {
  const { state, context } = step;
  const { steering } = state;
  const effort = steering.effort ?? context.defaults?.effort;
  const thinking = steering.thinking === undefined ? context.defaults?.thinking : steering.thinking;
  if (steering.mode === "auto") {
    step.emit({ type: "request", request: { kind: "setMode", mode: "auto" }, by: undefined });
  }
  if (effort !== undefined) {
    step.emit({ type: "request", request: { kind: "setEffort", level: effort }, by: undefined });
  }
  if (thinking !== undefined) {
    step.emit({ type: "request", request: { kind: "setThinking", tokens: thinking }, by: undefined });
  }
  steering.asked = steering.asked.filter((one, index, all) => isLast(one, index, all) && mayStill(step, one));
  for (const { request, by } of steering.asked) {
    step.emit({ type: "request", request, by });
  }
}

const isLast = ({ request }: Asked, index: number, all: readonly Asked[]): boolean =>
  !all.slice(index + 1).some((later) => later.request.kind === request.kind);

/** What lets Claude do no more than before, anybody could have asked for. */
function mayStill({ state, context }: Step, { request, by }: Asked): boolean {
  const now = state.steering.mode ?? context.defaults?.mode ?? "default";
  const isLowering = request.kind === "setMode" && !isMore(request.mode, now);
  return authorize(isLowering ? "message" : "approve", by.id, state, context.rightsOf);
}

/**
 * Neither sleep nor a restart gives more rights: Claude goes on in a mode that lets it do more than its project's only if
 * the person who has raised it may still do so. True when it does not.
 */
export function judgeMode({ state, context }: Pick<Step, "state" | "context">): boolean {
  const { steering } = state;
  const { mode, modeBy } = steering;
  const usual = context.defaults?.mode ?? "default";
  if (mode === undefined || !isMore(mode, usual)) {
    return false;
  }
  if (modeBy && authorize("approve", modeBy.id, state, context.rightsOf)) {
    return false;
  }
  steering.mode = undefined;
  steering.modeBy = undefined;
  return true;
}

/** For a process that starts now. True when it is given another number of notes than the one before. */
export function noteGiven({ state: { steering }, context }: Step): boolean {
  const count = context.notes?.()?.count ?? 0;
  const isOther = count !== (steering.notes ?? 0);
  if (isOther) {
    steering.notes = count;
  }
  return isOther;
}
