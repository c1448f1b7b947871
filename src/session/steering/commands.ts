// The commands that steer a running Claude: which function takes which.

import type { Person } from "../authorization.ts";
import type { Command } from "../signals.ts";
import type { Step } from "../types.ts";
import { onContextCommand, onCostCommand, onUsageCommand } from "./costs.ts";
import { onForkCommand } from "./fork.ts";
import { onHandoverCommand, onResumeCommand } from "./handover.ts";
import { onModeCommand } from "./mode.ts";
import { onEffortCommand, onModelCommand, onThinkCommand } from "./model.ts";
import { onNotifyCommand } from "./notify.ts";
import { onOutputCommand } from "./outputs.ts";
import { onRulesCommand } from "./rules.ts";
import { onSessionsCommand } from "./sessions.ts";
import { onShowCommand } from "./show.ts";
import { onTasksCommand } from "./task-commands.ts";
import type { SteeringCommand } from "./types.ts";
import { onUndoCommand } from "./undo.ts";

type SteeringInput = Command & { readonly name: SteeringCommand };
export type CommandHandler = (step: Step, by: Person, argument: string) => void;

const HANDLERS: Readonly<Record<SteeringCommand, CommandHandler>> = {
  mode: onModeCommand,
  model: onModelCommand,
  effort: onEffortCommand,
  think: onThinkCommand,
  undo: onUndoCommand,
  fork: onForkCommand,
  sessions: onSessionsCommand,
  handover: onHandoverCommand,
  resume: onResumeCommand,
  rules: onRulesCommand,
  cost: onCostCommand,
  context: onContextCommand,
  usage: onUsageCommand,
  tasks: onTasksCommand,
  notify: onNotifyCommand,
  show: onShowCommand,
  output: onOutputCommand,
};

export function onSteeringCommand(step: Step, by: Person, { name, argument }: SteeringInput): void {
  HANDLERS[name](step, by, argument);
}
