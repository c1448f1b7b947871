// The form of what people have changed about a session, in its document. Documents of earlier versions have none of it.

import { z } from "zod";
import { card, message, orNone, person, postId } from "../snapshot-parts.ts";
import { initialSteering, type SteeringState } from "./types.ts";

const text = z.string();

const heard = z.object({ uuid: text, postId, by: person, text });
const undo = z.object({
  key: text,
  postId: orNone(postId),
  uuid: text,
  card,
  files: z.array(text),
  added: z.number(),
  removed: z.number(),
});
const rule = z.object({ tool: text, content: text.optional() });
export const keptRule = z.object({
  rule,
  by: person,
});
const sessionRule = keptRule.extend({ number: z.number(), isKept: z.boolean().optional() });
const revoked = z.object({ generation: z.number(), rules: z.array(rule), isHeld: z.boolean() });

export const steering: z.ZodType<SteeringState> = z
  .object({
    mode: text.optional().transform((mode) => mode),
    heard: z.array(heard).default([]),
    undo: orNone(undo),
    note: orNone(text),
    asides: z.array(message).default([]),
    wanted: z
      .unknown()
      .optional()
      .transform(() => undefined),
    rules: z
      .array(sessionRule)
      .optional()
      .transform((rules) => rules ?? []),
    revoked: revoked.optional().transform((one) => one),
  })
  .optional()
  .transform((saved) => saved ?? initialSteering());
