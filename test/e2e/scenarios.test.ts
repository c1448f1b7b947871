// With the newest Claude CLI, each scenario that sends it something of its own, and is not played with it over ssh; in
// the long run all of them.

import { isWholeMatrix } from "../support/generations.ts";
import { realClaudes } from "../support/real-claude.ts";
import { scenarios } from "../support/scenarios/all.ts";
import { isPlayedOverSsh } from "../support/scenarios/over-ssh.ts";
import { playWithRealClaude } from "../support/scenarios/with-real-claude.ts";

for (const claude of realClaudes().slice(-1)) {
  playWithRealClaude(
    claude,
    scenarios.filter(
      (scenario) => isWholeMatrix || (scenario.suiteClaudes !== "fake" && !isPlayedOverSsh(scenario)),
    ),
  );
}
