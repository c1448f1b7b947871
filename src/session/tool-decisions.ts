// Decided permission cards that stand for their tools: what was decided, and how the tool went. Most tools are done in
// a moment, so both are told in one edit if possible.

import type { ToolInput, ToolUseId } from "../claude/types.ts";
import { settledCard } from "../render/cards.ts";
import type { PostKey } from "../thread/writes.ts";
import { isRecent } from "../util/clock.ts";
import type { PermissionAsk, ToolWithCard } from "./ask-types.ts";
import { outputPosted, type ToolOutput } from "./steering/output-state.ts";
import type { Step } from "./types.ts";

/** How long a decision waits for its tool's outcome: no longer than anybody notices, on a server that is far away too. */
const WAIT_MS = 100;

/** 1.0.128 and 2.0.76 don't say which tool use they ask about: the first of this turn with that very input. */
export function likelyToolUse(
  { state }: Step,
  { toolName, input }: { toolName: string; input: ToolInput },
): ToolUseId | undefined {
  const wanted = JSON.stringify(input);
  const uses = [...state.turn.tools].filter(
    ([id, tool]) =>
      tool.name === toolName && JSON.stringify(tool.input) === wanted && !isBeingAsked(state, id),
  );
  return uses[0]?.[0];
}

function isBeingAsked({ asks, toolsWithCards }: Step["state"], id: ToolUseId): boolean {
  return toolsWithCards.has(id) || asks.some((ask) => ask.kind === "permission" && ask.toolUseId === id);
}

export function holdVerdict({ state, now }: Step, id: ToolUseId, ask: PermissionAsk, verdict: string): void {
  const { key, postId, use, card } = ask;
  state.toolsWithCards.set(id, { key, postId, use, card, verdict, showAt: now + WAIT_MS });
}

/** When the next decision is to be shown, from now; undefined when none waits. */
export function verdictsDueIn({ state, now }: Step): number | undefined {
  const times = [...state.toolsWithCards.values()].flatMap(({ showAt }) =>
    showAt === undefined ? [] : [showAt],
  );
  return times.length === 0 ? undefined : Math.min(WAIT_MS, Math.max(1, Math.min(...times) - now));
}

/** Shows the decisions whose tools take their time; `all`: those that still wait as well. */
export function showVerdicts(step: Step, all: boolean): void {
  for (const tool of step.state.toolsWithCards.values()) {
    // Not that long from now, also when the clock was set back.
    const isDue = tool.showAt !== undefined && !isRecent(tool.showAt - WAIT_MS, WAIT_MS, step.now);
    if (isDue || (all && (tool.showAt !== undefined || tool.hasProgress))) {
      tool.showAt = undefined;
      put(step, tool, tool.verdict);
    }
  }
}

/** Posts the card of that key again; false when it says no tool's decision. */
export function showVerdictOf(step: Step, key: PostKey): boolean {
  const tool = [...step.state.toolsWithCards.values()].find((candidate) => candidate.key === key);
  if (tool) {
    tool.showAt = undefined;
    put(step, tool, tool.verdict);
  }
  return tool !== undefined;
}

/** The tools are done with, or will never be. */
export function forgetVerdicts(step: Step): void {
  showVerdicts(step, true);
  step.state.toolsWithCards.clear();
}

/** A card that stands for its tool's line says how far the tool is, until it is done with. */
export function setCardProgress(step: Step, toolUseId: ToolUseId, progress: string): boolean {
  const tool = step.state.toolsWithCards.get(toolUseId);
  if (tool) {
    tool.showAt = undefined;
    tool.hasProgress = true;
    put(step, tool, `${tool.verdict} ${progress}`, { isFinal: false, isProgress: true });
  }
  return tool !== undefined;
}

/** A card that stood for its tool's line says how the tool went. */
export function setCardOutcome(
  step: Step,
  toolUseId: ToolUseId,
  outcome: string,
  output: ToolOutput | undefined,
): boolean {
  const tool = step.state.toolsWithCards.get(toolUseId);
  if (!tool) {
    return false;
  }
  step.state.toolsWithCards.delete(toolUseId);
  if (output) {
    output.key = tool.key;
    if (tool.postId !== undefined) {
      outputPosted(step.state, tool.key, tool.postId);
    }
  }
  put(step, tool, `${tool.verdict} ${outcome}`, { isFinal: true });
  return true;
}

function put(
  step: Step,
  { key, card }: ToolWithCard,
  verdict: string,
  how: { readonly isFinal: boolean; readonly isProgress?: true } = { isFinal: false },
): void {
  step.emit({ type: "put", key, ...settledCard(card, step.context.postLimit, verdict, "good"), ...how });
}
