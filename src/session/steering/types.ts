// What people can change about a session while it runs, as it is kept.

import { initialTasks, type TasksState } from "./task-types.ts";

/** Commands whose arguments they read themselves. */
export type SteeringCommand = "mode" | "tasks";

export interface SteeringState {
  /** The mode that Claude was last known to be in; undefined: as its project and Claude's own settings say. */
  mode: string | undefined;
  tasks: TasksState;
}

export function initialSteering(): SteeringState {
  return { mode: undefined, tasks: initialTasks() };
}
