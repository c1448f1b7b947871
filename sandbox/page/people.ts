// How people and times are shown.

import type { Chat } from "./chat.ts";
import { h } from "./dom.ts";
import type { Post, User } from "./types.ts";

const TONES = 6;

function toneOf(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 37 + (character.codePointAt(0) ?? 0)) % 9973;
  return sum % TONES;
}

export function avatar(
  user: User | undefined,
  size: "" | "small",
  name = user?.username ?? "?",
): HTMLElement {
  const kind = user?.is_bot ? "bot" : `tone-${toneOf(name)}`;
  const text = user?.is_bot ? "✳" : name.charAt(0).toUpperCase();
  return h("span", { class: `avatar ${kind} ${size}`, "aria-hidden": "true" }, text);
}

export function nameOf(chat: Chat, post: Post): string {
  if (post.type.startsWith("system_")) return "System";
  const override = post.props?.["override_username"];
  if (typeof override === "string" && override !== "") return override;
  return chat.user(post.user_id)?.username ?? "…";
}

export function isBot(chat: Chat, post: Post): boolean {
  return post.props?.["from_bot"] === "true" || chat.user(post.user_id)?.is_bot === true;
}

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

export const clock = (ms: number): string => clockFormat.format(ms);
export const fullTime = (ms: number): string => fullFormat.format(ms);

export function dayOf(ms: number): string {
  const day = new Date(ms).toDateString();
  if (day === new Date().toDateString()) return "Today";
  if (day === new Date(Date.now() - 86_400_000).toDateString()) return "Yesterday";
  return dayFormat.format(ms);
}

export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
