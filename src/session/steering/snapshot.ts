// The form of what people have changed about a session, in its document. Documents of earlier versions have none of it.

import { z } from "zod";
import { initialSteering, type SteeringState } from "./types.ts";

const text = z.string();

export const steering: z.ZodType<SteeringState> = z
  .object({
    mode: text.optional().transform((mode) => mode),
    show: z.enum(["answers", "tools", "all"]).exactOptional(),
  })
  .optional()
  .transform((saved) => saved ?? initialSteering());
