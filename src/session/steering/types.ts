// What people can change about a session while it runs, as it is kept.

import type { ModelChoice, RequestOf } from "../../claude/requests.ts";
import type { Person } from "../authorization.ts";

/** Commands whose arguments they read themselves. */
export type SteeringCommand = "mode" | "model" | "effort" | "think";

export type SettingKind = "setMode" | "setModel" | "setEffort" | "setThinking";
export type SettingRequest = { readonly [Kind in SettingKind]: RequestOf<Kind> }[SettingKind];

/** What somebody has asked of Claude, which has not answered yet. */
export interface Asked {
  readonly request: SettingRequest;
  readonly by: Person;
}

export interface SteeringState {
  /** The mode that Claude was last known to be in; undefined: as its project and Claude's own settings say. */
  mode: string | undefined;
  /** Who has let Claude do that much unasked; undefined: nobody but the settings. */
  modeBy: Person | undefined;
  /** What somebody has chosen, and Claude has taken; undefined: as its project and Claude's own settings say. */
  model: string | undefined;
  effort: string | undefined;
  /** Tokens; null: as Claude itself decides. */
  thinking: number | null | undefined;
  /** In order. What is left of a process that has ended is asked of the next one. */
  asked: readonly Asked[];
  /** As Claude tells it. */
  modelInUse: string | undefined;
  contextPercent: number | undefined;
  models: readonly ModelChoice[];
}

export function initialSteering(): SteeringState {
  return {
    mode: undefined,
    modeBy: undefined,
    model: undefined,
    effort: undefined,
    thinking: undefined,
    asked: [],
    modelInUse: undefined,
    contextPercent: undefined,
    models: [],
  };
}
