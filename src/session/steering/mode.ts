// `!mode`: what Claude may do unasked, shown and set while it runs; and what Claude itself tells about it, which counts.

import { inlineCode } from "../../render/markdown.ts";
import type { Person } from "../authorization.ts";
import { refuse } from "../refusal.ts";
import { may, say, updateHeader } from "../state.ts";
import type { Step } from "../types.ts";
import { isKnownMode, isMore, MODES, possibleModes } from "./modes.ts";
import { change } from "./settings.ts";

export function onModeCommand(step: Step, by: Person, argument: string): void {
  const names = MODES.map((mode) => inlineCode(mode)).join(" · ");
  if (argument === "") {
    say(step, `🔐 **Mode**: ${inlineCode(modeOf(step))}. \`!mode NAME\` changes it: ${names}`);
    return;
  }
  const mode = MODES.find((one) => one.toLowerCase() === argument.toLowerCase());
  if (mode === undefined) {
    say(step, `ℹ️ There is no mode ${inlineCode(argument, 80)}; there are ${names}.`);
    return;
  }
  const isRaised = possibleModes(step.state.steering, modeOf(step)).some((one) => isMore(mode, one));
  if (isRaised && !may(step, "approve", by)) {
    refuse(step, "approve", by);
    return;
  }
  change(step, { kind: "setMode", mode }, by);
}

const modeOf = ({ state, context }: Step): string =>
  state.steering.mode ?? context.defaults?.mode ?? "default";

/** Claude is in that mode now, whoever has caused it. */
export function modeTold(step: Step, mode: string): void {
  const before = modeOf(step);
  step.state.steering.mode = mode;
  if (mode !== before) {
    updateHeader(step);
  }
}

/** That mode, where Claude may do less in it than in `own`, which is the one that a new session has. */
export function lowerMode(mode: string | undefined, own = "default"): string | undefined {
  return mode !== undefined && isKnownMode(mode) && isMore(own, mode) ? mode : undefined;
}

/**
 * 2.1.197 and later have told by then what these tools make of the mode. 1.0.128 and 2.0.76 don't tell it, and once a
 * mode was asked for they are back in it with the next turn: they are asked for the usual one.
 */
export function modeAfterTool(step: Step, tool: string): void {
  if (tool === "EnterPlanMode") {
    modeTold(step, "plan");
  } else if (tool === "ExitPlanMode" && step.state.steering.mode === "plan") {
    step.emit({ type: "request", request: { kind: "setMode", mode: "default" }, by: undefined });
  }
}

/** True when Claude did something unasked by its mode, and does not any more. */
export function endUnasked(step: Step, by: Person): boolean {
  const isUnasked = possibleModes(step.state.steering, modeOf(step)).some((one) => isMore(one, "default"));
  if (isUnasked) {
    change(step, { kind: "setMode", mode: "default" }, by);
  }
  return isUnasked;
}
