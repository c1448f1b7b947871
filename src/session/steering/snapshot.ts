// The form of what people have changed about a session, in its document. Documents of earlier versions have none of it.

import { z } from "zod";
import type { UserId } from "../../mattermost/types.ts";
import { initialSteering, type SteeringState } from "./types.ts";

const text = z.string();
const orNone = <Value>(schema: z.ZodType<Value>) => schema.optional().transform((value) => value);
const person = z.object({ id: text as unknown as z.ZodType<UserId>, name: text });

const request = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("setMode"), mode: text }),
  z.object({ kind: z.literal("setModel"), model: orNone(text) }),
  z.object({ kind: z.literal("setEffort"), level: text.nullable() }),
  z.object({ kind: z.literal("setThinking"), tokens: z.number().nullable() }),
]);

const model = z.object({
  name: text,
  description: text,
  effortLevels: z.array(text),
  resolved: text.exactOptional(),
  alwaysThinks: z.boolean().exactOptional(),
  decidesThinking: z.boolean().exactOptional(),
});

export const steering: z.ZodType<SteeringState> = z
  .object({
    mode: orNone(text),
    modeBy: orNone(person),
    model: orNone(text),
    effort: orNone(text),
    thinking: orNone(z.number().nullable()),
    asked: z.array(z.object({ request, by: person })).default([]),
    modelInUse: orNone(text),
    contextPercent: orNone(z.number()),
    models: z.array(model).default([]),
  })
  .optional()
  .transform((saved) => saved ?? initialSteering());
