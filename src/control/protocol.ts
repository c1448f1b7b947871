// What goes over the control socket: one line of JSON each way, and then, where lines are followed, one for each.

import { z } from "zod";
import { sendRequest } from "./send-protocol.ts";

export const PROTOCOL = 1;

export const request = z.discriminatedUnion("request", [
  z.object({ protocol: z.literal(PROTOCOL), request: z.literal("status") }),
  z.object({
    protocol: z.literal(PROTOCOL),
    request: z.literal("logs"),
    lines: z.number().int().min(0),
    follow: z.boolean(),
  }),
  /** To read projects.yaml again and go by it. */
  z.object({ protocol: z.literal(PROTOCOL), request: z.literal("reload") }),
  sendRequest.extend({ protocol: z.literal(PROTOCOL) }),
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
  /** Absent: the one of the settings. */
  project: z.string().optional(),
  phase: z.enum(SESSION_PHASES),
  /** What people have to do before it goes on, such as "permission for Bash"; none while it needs nobody. */
  waitsFor: z.array(z.string()),
  /** Messages that wait for Claude. */
  queued: z.number(),
  lastActivityAt: time,
});
export type SessionStatus = z.infer<typeof session>;

const project = z.object({
  name: z.string(),
  /** As people read it. */
  directory: z.string(),
  /** What people call the machine with that directory; absent: this one. */
  machine: z.string().optional(),
  channel: z.object({ name: z.string(), link: z.string() }),
  /** Those with a live Claude. */
  sessions: z.number(),
  /** Why it is not served; absent while it is. */
  away: z.string().optional(),
});
export type ProjectStatus = z.infer<typeof project>;

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
  /** Earlier versions have one project and say nothing of it. */
  projects: z.array(project).optional(),
  requests: z.object({ waiting: z.number(), underWay: z.number() }),
  memory: z.object({ rssBytes: z.number(), heapBytes: z.number() }),
  lastError: z.object({ at: time, text: z.string() }).optional(),
});
export type Status = z.infer<typeof status>;

/** Names of projects. */
export const reloadAnswer = z.discriminatedUnion("ok", [
  z.object({
    ok: z.literal(true),
    added: z.array(z.string()),
    removed: z.array(z.string()),
    changed: z.array(z.string()),
    /** Those that the file asks for, and that wait for something. */
    unserved: z.array(z.object({ name: z.string(), why: z.string() })),
  }),
  /** All goes on as before. */
  z.object({ ok: z.literal(false), problems: z.array(z.string()) }),
]);
export type ReloadAnswer = z.infer<typeof reloadAnswer>;

/** What the line tells of, where that is something that happened in the daemon. */
const event = z.object({
  name: z.string(),
  thread: z.string().optional(),
  slot: z.number().optional(),
  project: z.string().optional(),
  by: z.string().optional(),
  seconds: z.number().optional(),
});

export const logLine = z.object({ at: time, level: z.string(), text: z.string(), event: event.optional() });
export type LogLine = z.infer<typeof logLine>;

export const refusal = z.object({ error: z.string() });
