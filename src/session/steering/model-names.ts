// What a session's model is called, for people. Pure.

import type { ModelChoice } from "../../claude/requests.ts";
import type { SessionDefaults } from "../context.ts";
import type { SteeringState } from "./types.ts";

type Told = Pick<SteeringState, "model" | "modelInUse" | "models">;

/** Of those that Claude has named. */
export function modelOf({ model, modelInUse, models }: Told): ModelChoice | undefined {
  const isInUse = ({ resolved }: ModelChoice): boolean => resolved !== undefined && resolved === modelInUse;
  const chosen = models.find(({ name }) => name === model);
  if (chosen && (modelInUse === undefined || isInUse(chosen))) {
    return chosen;
  }
  return models.find((one) => one.name !== "default" && isInUse(one));
}

/**
 * By the name that people would choose it by, where that is what Claude works with; otherwise by the name that Claude
 * tells. Undefined before anything is known of it.
 */
export function modelName(told: Told, defaults: SessionDefaults | undefined): string | undefined {
  const { model, modelInUse } = told;
  const named = modelOf(told);
  if (named && named.name !== "default") {
    return named.name;
  }
  return modelInUse ?? model ?? defaults?.model;
}
