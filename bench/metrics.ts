// Every figure of the bench: what it is, what stands beside it as the limit, and what we aim at. Measures nothing.

export interface Metric {
  readonly group: string;
  readonly title: string;
  readonly unit: "ms" | "MB" | "kB" | "requests";
  /** The same with nothing between, or the nearest thing to it. */
  readonly limit?: string;
  /** At most. Printed, never asserted. */
  readonly aim?: number;
}

const COLD = "First message of a thread (cold)";
const WARM = "Second message (warm)";
const RESUMED = "Message to a sleeping session (resumed)";
const STEERING = "Steering";
const TRAFFIC = "REST traffic of one turn";
const MEMORY = "Memory of the daemon alone";
const START = "Start";
const LIMITS = "Limits: the same with nothing between";

const ms = { unit: "ms" } as const;
const requests = { unit: "requests", group: TRAFFIC } as const;
const kB = { unit: "kB", group: TRAFFIC } as const;

const table = {
  "cold.header": { ...ms, group: COLD, title: "mention → header", limit: "bare.reply", aim: 50 },
  "cold.asked": { ...ms, group: COLD, title: "mention → model is asked", limit: "alone.cold.asked" },
  "cold.first": { ...ms, group: COLD, title: "mention → first words", limit: "alone.cold.first" },
  "cold.tokenToFirst": {
    ...ms,
    group: COLD,
    title: "model's first token → first words",
    limit: "alone.cold.token",
    aim: 150,
  },
  "cold.last": { ...ms, group: COLD, title: "mention → last words", limit: "alone.cold.last" },

  "warm.asked": { ...ms, group: WARM, title: "message → model is asked", limit: "alone.warm.asked" },
  "warm.first": { ...ms, group: WARM, title: "message → first words", limit: "alone.warm.first" },
  "warm.tokenToFirst": {
    ...ms,
    group: WARM,
    title: "model's first token → first words",
    limit: "alone.warm.token",
    aim: 150,
  },
  "warm.last": { ...ms, group: WARM, title: "message → last words", limit: "alone.warm.last" },

  "resumed.asked": {
    ...ms,
    group: RESUMED,
    title: "message → model is asked",
    limit: "alone.resumed.asked",
  },
  "resumed.first": { ...ms, group: RESUMED, title: "message → first words", limit: "alone.resumed.first" },
  "resumed.tokenToFirst": {
    ...ms,
    group: RESUMED,
    title: "model's first token → first words",
    limit: "alone.resumed.token",
    aim: 150,
  },
  "resumed.last": { ...ms, group: RESUMED, title: "message → last words", limit: "alone.resumed.last" },

  decision: { ...ms, group: STEERING, title: "👍 → Claude has the answer", limit: "bare.reaction" },
  "stop.idle": { ...ms, group: STEERING, title: "stop → process gone (idle)", limit: "alone.exit" },
  "stop.working": { ...ms, group: STEERING, title: "stop → process gone (in a turn)", limit: "alone.exit" },
  "drop.resumed": {
    ...ms,
    group: STEERING,
    title: "socket drop → missed mention has its header (resumed)",
    limit: "bare.drop",
  },
  "drop.lost": {
    ...ms,
    group: STEERING,
    title: "socket drop → the same, read over REST",
    limit: "bare.drop",
  },

  "requests.plain": { ...requests, title: "short answer, second message: requests", aim: 4 },
  "bytes.plain": { ...kB, title: "short answer, second message: on the wire" },
  "requests.short": { ...requests, title: "short answer, new thread: requests", aim: 4 },
  "bytes.short": { ...kB, title: "short answer, new thread: on the wire" },
  "requests.paced": { ...requests, title: "40 words in 0.8 s, new thread: requests" },
  "bytes.paced": { ...kB, title: "40 words in 0.8 s, new thread: on the wire" },
  "requests.long": { ...requests, title: "60,000 characters, new thread: requests" },
  "bytes.long": { ...kB, title: "60,000 characters, new thread: on the wire" },
  "requests.tools": { ...requests, title: "ten tools, new thread: requests" },
  "bytes.tools": { ...kB, title: "ten tools, new thread: on the wire" },
  "requests.permit": { ...requests, title: "one permission ask, new thread: requests" },
  "bytes.permit": { ...kB, title: "one permission ask, new thread: on the wire" },

  "rss.ready": { unit: "MB", group: MEMORY, title: "no session", limit: "bare.rss" },
  "rss.one": { unit: "MB", group: MEMORY, title: "1 session, after a turn", limit: "bare.rss" },
  "rss.twenty": {
    unit: "MB",
    group: MEMORY,
    title: "20 sessions, after a turn each",
    limit: "bare.rss",
    aim: 90,
  },

  "start.ready": { ...ms, group: START, title: "start → Ready!", limit: "bare.node" },
  "start.version": { ...ms, group: START, title: "mm-claude --version", limit: "bare.node", aim: 150 },

  "bare.post": { ...ms, group: LIMITS, title: "one POST of a reply" },
  "bare.reply": { ...ms, group: LIMITS, title: "mention → reply of a bot of 40 lines" },
  "bare.reaction": { ...ms, group: LIMITS, title: "reaction → its frame at that bot" },
  "bare.drop": { ...ms, group: LIMITS, title: "socket drop → that bot's reply (it reconnects at once)" },
  "bare.rss": { unit: "MB", group: LIMITS, title: "that bot's memory" },
  "bare.node": { ...ms, group: LIMITS, title: "node -e 0" },
  "alone.version": { ...ms, group: LIMITS, title: "claude --version" },
  "alone.cold.asked": { ...ms, group: LIMITS, title: "claude alone, new: spawn → model is asked" },
  "alone.cold.first": { ...ms, group: LIMITS, title: "claude alone, new: spawn → first delta" },
  "alone.cold.token": { ...ms, group: LIMITS, title: "claude alone, new: token → delta on stdout" },
  "alone.cold.last": { ...ms, group: LIMITS, title: "claude alone, new: spawn → result" },
  "alone.warm.asked": { ...ms, group: LIMITS, title: "claude alone, warm: message → model is asked" },
  "alone.warm.first": { ...ms, group: LIMITS, title: "claude alone, warm: message → first delta" },
  "alone.warm.token": { ...ms, group: LIMITS, title: "claude alone, warm: token → delta on stdout" },
  "alone.warm.last": { ...ms, group: LIMITS, title: "claude alone, warm: message → result" },
  "alone.resumed.asked": { ...ms, group: LIMITS, title: "claude alone, --resume: spawn → model is asked" },
  "alone.resumed.first": { ...ms, group: LIMITS, title: "claude alone, --resume: spawn → first delta" },
  "alone.resumed.token": { ...ms, group: LIMITS, title: "claude alone, --resume: token → delta on stdout" },
  "alone.resumed.last": { ...ms, group: LIMITS, title: "claude alone, --resume: spawn → result" },
  "alone.exit": { ...ms, group: LIMITS, title: "claude alone, idle: stdin end → gone" },
} as const satisfies Record<string, Metric>;

export type MetricId = keyof typeof table;

export const METRICS: Readonly<Record<MetricId, Metric>> = table;

/** Takes one sample of a figure. */
export type Note = (id: MetricId, value: number) => void;
