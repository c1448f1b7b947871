// Owns who is online, and who has asked to be left in peace. A status that doesn't change is not told.
import { statusChange } from "./events.ts";
import type { Hub } from "./hub.ts";

export const SET_BY_HAND = ["online", "away", "offline", "dnd"] as const;
export type Status = (typeof SET_BY_HAND)[number];

export interface Presence {
  status(userId: string): Status;
  set(userId: string, status: "online" | "offline"): void;
  /** Until it is set to `online`, or until `endsAt` (seconds since the epoch; 0: no end). */
  setByHand(userId: string, status: Status, endsAt: number): void;
  /** What has been set by hand; undefined where nothing is. */
  byHand(userId: string): { readonly endsAt: number } | undefined;
}

export function createPresence(hub: Hub, now: () => number): Presence {
  const online = new Set<string>();
  const set = new Map<string, { readonly status: Status; readonly endsAt: number }>();
  const byHand: (userId: string) => { readonly status: Status; readonly endsAt: number } | undefined = (
    userId,
  ) => {
    const one = set.get(userId);
    return one && (one.endsAt === 0 || one.endsAt * 1000 > now()) ? one : undefined;
  };
  const status = (userId: string) => byHand(userId)?.status ?? (online.has(userId) ? "online" : "offline");
  function tell(userId: string, change: () => void): void {
    const before = status(userId);
    change();
    const after = status(userId);
    if (after !== before) hub.publish(statusChange(userId, after));
  }
  return {
    status,
    byHand,
    set: (userId, next) =>
      tell(userId, () => (next === "online" ? online.add(userId) : online.delete(userId))),
    setByHand: (userId, next, endsAt) =>
      tell(userId, () =>
        next === "online" ? set.delete(userId) : set.set(userId, { status: next, endsAt }),
      ),
  };
}
