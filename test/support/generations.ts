// Which tests the older generations of the CLI play. They never change, and the contract tests know what they send: only
// what we send them can break. So each kind of thing that is sent is played with the oldest and the newest in the suite,
// with the one between them what that alone does, and the rest with the newest alone; `npm run test:generations` plays
// everything with all.

import { test } from "vitest";

export const isWholeMatrix = process.env["CLAUDE_GENERATIONS"] === "all";

/** For a test that sends this CLI nothing that another test, which the older ones play, does not. */
export const furtherTest = ({ isOlder }: { readonly isOlder: boolean }): typeof test =>
  test.skipIf(isOlder && !isWholeMatrix) as typeof test;

/** For a test in which 2.0.76 does what the oldest does, or the newest. */
export const outerTest = ({ isBetween }: { readonly isBetween: boolean }): typeof test =>
  test.skipIf(isBetween && !isWholeMatrix) as typeof test;
