// What depends on the CLI's version, with the older generations: the rest is mm-claude's own and the same for all.

import { realClaudes } from "../support/real-claude.ts";
import { scenarios } from "../support/scenarios/all.ts";
import { playWithRealClaude } from "../support/scenarios/with-real-claude.ts";

const DEPENDS_ON_VERSION = new Set([
  "text",
  "files",
  "queue",
  "sleep",
  "failed-turn",
  "allow",
  "deny",
  "parallel",
  "edit",
  "plan",
  "question",
  "todo",
  "subagent",
  "downgrade",
  "interrupt",
  "interrupt-by-emoji",
  "stop",
  "help",
  "fork",
  "handover",
  "taken-up",
]);

for (const claude of realClaudes().slice(0, -1)) {
  playWithRealClaude(
    claude,
    scenarios.filter((scenario) => DEPENDS_ON_VERSION.has(scenario.name)),
  );
}
