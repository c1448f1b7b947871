// What goes over the control socket: one line of JSON each way, and then, where lines are followed, one for each.

import { z } from "zod";

export const PROTOCOL = 1;

export const request = z.discriminatedUnion("request", [
  z.object({ protocol: z.literal(PROTOCOL), request: z.literal("status") }),
  z.object({
    protocol: z.literal(PROTOCOL),
    request: z.literal("logs"),
    lines: z.number().int().min(0),
    follow: z.boolean(),
  }),
]);
export type ControlRequest = z.infer<typeof request>;

const time = z.number();

export const SESSION_PHASES = ["working", "idle", "asleep"] as const;

const session = z.object({
  thread: z.string(),
  /** Its address in a browser. */
  link: z.string(),
  /** Who began it. */
  by: z.string(),
  phase: z.enum(SESSION_PHASES),
  /** What people have to do before it goes on, such as "permission for Bash"; none while it needs nobody. */
  waitsFor: z.array(z.string()),
  /** Messages that wait for Claude. */
  queued: z.number(),
  lastActivityAt: time,
});
export type SessionStatus = z.infer<typeof session>;

const STATES = ["starting", "running", "stopping"] as const;
export type DaemonState = (typeof STATES)[number];

/** Times in milliseconds since the epoch. */
export const status = z.object({
  protocol: z.literal(PROTOCOL),
  version: z.string(),
  pid: z.number(),
  startedAt: time,
  state: z.enum(STATES),
  server: z.object({ url: z.string(), isConnected: z.boolean(), since: time, lost: z.number() }),
  /** Not known before the server has answered. */
  bot: z.string().optional(),
  channel: z.object({ name: z.string(), link: z.string() }).optional(),
  directory: z.string(),
  maxSessions: z.number(),
  sessions: z.array(session),
  requests: z.object({ waiting: z.number(), underWay: z.number() }),
  memory: z.object({ rssBytes: z.number(), heapBytes: z.number() }),
  lastError: z.object({ at: time, text: z.string() }).optional(),
});
export type Status = z.infer<typeof status>;

/** What the line tells of, where that is something that happened in the daemon. */
const event = z.object({
  name: z.string(),
  thread: z.string().optional(),
  slot: z.number().optional(),
  by: z.string().optional(),
  seconds: z.number().optional(),
});

export const logLine = z.object({ at: time, level: z.string(), text: z.string(), event: event.optional() });
export type LogLine = z.infer<typeof logLine>;

export const refusal = z.object({ error: z.string() });
