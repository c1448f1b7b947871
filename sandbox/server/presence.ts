// Owns who is online. A status that doesn't change is not told.
import { statusChange } from "./events.ts";
import type { Hub } from "./hub.ts";

export interface Presence {
  status(userId: string): "online" | "offline";
  set(userId: string, status: "online" | "offline"): void;
}

export function createPresence(hub: Hub): Presence {
  const online = new Set<string>();
  const status = (userId: string) => (online.has(userId) ? "online" : "offline");
  return {
    status,
    set(userId, next) {
      if (status(userId) === next) return;
      if (next === "online") online.add(userId);
      else online.delete(userId);
      hub.publish(statusChange(userId, next));
    },
  };
}
