// The form of what people have changed about a session, in its document. Documents of earlier versions have none of it.

import { z } from "zod";
import type { ToolUseId } from "../../claude/types.ts";
import type { PostId, UserId } from "../../mattermost/types.ts";
import { initialTasks, type TasksState } from "./task-types.ts";
import { initialSteering, type SteeringState } from "./types.ts";

const text = z.string();
const number = z.number();
const flag = z.boolean();
/** For what is there in any state, perhaps as undefined, which JSON leaves out. */
const orNone = <Value>(value: z.ZodType<Value>) => value.optional().transform((one) => one);

const tasks: z.ZodType<TasksState> = z.object({
  count: number,
  list: z.array(
    z.object({
      number,
      kind: z.enum(["command", "subagent"]),
      id: orNone(text),
      toolUseId: orNone(text as unknown as z.ZodType<ToolUseId>),
      key: orNone(text),
      postId: orNone(text as unknown as z.ZodType<PostId>),
      what: text,
      since: number,
      isInBackground: flag,
      mayQuote: flag,
      usage: orNone(z.object({ tools: number, tokens: number, lastTool: text.optional() })),
      isUnreadable: flag,
      printed: text,
      shown: text,
      checkedAt: number,
      stoppedBy: orNone(z.object({ id: text as unknown as z.ZodType<UserId>, name: text })),
      end: orNone(z.object({ at: number, status: orNone(text), summary: text })),
    }),
  ),
  untold: z.array(text),
});

export const steering: z.ZodType<SteeringState> = z
  .object({
    mode: text.optional().transform((mode) => mode),
    tasks: tasks.optional().transform((saved) => saved ?? initialTasks()),
  })
  .optional()
  .transform((saved) => saved ?? initialSteering());
