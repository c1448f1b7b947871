// Every scenario with the newest Claude CLI.

import { realClaudes } from "../support/real-claude.ts";
import { scenarios } from "../support/scenarios/all.ts";
import { playWithRealClaude } from "../support/scenarios/with-real-claude.ts";

for (const claude of realClaudes().slice(-1)) {
  playWithRealClaude(claude, scenarios);
}
