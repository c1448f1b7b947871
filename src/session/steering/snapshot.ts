// The form of what people have changed about a session, in its document. Documents of earlier versions have none of it.

import { z } from "zod";
import type { PostId, UserId } from "../../mattermost/types.ts";
import { noCosts } from "./cost-state.ts";
import { noLimits } from "./hold.ts";
import { initialSteering, type SteeringState } from "./types.ts";

const text = z.string();
const orNone = <Value>(value: z.ZodType<Value>) => value.optional().transform((one) => one);

const spent = z.object({ microUsd: z.number(), inputTokens: z.number(), outputTokens: z.number() });
const costs = z
  .object({
    spent,
    counter: z.object({ generation: z.number(), stands: spent }),
    stopped: z.array(spent),
  })
  .optional()
  .transform((saved) => saved ?? noCosts());

const limit = z.object({ window: text, resetsAt: orNone(z.number()) });
const post = z.object({ key: text, postId: orNone(text as unknown as z.ZodType<PostId>) });
const person = z.object({ id: text as unknown as z.ZodType<UserId>, name: text });
const hold = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("cost"), post: orNone(post), about: text }),
  limit.extend({ kind: z.literal("plan"), post, owedTo: orNone(person) }),
]);
const limits = z
  .object({
    hold: orNone(hold),
    rejectedBy: orNone(limit),
    warned: z.array(limit),
    goesOn: z.enum(["no", "soon", "told"]),
  })
  .optional()
  .transform((saved) => saved ?? noLimits());

export const steering: z.ZodType<SteeringState> = z
  .object({ mode: orNone(text), costs, limits })
  .optional()
  .transform((saved) => saved ?? initialSteering());
