// What the header says about how Claude works: what Claude has told, before what it was asked for. Pure.

import type { Header } from "../../render/header.ts";
import type { SessionContext } from "../context.ts";
import type { SessionState } from "../types.ts";
import { modelName } from "./model-names.ts";

/** The mode is told where it is not the usual one. */
export function steeringRows(
  { steering }: SessionState,
  { defaults }: SessionContext,
): Pick<Header, "mode" | "model" | "choices" | "contextPercent" | "notes"> {
  const { effort, thinking, contextPercent } = steering;
  const mode = steering.mode ?? defaults?.mode;
  const thinkingText = thinking === 0 ? "thinking off" : `thinking up to ${thinking} tokens`;
  return {
    mode: mode === "default" ? undefined : mode,
    model: modelName(steering, defaults),
    choices: [
      ...(effort === undefined ? [] : [`effort ${effort}`]),
      ...(typeof thinking === "number" ? [thinkingText] : []),
    ],
    contextPercent,
    notes: steering.notes ?? 0,
  };
}
