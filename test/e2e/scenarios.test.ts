// With the newest Claude CLI, each scenario that sends it something of its own; in the long run all of them.

import { isWholeMatrix } from "../support/generations.ts";
import { realClaudes } from "../support/real-claude.ts";
import { scenarios } from "../support/scenarios/all.ts";
import { playWithRealClaude } from "../support/scenarios/with-real-claude.ts";

for (const claude of realClaudes().slice(-1)) {
  playWithRealClaude(
    claude,
    scenarios.filter(({ suiteClaudes }) => suiteClaudes !== "fake" || isWholeMatrix),
  );
}
