// What the probe in the daemon can be asked.

export interface ProbeAsk {
  readonly what: "heap" | "saves";
  /** For how long it is looked at. */
  readonly ms: number;
}

export const isProbeAsk = (value: unknown): value is ProbeAsk =>
  typeof value === "object" && value !== null && "what" in value;
