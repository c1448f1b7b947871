// The form of what people have changed about a session, in its document. Documents of earlier versions have none of it.

import { z } from "zod";
import type { UserId } from "../../mattermost/types.ts";
import { initialSteering, type SteeringState } from "./types.ts";

const text = z.string();

const rule = z.object({ tool: text, content: text.optional() });
export const keptRule = z.object({
  rule,
  by: z.object({ id: text as unknown as z.ZodType<UserId>, name: text }),
});
const sessionRule = keptRule.extend({ number: z.number(), isKept: z.boolean().optional() });
const revoked = z.object({ generation: z.number(), rules: z.array(rule), isHeld: z.boolean() });

export const steering: z.ZodType<SteeringState> = z
  .object({
    mode: text.optional().transform((mode) => mode),
    rules: z
      .array(sessionRule)
      .optional()
      .transform((rules) => rules ?? []),
    revoked: revoked.optional().transform((one) => one),
  })
  .optional()
  .transform((saved) => saved ?? initialSteering());
