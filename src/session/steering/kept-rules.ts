// The rules that new sessions of a project begin with, as they are kept.

import { z } from "zod";
import { keptRule } from "./snapshot.ts";
import type { KeptRule } from "./types.ts";

const VERSION = 1;
const document = z.object({ version: z.literal(VERSION), rules: z.array(keptRule) });

/** None when they can't be read: then people are asked. */
export function decodeKeptRules(value: unknown): readonly KeptRule[] {
  return document.safeParse(value).data?.rules ?? [];
}

/** JSON text. */
export function encodeKeptRules(rules: readonly KeptRule[]): string {
  return JSON.stringify({ version: VERSION, rules });
}
