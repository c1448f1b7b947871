// When a routine runs: what is kept of it, and the moments that follow from it.

/** Times in milliseconds since the epoch. */
export type Schedule =
  /** As the clocks on the wall of that zone go. */
  | { readonly kind: "cron"; readonly expression: string; readonly timeZone: string }
  /** As time passes, whatever the clocks do. */
  | { readonly kind: "every"; readonly ms: number; readonly from: number }
  | { readonly kind: "once"; readonly at: number };
