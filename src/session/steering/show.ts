// `!show`: how much of what Claude does is shown.

import { inlineCode } from "../../render/markdown.ts";
import type { Person } from "../authorization.ts";
import { audit, say } from "../state.ts";
import type { Step } from "../types.ts";
import type { Shown } from "./types.ts";

const WORDS: Readonly<Record<Shown, string>> = {
  answers: "one line for all tools of a turn, except those that fail",
  tools: "a line for each tool",
  all: "a line for each tool, and what Claude thinks",
};

export function onShowCommand(step: Step, by: Person, argument: string): void {
  const { steering } = step.state;
  const now = steering.show ?? "tools";
  const names = Object.keys(WORDS).map((name) => inlineCode(name));
  if (argument === "") {
    const others = `\`!show NAME\` changes it: ${names.join(" · ")}`;
    say(step, `👁️ **Shown**: ${inlineCode(now)}, which is ${WORDS[now]}. ${others}`);
    return;
  }
  const name = argument.toLowerCase();
  if (!isShown(name)) {
    say(step, `ℹ️ Nothing is called ${inlineCode(argument, 80)} here; there are ${names.join(", ")}.`);
    return;
  }
  steering.show = name;
  audit(step, "show-set", by, { before: now, now: name });
  say(step, `👁️ **Shown** from now on: ${WORDS[name]} (set by @${by.name})`);
}

const isShown = (name: string): name is Shown => Object.hasOwn(WORDS, name);
