// With the older generations, the scenarios that send them something of their own; in the long run all that they can do.

import { isWholeMatrix } from "../support/generations.ts";
import { realClaudes } from "../support/real-claude.ts";
import { scenarios } from "../support/scenarios/all.ts";
import { playWithRealClaude } from "../support/scenarios/with-real-claude.ts";

for (const claude of realClaudes().filter(({ isOlder }) => isOlder)) {
  playWithRealClaude(
    claude,
    scenarios.filter(({ suiteClaudes }) => suiteClaudes === "every" || isWholeMatrix),
  );
}
