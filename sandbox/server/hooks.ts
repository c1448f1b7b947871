// Owns the incoming webhooks: for whom and into which channel each one posts.
import { newId } from "./ids.ts";

export interface HookRecord {
  readonly id: string;
  readonly userId: string;
  readonly channelId: string;
  readonly displayName: string;
}

export interface Hooks {
  create(hook: Omit<HookRecord, "id">): HookRecord;
  get(id: string): HookRecord | undefined;
}

export function createHooks(): Hooks {
  const hooks = new Map<string, HookRecord>();
  return {
    create(input) {
      if (hooks.size >= 1000) throw new Error("The sandbox holds at most 1000 webhooks");
      const hook = { id: newId(), ...input };
      hooks.set(hook.id, hook);
      return hook;
    },
    get: (id) => hooks.get(id),
  };
}
