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

export const steering: z.ZodType<SteeringState> = z
  .object({
    mode: text.optional().transform((mode) => mode),
    heard: z.array(heard).default([]),
    undo: orNone(undo),
    note: orNone(text),
    asides: z.array(message).default([]),
    title: orNone(text),
    titled: orNone(text),
    lastModel: orNone(text),
    handover: orNone(z.object({ by: person, isLeaving: z.boolean() })),
    seen: orNone(z.object({ id: text, bytes: z.number() })),
    wanted: z
      .unknown()
      .optional()
      .transform(() => undefined),
  })
  .optional()
  .transform((saved) => saved ?? initialSteering());
