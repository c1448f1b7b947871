// `!notify`: whether somebody is mentioned at the end of a long turn, and reminded of a card that still waits. Everybody
// says so for themselves, once for all threads.

import { inlineCode } from "../../render/markdown.ts";
import type { Person } from "../authorization.ts";
import { audit, say } from "../state.ts";
import type { Step } from "../types.ts";

export function onNotifyCommand(step: Step, by: Person, argument: string): void {
  const { isNotified = () => true } = step.context;
  // Not even this mentions them.
  const name = inlineCode(`@${by.name}`);
  switch (argument.toLowerCase()) {
    case "":
      say(step, isNotified(by.id) ? `🔔 ${name}: ${IS_ON}` : `🔕 ${name}: ${IS_OFF}`);
      break;
    case "on":
      set(step, by, true);
      say(step, `🔔 ${name}: from now on ${IS_ON}`);
      break;
    case "off":
      set(step, by, false);
      say(step, `🔕 ${name}: from now on ${IS_OFF}`);
      break;
    default:
      say(step, `ℹ️ It is \`!notify on\` or \`!notify off\`, not ${inlineCode(argument, 80)}.`);
  }
}

const IS_ON =
  "the end of a long turn mentions you, and a card that still waits does so once more. `!notify off` ends both, in all threads.";
const IS_OFF =
  "only new cards mention you, in all threads. `!notify on` adds the end of a long turn, and a second mention when a card still waits.";

function set(step: Step, by: Person, isOn: boolean): void {
  audit(step, "notify-set", by, { isOn });
  step.emit({ type: "setNotified", by, isOn });
}
