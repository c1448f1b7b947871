// The other end of the control socket: asks a daemon, and knows when none is there and when one does not answer.

import { createConnection } from "node:net";
import type { z } from "zod";
import {
  type ControlRequest,
  type LogLine,
  logLine,
  type ReloadAnswer,
  refusal,
  reloadAnswer,
  type Status,
  status,
} from "./protocol.ts";
import { type SendEvent, type SendRequest, sendEvent } from "./send-protocol.ts";

/** A daemon that is well answers in milliseconds. */
const ANSWER_WITHIN_MS = 3000;
/** It asks the server about each channel first. */
const RELOAD_WITHIN_MS = 30_000;

export type Asked<T> =
  | { readonly kind: "answered"; readonly value: T }
  /** Nobody listens: it was killed, or has just ended. */
  | { readonly kind: "gone" }
  /** It is there, and does not answer. */
  | { readonly kind: "hanging" }
  | { readonly kind: "refused"; readonly why: string };

export function askStatus(path: string, withinMs = ANSWER_WITHIN_MS): Promise<Asked<Status>> {
  return askOnce(path, "status", status, withinMs);
}

/** To go by projects.yaml as it is now. */
export function askReload(path: string, withinMs = RELOAD_WITHIN_MS): Promise<Asked<ReloadAnswer>> {
  return askOnce(path, "reload", reloadAnswer, withinMs);
}

async function askOnce<T>(
  path: string,
  request: "status" | "reload",
  schema: z.ZodType<T>,
  withinMs: number,
): Promise<Asked<T>> {
  const lines: string[] = [];
  const end = await ask(path, { protocol: 1, request }, withinMs, (line) => lines.push(line));
  return end === "ended" ? understood(lines[0], schema) : { kind: end };
}

/** Resolves when all is told; with `follow` when the daemon ends. */
export async function askLogs(
  path: string,
  { lines, follow }: { readonly lines: number; readonly follow: boolean },
  onLine: (line: LogLine) => void,
  withinMs = ANSWER_WITHIN_MS,
): Promise<Asked<undefined>> {
  let refused: string | undefined;
  const end = await ask(path, { protocol: 1, request: "logs", lines, follow }, withinMs, (text) => {
    const parsed = parse(text);
    const line = logLine.safeParse(parsed);
    if (line.success) {
      onLine(line.data);
    } else {
      refused = refusal.safeParse(parsed).data?.error ?? "it answers in a way that is not understood";
    }
  });
  if (end !== "ended") {
    return { kind: end };
  }
  return refused === undefined ? { kind: "answered", value: undefined } : { kind: "refused", why: refused };
}

/** `giveUp`: not aborted yet. Resolves when the daemon has told all; what it has told may lack its end, when the daemon was ended. */
export async function askSend(
  path: string,
  request: SendRequest,
  onEvent: (event: SendEvent) => void,
  giveUp: AbortSignal,
  withinMs = ANSWER_WITHIN_MS,
): Promise<Asked<undefined>> {
  let refused: string | undefined;
  const onLine = (text: string): void => {
    const parsed = parse(text);
    const event = sendEvent.safeParse(parsed);
    if (event.success) {
      onEvent(event.data);
    } else if (refusal.safeParse(parsed).success) {
      refused = "it is an earlier version, which takes no messages of scripts: restart it";
    }
    // What a later version tells besides is not for this one.
  };
  const end = await ask(path, { protocol: 1, ...request }, withinMs, onLine, giveUp);
  if (end !== "ended") {
    return { kind: end };
  }
  return refused === undefined ? { kind: "answered", value: undefined } : { kind: "refused", why: refused };
}

function understood<T>(line: string | undefined, schema: z.ZodType<T>): Asked<T> {
  const parsed = parse(line ?? "");
  const known = schema.safeParse(parsed);
  if (known.success) {
    return { kind: "answered", value: known.data };
  }
  const why = refusal.safeParse(parsed).data?.error ?? "it is another version: restart it";
  return { kind: "refused", why };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function ask(
  path: string,
  request: ControlRequest,
  withinMs: number,
  onLine: (line: string) => void,
  giveUp?: AbortSignal,
): Promise<"ended" | "gone" | "hanging"> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    let rest = "";
    // Who follows logs may have nothing to hear for long.
    const isFollowing = request.request === "logs" && request.follow;
    const timer = isFollowing
      ? undefined
      : setTimeout(() => {
          socket.destroy();
          resolve("hanging");
        }, withinMs);
    const settle = (how: "ended" | "gone"): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(how);
    };
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on("data", (part: string) => {
      const lines = (rest + part).split("\n");
      rest = lines.pop() ?? "";
      if (request.request === "send" && lines.length > 0) {
        // It is at work, which may take long.
        clearTimeout(timer);
      }
      lines.forEach(onLine);
    });
    socket.on("end", () => settle("ended"));
    socket.on("error", () => settle("gone"));
    giveUp?.addEventListener("abort", () => settle("gone"));
  });
}
