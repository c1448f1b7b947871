// The form of what people have changed about a session, in its document. Documents of earlier versions have none of it.

import { z } from "zod";
import type { ToolUseId } from "../../claude/types.ts";
import { card, idOf, message, orNone, person, postId } from "../snapshot-parts.ts";
import { noCosts } from "./cost-state.ts";
import { noLimits } from "./hold.ts";
import type { OutputsState } from "./output-state.ts";
import { initialTasks, type TasksState } from "./task-types.ts";
import { initialSteering, type SteeringState } from "./types.ts";

const text = z.string();
const number = z.number();
const flag = z.boolean();

const tasks: z.ZodType<TasksState> = z.object({
  count: number,
  list: z.array(
    z.object({
      number,
      kind: z.enum(["command", "subagent"]),
      id: orNone(text),
      toolUseId: orNone(text as unknown as z.ZodType<ToolUseId>),
      key: orNone(text),
      postId: orNone(postId),
      what: text,
      since: number,
      isInBackground: flag,
      mayQuote: flag,
      usage: orNone(z.object({ tools: number, tokens: number, lastTool: text.optional() })),
      isUnreadable: flag,
      printed: text,
      shown: text,
      checkedAt: number,
      stoppedBy: orNone(person),
      end: orNone(z.object({ at: number, status: orNone(text), summary: text })),
    }),
  ),
  untold: z.array(text),
});

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
const post = z.object({ key: text, postId: orNone(postId) });
const hold = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("cost"), post: orNone(post), about: text }),
  limit.extend({
    kind: z.literal("plan"),
    post,
    owedTo: orNone(person),
    begunAt: z.number().exactOptional(),
  }),
]);
const limits = z
  .object({
    hold: orNone(hold),
    rejectedBy: orNone(limit),
    warned: z.array(limit),
    goesOn: z.enum(["no", "soon", "told"]),
    settled: postId.exactOptional(),
  })
  .optional()
  .transform((saved) => saved ?? noLimits());

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

const outputs: z.ZodType<OutputsState> = z.object({
  tools: z.array(
    z.object({ number, id: idOf<ToolUseId>(), name: text, conversationId: text, key: text.optional() }),
  ),
  posts: z.array(z.object({ key: text, postId, shownAt: number.optional() })),
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
    heard: z.array(heard).default([]),
    undo: orNone(undo),
    note: orNone(text),
    asides: z.array(message).default([]),
    title: orNone(text),
    titled: orNone(text),
    lastModel: orNone(text),
    handover: orNone(z.object({ by: person, isLeaving: z.boolean() })),
    seen: orNone(z.object({ id: text, bytes: z.number() })),
    cannot: z.array(text).default([]),
    wanted: z
      .unknown()
      .optional()
      .transform(() => undefined),
    rules: z
      .array(sessionRule)
      .optional()
      .transform((rules) => rules ?? []),
    revoked: revoked.optional().transform((one) => one),
    costs,
    limits,
    tasks: tasks.optional().transform((saved) => saved ?? initialTasks()),
    calls: z
      .array(
        z.object({
          who: person,
          end: z.enum(["done", "failed", "interrupted", "stopped"]),
          tookMs: z.number(),
          endedAt: z.number(),
          dueAt: z.number(),
        }),
      )
      .exactOptional(),
    show: z.enum(["answers", "tools", "all"]).exactOptional(),
    outputs: outputs.exactOptional(),
    away: z.object({ key: text, tries: number, isDue: flag }).exactOptional(),
    notes: number.exactOptional(),
  })
  .optional()
  .transform((saved) => saved ?? initialSteering());
