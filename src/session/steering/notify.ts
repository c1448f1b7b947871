// `!notify`: whether somebody is called at the end of a long turn, and reminded of what waits for them. Everybody says
// so for themselves, once for all threads.

import type { Person } from "../authorization.ts";
import { audit, say } from "../state.ts";
import type { Step } from "../types.ts";

export function onNotifyCommand(step: Step, by: Person, argument: string): void {
  const { isNotified = () => true } = step.context;
  const wanted = argument.toLowerCase();
  if (wanted !== "on" && wanted !== "off") {
    const now = isNotified(by.id)
      ? "🔔 @NAME, I mention you after a long turn, and once more when something waits for you. `!notify off` ends that"
      : "🔕 @NAME, only what Claude asks mentions you. With `!notify on` the end of a long turn does too, and what still waits";
    say(step, `${now.replace("@NAME", `@${by.name}`)}, in all threads.`);
    return;
  }
  audit(step, "notify-set", by, { now: wanted });
  step.emit({ type: "setNotified", by, isOn: wanted === "on" });
  say(
    step,
    wanted === "on"
      ? `🔔 @${by.name} is mentioned after a long turn, and once more when something waits.`
      : `🔕 @${by.name} is no longer mentioned after a long turn, nor a second time when something waits. Cards still mention.`,
  );
}
