// Claude's permission modes: which there are, and which of two lets Claude do more unasked. Pure.

import type { SteeringState } from "./types.ts";

/** From the one in which Claude may do least unasked to the one in which it may do most. */
export const MODES = ["plan", "default", "acceptEdits", "auto"] as const;

/** Another mode, which only Claude's own settings can bring, counts as the one that allows least: to leave it is to raise. */
export const isMore = (mode: string, than: string): boolean => rank(mode) > rank(than);
const rank = (mode: string): number => (MODES as readonly string[]).indexOf(mode);

export const isKnownMode = (mode: string): boolean => rank(mode) >= 0;

/** What Claude may be in by now: what it was known to be in, and all that it was asked for since. */
export function possibleModes({ asked }: SteeringState, known: string): readonly string[] {
  return [known, ...asked.flatMap(({ request }) => (request.kind === "setMode" ? [request.mode] : []))];
}
