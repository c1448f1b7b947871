// The form of what people have changed about a session, in its document. Documents of earlier versions have none of it.

import { z } from "zod";
import type { UserId } from "../../mattermost/types.ts";
import { initialSteering, type SteeringState } from "./types.ts";

const text = z.string();

export const steering: z.ZodType<SteeringState> = z
  .object({
    mode: text.optional().transform((mode) => mode),
    calls: z
      .array(
        z.object({
          who: z.object({ id: text as unknown as z.ZodType<UserId>, name: text }),
          end: z.enum(["done", "failed", "interrupted", "stopped"]),
          tookMs: z.number(),
          endedAt: z.number(),
          dueAt: z.number(),
        }),
      )
      .exactOptional(),
    show: z.enum(["answers", "tools", "all"]).exactOptional(),
  })
  .optional()
  .transform((saved) => saved ?? initialSteering());
