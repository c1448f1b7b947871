// With the oldest generation, the scenarios that send it something of their own; in the long run all that each older one
// can do.

import { isWholeMatrix } from "../support/generations.ts";
import { realClaudes } from "../support/real-claude.ts";
import { scenarios } from "../support/scenarios/all.ts";
import { playWithRealClaude } from "../support/scenarios/with-real-claude.ts";

for (const claude of realClaudes().filter(
  ({ isOlder, isBetween }) => isOlder && (isWholeMatrix || !isBetween),
)) {
  playWithRealClaude(
    claude,
    scenarios.filter(({ suiteClaudes }) => suiteClaudes === "oldest" || isWholeMatrix),
  );
}
