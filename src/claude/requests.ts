// What we can ask of a running Claude besides messages and answers: each request in our terms, its form on the wire, and
// how its answer is read. Which CLI knows which is learned by asking (client.ts): nothing here goes by version numbers.

import { z } from "zod";

export interface ModelChoice {
  /** As `setModel` takes it. */
  readonly name: string;
  readonly description: string;
  /** Empty where the model knows no effort, or the CLI does not say. */
  readonly effortLevels: readonly string[];
}

/** What each request takes and what it answers. Answers of older CLIs may lack what is optional here. */
interface Requests {
  setMode: { readonly takes: { readonly mode: string }; readonly answers: { readonly mode?: string } };
  /** `model` undefined: Claude's own choice again. */
  setModel: {
    readonly takes: { readonly model: string | undefined };
    readonly answers: { readonly model?: string };
  };
  setEffort: { readonly takes: { readonly level: string }; readonly answers: object };
  /** `tokens` null: as Claude itself decides; 0: none. */
  setThinking: { readonly takes: { readonly tokens: number | null }; readonly answers: object };
  /** An answer comes also for a task that has ended, or never was (2.1.330). */
  stopTask: { readonly takes: { readonly taskId: string }; readonly answers: object };
  /** What a command in the background has printed, of a long text its end; also when it has ended. Not of subagents. */
  taskOutput: {
    readonly takes: { readonly taskId: string };
    readonly answers: { readonly output: string; readonly bytes: number };
  };
  models: { readonly takes: object; readonly answers: { readonly models: readonly ModelChoice[] } };
  context: {
    readonly takes: object;
    readonly answers: {
      readonly totalTokens: number;
      readonly maxTokens: number;
      readonly percentage: number;
      readonly categories: readonly {
        readonly name: string;
        readonly tokens: number;
        readonly kind: string;
      }[];
    };
  };
}

export type RequestKind = keyof Requests;
export type RequestOf<Kind extends RequestKind> = { readonly kind: Kind } & Requests[Kind]["takes"];
export type ClaudeRequest = { [Kind in RequestKind]: RequestOf<Kind> }[RequestKind];
export type AnswerOf<Kind extends RequestKind> = Requests[Kind]["answers"];

/** What has become of a request. */
export type ClaudeReply<Kind extends RequestKind = RequestKind> =
  | { readonly type: "answered"; readonly answer: AnswerOf<Kind> }
  /** Claude knows the request, and refuses this one. */
  | { readonly type: "refused"; readonly reason: string }
  /** This CLI does not know it: older ones never answer such a request, later ones say so. */
  | { readonly type: "unknown" }
  /** The process has ended before it answered. */
  | { readonly type: "exited" };

interface Form<Kind extends RequestKind> {
  readonly subtype: string;
  readonly fields: (request: RequestOf<Kind>) => object;
  readonly answer: z.ZodType<AnswerOf<Kind>>;
}

const nothing = z.unknown().transform(() => ({}));
const noFields = () => ({});

/** 1.0.128 and 2.0.76 answer some with nothing at all. */
const perhaps = <Value extends object>(schema: z.ZodType<Value>) =>
  z.unknown().transform((payload) => schema.safeParse(payload).data ?? ({} as Partial<Value>));

export const MODELS = z
  .array(z.unknown())
  .transform((models) => models.flatMap((one) => model.safeParse(one).data ?? []));
const model = z
  .object({
    value: z.string(),
    description: z.string().catch(""),
    supportedEffortLevels: z.array(z.string()).catch([]),
  })
  .transform(({ value, description, supportedEffortLevels }) => ({
    name: value,
    description,
    effortLevels: supportedEffortLevels,
  }));

/** Measured with 2.1.330. */
const FORMS: { readonly [Kind in RequestKind]: Form<Kind> } = {
  setMode: {
    subtype: "set_permission_mode",
    fields: ({ mode }) => ({ mode }),
    answer: perhaps(z.object({ mode: z.string() })),
  },
  setModel: {
    subtype: "set_model",
    fields: ({ model: name }) => (name === undefined ? {} : { model: name }),
    answer: perhaps(z.object({ model: z.string() })),
  },
  setEffort: {
    subtype: "apply_flag_settings",
    fields: ({ level }) => ({ settings: { effortLevel: level } }),
    answer: nothing,
  },
  setThinking: {
    subtype: "set_max_thinking_tokens",
    fields: ({ tokens }) => ({ max_thinking_tokens: tokens }),
    answer: nothing,
  },
  stopTask: {
    subtype: "stop_task",
    fields: ({ taskId }) => ({ task_id: taskId }),
    answer: nothing,
  },
  taskOutput: {
    subtype: "get_task_output",
    fields: ({ taskId }) => ({ task_id: taskId }),
    answer: z
      .object({ output: z.string(), total_bytes: z.number() })
      .transform(({ output, total_bytes: bytes }) => ({ output, bytes })),
  },
  models: { subtype: "list_models", fields: noFields, answer: z.object({ models: MODELS }) },
  context: {
    subtype: "get_context_usage",
    fields: () => ({ detail: "summary" }),
    answer: z.object({
      totalTokens: z.number(),
      maxTokens: z.number(),
      percentage: z.number(),
      categories: z
        .array(z.object({ name: z.string(), tokens: z.number(), kind: z.string().catch("used") }))
        .catch([]),
    }),
  },
};

/** As the CLI takes it. */
export function wireRequest<Kind extends RequestKind>(request: RequestOf<Kind>): object {
  const { subtype, fields } = FORMS[request.kind] as Form<Kind>;
  return { subtype, ...fields(request) };
}

/** Undefined for an answer that can't be read. */
export function readAnswer<Kind extends RequestKind>(
  kind: Kind,
  payload: unknown,
): AnswerOf<Kind> | undefined {
  return (FORMS[kind] as Form<Kind>).answer.safeParse(payload).data;
}
