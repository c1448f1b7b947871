// The commands that steer a running Claude: which function takes which.

import type { Person } from "../authorization.ts";
import type { Command, Step } from "../types.ts";
import { onModeCommand } from "./mode.ts";
import { onNotifyCommand } from "./notify.ts";
import { onShowCommand } from "./show.ts";
import type { SteeringCommand } from "./types.ts";

type SteeringInput = Command & { readonly name: SteeringCommand };
export type CommandHandler = (step: Step, by: Person, argument: string) => void;

const HANDLERS: Readonly<Record<SteeringCommand, CommandHandler>> = {
  mode: onModeCommand,
  notify: onNotifyCommand,
  show: onShowCommand,
};

export function onSteeringCommand(step: Step, by: Person, { name, argument }: SteeringInput): void {
  HANDLERS[name](step, by, argument);
}
